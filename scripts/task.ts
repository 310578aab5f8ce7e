/**
 * Starts every task: `deno task NAME ARGS` is `deno run -A scripts/task.ts NAME ARGS`. It imports
 * nothing from a registry, because it chooses the source of `@std`.
 *
 * @module
 */

import { groupsOf, testFiles, testInLanes } from "./lanes.ts";
import { moduleFlags, ROOT } from "./modules.ts";
import { checkPrograms } from "./programs.ts";
import { ensureExperimaestro, ensurePrograms } from "./setup.ts";
import { passOn, readCounts, type TestCounts } from "./test_counts.ts";

/** The files whose examples in the documentation are tests. */
const DOCUMENTED = ["lib", "mod.ts", "cli.ts"];
const TESTS = ["tests", "bench"];
/** The files whose types are checked. */
const TYPED = ["mod.ts", "cli.ts", "lib", "tests", "scripts", "bench", "examples"];
/** The files whose symbols are public and documented. */
const PUBLIC = ["mod.ts", "cli.ts"];

/** Starts Deno in the project's folder, or where the task was called; returns its exit code. */
async function deno(args: string[], options: Deno.CommandOptions = {}): Promise<number> {
  const command = new Deno.Command(Deno.execPath(), { cwd: ROOT, ...options, args });
  return (await command.spawn().status).code;
}

async function test(args: string[]): Promise<number> {
  const flags = ["-A", "--doc", ...await moduleFlags()];
  const installed = ensurePrograms({ forTests: true }).then(() => ensureExperimaestro());
  if (args.length === 0) {
    // checks types once, not in every lane, while programs are downloaded
    const checked = await deno(["check", ...flags.slice(2), ...TYPED]);
    await installed;
    if (checked !== 0) return report(undefined, false);
    // the longest first: at the end, it would be alone for minutes
    const files = testFiles(TESTS);
    const isLong = (path: string) => path.startsWith("tests/hosts/");
    const [long, others] = [files.filter(isLong), files.filter((path) => !isLong(path))];
    const groups = [...groupsOf(long), DOCUMENTED, ...groupsOf(others)];
    const outcome = await testInLanes([...flags, "--no-check"], groups);
    return report(outcome, outcome.success);
  }
  await installed;
  const child = new Deno.Command(Deno.execPath(), {
    cwd: ROOT,
    args: ["test", ...flags, ...args],
    stdin: "null",
    stdout: "piped",
  }).spawn();
  const counts = readCounts(await passOn(child.stdout));
  const { success } = await child.status;
  return report(counts, success);
}

/** Prints what was skipped, and at last how many tests there were. */
function report(counts: TestCounts | undefined, success: boolean): number {
  // after a run that died, e.g. of a type error, there are no counts
  const { passed, failed, skipped } = counts ?? { passed: 0, failed: 0, skipped: [] };
  const failures = Math.max(failed, success && counts !== undefined ? 0 : 1);
  if (skipped.length > 0) console.log(`Skipped:\n${skipped.map((name) => `  ${name}\n`).join("")}`);
  console.log(`${passed} passed, ${failures} failed, ${skipped.length} skipped`);
  return failures === 0 ? 0 : 1;
}

/** Runs all checks but the tests, and continues after a failure to show all faults. */
async function check(): Promise<number> {
  const flags = await moduleFlags();
  // `deno lint` knows no import map and needs none; this keeps it from waiting for JSR in vain
  const env: Record<string, string> = flags.length === 0 ? {} : { JSR_URL: "http://127.0.0.1:1/" };
  const codes = [
    await deno(["fmt", "--check"]),
    await deno(["lint"], { env }),
    await deno(["check", ...flags, ...TYPED]),
    await deno(["doc", "--lint", ...flags.slice(0, 1), ...PUBLIC], { stdout: "null" }),
    await checkPrograms() ? 0 : 1,
  ];
  return codes.every((code) => code === 0) ? 0 : 1;
}

async function ok(): Promise<number> {
  const checked = await check();
  const tested = await test([]);
  if (checked !== 0) console.error("The tests came last; see above for what else must be mended");
  return checked || tested;
}

async function run(script: string, args: string[], cwd = ROOT): Promise<number> {
  return await deno([...runArguments(script, await moduleFlags()), ...args], { cwd });
}

function runArguments(script: string, flags: string[]): string[] {
  return ["run", "-A", "--config", `${ROOT}/deno.json`, ...flags, `${ROOT}/${script}`];
}

const TASKS: Record<string, (args: string[]) => Promise<number>> = {
  demo: (args) => run("scripts/demo.ts", args),
  test,
  "test:faults": (args) => {
    Deno.env.set("XPM_FAULTS", "full");
    return test(args.length === 0 ? ["tests/faults"] : args);
  },
  "test:hosts": (args) => {
    Deno.env.set("XPM_HOSTS", "full");
    return test(["tests/hosts", ...args]);
  },
  "test:versions": (args) => {
    Deno.env.set("XPM_VERSIONS", "all");
    return test(["tests/oracle/versions_test.ts", "tests/packaging/pypi_test.ts", ...args]);
  },
  check,
  ok,
  copy: (args) => run("cli.ts", args, Deno.env.get("INIT_CWD")),
  bench: (args) => run("bench/bench.ts", args),
  "build:npm": (args) => run("scripts/build_npm.ts", args),
  "test:npm": (args) => run("scripts/test_npm.ts", args),
  "test:node": (args) => run("scripts/test_node.ts", args),
  "build:pypi": (args) => run("scripts/build_pypi.ts", args),
  compile: (args) => run("scripts/compile.ts", args),
  "try:npm": (args) => run("scripts/try_npm.ts", args),
  "try:pypi": (args) => run("scripts/try_pypi.ts", args),
  "try:jsr": (args) => run("scripts/try_jsr.ts", args, Deno.env.get("INIT_CWD")),
  programs: (args) => run("scripts/programs.ts", args),
  man: (args) => run("scripts/man.ts", args),
  schemas: (args) => run("scripts/schemas.ts", args),
  screens: (args) => run("tests/cli/screens.ts", args),
  picture: (args) => run("scripts/picture.ts", args),
  figures: (args) => run("scripts/figures.ts", args),
  links: (args) => run("scripts/links.ts", args),
  "package:check": (args) => run("scripts/package_check.ts", args),
};

if (import.meta.main) {
  const [name = "", ...args] = Deno.args;
  const task = TASKS[name];
  if (task === undefined) {
    console.error(`No task '${name}': there is ${Object.keys(TASKS).join(", ")}`);
    Deno.exit(2);
  }
  // Ctrl-C also reaches the child, whose exit code is the answer
  Deno.addSignalListener("SIGINT", () => {});
  Deno.exit(await task(args));
}
