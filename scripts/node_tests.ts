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

/** Tests of Deno or of this repository, not of the library. */
const ELSEWHERE = [
  "tests/cli/completions_test.ts",
  "tests/cli/help_test.ts",
  "tests/cli/schemas_test.ts",
  "tests/docs_code_test.ts",
  "tests/docs_test.ts",
  "tests/packaging/commands_test.ts",
  "tests/packaging/examples_test.ts",
  "tests/packaging/jsr_test.ts",
  "tests/packaging/links_test.ts",
  "tests/packaging/package_test.ts",
  "tests/packaging/picture_test.ts",
  "tests/packaging/programs_test.ts",
  "tests/packaging/pypi_test.ts",
  "tests/packaging/workflows_test.ts",
  "tests/sandbox/flags_test.ts",
  "tests/structure_test.ts",
];

/** The test files. */
function testFiles(folder = "tests"): string[] {
  return [...Deno.readDirSync(join(ROOT, folder))].flatMap(({ name, isDirectory }) => {
    const path = `${folder}/${name}`;
    if (isDirectory) return testFiles(path);
    return name.endsWith("_test.ts") && !ELSEWHERE.includes(path) ? [path] : [];
  }).sort();
}

/** Copies the data that the tests need, and that no compiler creates. */
function addData(folder: string): void {
  const cache = join(folder, ".cache");
  if (!existsSync(cache)) symlinkSync(join(ROOT, ".cache"), cache);
  cpSync(join(ROOT, "bench", "slow_create.c"), join(folder, "bench", "slow_create.c"));
  const [from, to] = [ROOT, folder].map((root) => join(root, "tests", "oracle"));
  for (const { name } of Deno.readDirSync(from!)) {
    if (!name.endsWith(".ts")) cpSync(join(from!, name), join(to!, name), { recursive: true });
  }
}

/** Runs the tests; returns the exit code and all output. */
async function run(node: string, folder: string, compiled: string[]): Promise<[number, string]> {
  const preload = "./tests/packaging/deno_in_node.js";
  // a test mostly waits
  const options = ["--test", "--test-concurrency=4", "--test-reporter=spec"];
  const child = new Deno.Command(node, {
    args: ["--import", preload, ...options, ...compiled],
    cwd: folder,
    env: { XPM_COPY_IMPORT_MAP: "" }, // no test imports anything from JSR
    stdin: "null",
    stdout: "piped",
  }).spawn();
  const text = await passOn(child.stdout);
  return [(await child.status).code, text];
}

/** The version of a Node. */
function versionOf(node: string): string | undefined {
  return /^v(\S+)/.exec(outputOf(node, ["--version"]))?.[1];
}

function outputOf(program: string, args: string[]): string {
  const { stdout } = new Deno.Command(program, { args, stderr: "inherit" }).outputSync();
  return new TextDecoder().decode(stdout).trim();
}

/** The `node` on PATH, or that of the npm package `node` in the version asked for. */
async function findNode(version: string | undefined): Promise<string | undefined> {
  if (version === undefined) return await findProgram("node");
  const found = ["--yes", `--package=node@${version}`, "node", "-p", "process.execPath"];
  return outputOf("npx", found) || undefined;
}

/**
 * Runs tests in Node; the last line counts them.
 *
 * @param folder The folder of the compiled project.
 * @param args The files, for example `tests/copy/run_test.ts`; none: all. `--node=24` uses that
 * version from npm instead of the `node` on PATH.
 * @returns The exit code.
 */
export async function runInNode(folder: string, args: string[]): Promise<number> {
  const wanted = args.find((arg) => arg.startsWith("--node="))?.slice("--node=".length);
  const paths = args.filter((arg) => !arg.startsWith("--"));
  const node = await findNode(wanted);
  const version = node && versionOf(node);
  if (node === undefined || version === undefined || parseInt(version) < 20) {
    console.error(`These tests need Node 20 or later; there is ${version ?? "none"}`);
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
