/**
 * Runs the tests on the npm package in `dist/npm`, in Node: the same files as in Deno, compiled by
 * dnt.
 *
 * deno task test:npm [--node=VERSION] [FILE]... FILE as `tests/copy/run_test.ts`
 *
 * Without a version it uses the `node` on PATH.
 *
 * @module
 */

import { existsSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "./modules.ts";
import { runInNode } from "./node_tests.ts";

const PACKAGE = join(ROOT, "dist", "npm", "esm");

if (import.meta.main) {
  if (!existsSync(PACKAGE)) {
    console.error("test:npm lacks the package: deno task build:npm");
    Deno.exit(1);
  }
  Deno.exit(await runInNode(PACKAGE, Deno.args));
}
