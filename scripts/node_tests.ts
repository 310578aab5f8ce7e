/**
 * Runs the tests in Node: the same files as in Deno, compiled.
 *
 * @module
 */

import { cpSync, existsSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "./modules.ts";
import { ensureExperimaestro, ensurePrograms, findProgram } from "./setup.ts";
import { passOn, readNodeCounts } from "./test_counts.ts";

/** What is about Deno or about this repository, and not about the library. */
const ELSEWHERE = [
  "tests/docs_test.ts",
  "tests/packaging/commands_test.ts",
  "tests/packaging/links_test.ts",
  "tests/packaging/package_test.ts",
  "tests/packaging/picture_test.ts",
  "tests/packaging/workflows_test.ts",
  "tests/permissions_test.ts",
];

/** The files of tests. */
function testFiles(folder = "tests"): string[] {
  return [...Deno.readDirSync(join(ROOT, folder))].flatMap(({ name, isDirectory }) => {
    const path = `${folder}/${name}`;
    if (isDirectory) return testFiles(path);
    return name.endsWith("_test.ts") && !ELSEWHERE.includes(path) ? [path] : [];
  }).sort();
}

/** Puts what the tests need, and no compiler makes, where they look for it. */
function addData(folder: string): void {
  const cache = join(folder, ".cache");
  if (!existsSync(cache)) symlinkSync(join(ROOT, ".cache"), cache);
  for (const name of ["judge.py", "xpm_oracle"]) {
    const to = join(folder, "tests", "oracle", name);
    cpSync(join(ROOT, "tests", "oracle", name), to, { recursive: true });
  }
}

/** Runs them; gives its exit code, and all it printed. */
async function run(node: string, folder: string, compiled: string[]): Promise<[number, string]> {
  const preload = "./tests/packaging/deno_in_node.js";
  // a test waits more than it works
  const options = ["--test", "--test-concurrency=4", "--test-reporter=spec"];
  const child = new Deno.Command(node, {
    args: ["--import", preload, ...options, ...compiled],
    cwd: folder,
    env: { XPM_COPY_IMPORT_MAP: "" }, // no test has anything to import from JSR
    stdin: "null",
    stdout: "piped",
  }).spawn();
  const text = await passOn(child.stdout);
  return [(await child.status).code, text];
}

function versionOf(node: string): string | undefined {
  const { stdout } = new Deno.Command(node, { args: ["--version"] }).outputSync();
  return /^v(\S+)/.exec(new TextDecoder().decode(stdout))?.[1];
}

/**
 * Runs tests with the `node` on PATH; the last line counts them.
 *
 * @param folder Where the project has been compiled to.
 * @param paths Which files, such as `tests/copy/run_test.ts`; all when there are none.
 * @returns The exit code.
 */
export async function runInNode(folder: string, paths: string[]): Promise<number> {
  const node = await findProgram("node");
  const version = node && versionOf(node);
  if (node === undefined || version === undefined || parseInt(version) < 20) {
    console.error(`These tests need Node 20 or later; on PATH: ${version ?? "none"}`);
    return 1;
  }
  await ensurePrograms({ forTests: true });
  await ensureExperimaestro();
  addData(folder);
  const compiled = (paths.length > 0 ? paths : testFiles())
    .map((path) => path.replace(/\.ts$/, ".js"));
  const [code, text] = await run(node, folder, compiled);
  const { passed, failed, skipped } = readNodeCounts(text) ?? { passed: 0, failed: 0, skipped: [] };
  const failures = Math.max(failed, code === 0 ? 0 : 1);
  const counts = `${passed} passed, ${failures} failed, ${skipped.length} skipped`;
  console.log(`In Node ${version}: ${counts}`);
  return failures === 0 ? 0 : 1;
}
