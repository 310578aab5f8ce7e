/**
 * Runs the tests on the npm package in `dist/npm`, in Node: the same files as in Deno, compiled by
 * dnt. The last line counts them.
 *
 *   deno task test:npm [FILE]...    with the `node` on PATH; FILE as `tests/copy/run_test.ts`
 *
 * @module
 */

import { cpSync, existsSync, symlinkSync } from "node:fs";
import { join, relative } from "node:path";
import { ROOT } from "./modules.ts";
import { ensureExperimaestro, ensurePrograms, findProgram } from "./setup.ts";

const PACKAGE = join(ROOT, "dist", "npm");

/** What is about Deno or about the documents, and not about the package. */
const ELSEWHERE = ["docs_test.ts", "package_test.ts", "permissions_test.ts"];

/** The files of tests, compiled, relative to the package. */
function testFiles(folder = "tests"): string[] {
  return [...Deno.readDirSync(join(ROOT, folder))].flatMap(({ name, isDirectory }) => {
    const path = `${folder}/${name}`;
    if (isDirectory) return testFiles(path);
    if (!name.endsWith("_test.ts") || ELSEWHERE.includes(name)) return [];
    return [path];
  }).sort();
}

/** Puts what the tests need, and dnt does not compile, where they look for it. */
function addData(): void {
  const cache = join(PACKAGE, "esm", ".cache");
  if (!existsSync(cache)) symlinkSync(join(ROOT, ".cache"), cache);
  for (const name of ["judge.py", "xpm_oracle"]) {
    const to = join(PACKAGE, "esm", "tests", "oracle", name);
    cpSync(join(ROOT, "tests", "oracle", name), to, { recursive: true });
  }
}

/** Runs them, with Node's words passed on; gives its exit code and the counts of its last lines. */
async function run(node: string, paths: string[]): Promise<[number, (name: string) => number]> {
  const compiled = paths.map((path) => `esm/${path.replace(/\.ts$/, ".js")}`);
  const preload = "./esm/tests/packaging/deno_in_node.js";
  const child = new Deno.Command(node, {
    args: ["--import", preload, "--test", "--test-reporter=spec", ...compiled],
    cwd: PACKAGE,
    env: { XPM_COPY_IMPORT_MAP: "" }, // no test has anything to import from JSR
    stdin: "null",
    stdout: "piped",
  }).spawn();
  let text = "";
  for await (const piece of child.stdout.pipeThrough(new TextDecoderStream())) {
    text += piece;
    await Deno.stdout.write(new TextEncoder().encode(piece));
  }
  const counted = (name: string) =>
    Number(text.match(new RegExp(`^. ${name} (\\d+)$`, "gm"))?.at(-1)?.split(" ").at(-1) ?? 0);
  return [(await child.status).code, counted];
}

if (import.meta.main) {
  const node = await findProgram("node");
  if (node === undefined || !existsSync(join(PACKAGE, "package.json"))) {
    console.error("test:npm needs Node, and the package: deno task build:npm");
    Deno.exit(1);
  }
  await ensurePrograms({ forTests: true });
  await ensureExperimaestro();
  addData();
  const paths = Deno.args.length > 0
    ? Deno.args.map((path) => relative(ROOT, join(ROOT, path)))
    : testFiles();
  const [code, counted] = await run(node, paths);
  const failed = Math.max(counted("fail"), code === 0 ? 0 : 1);
  console.log(`${counted("pass")} passed, ${failed} failed, ${counted("skipped")} skipped`);
  Deno.exit(failed === 0 ? 0 : 1);
}
