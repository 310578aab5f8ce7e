/**
 * The way every task takes: `deno task NAME ARGS` is `deno run -A scripts/task.ts NAME ARGS`. It
 * imports nothing from a registry, for it decides where `@std` comes from.
 *
 * @module
 */

import { moduleFlags, ROOT } from "./modules.ts";
import { ensureExperimaestro, ensurePrograms } from "./setup.ts";
import { passOn, readCounts, readNodeCounts, type TestCounts } from "./test_counts.ts";

/** What the tests are, unless a task's arguments say so. */
const TESTS = ["lib", "mod.ts", "cli.ts", "tests", "bench"];
/** What must have the right types. */
const TYPED = ["mod.ts", "cli.ts", "lib", "tests", "scripts", "bench"];
/** What is public, and documented. */
const PUBLIC = ["mod.ts", "cli.ts"];

/** Starts Deno in the project's folder, or where the task was called; gives its exit code. */
async function deno(args: string[], options: Deno.CommandOptions = {}): Promise<number> {
  const command = new Deno.Command(Deno.execPath(), { cwd: ROOT, ...options, args });
  return (await command.spawn().status).code;
}

/** Runs the tests in Deno. */
async function testInDeno(args: string[]): Promise<TestCounts> {
  await ensurePrograms({ forTests: true });
  await ensureExperimaestro();
  const flags = ["-A", "--doc", ...await moduleFlags()];
  const words = ["test", ...flags, ...(args.length === 0 ? TESTS : args)];
  return await counted(words, readCounts);
}

/** Runs the tests in Node. */
async function testInNode(): Promise<TestCounts> {
  return await counted(runArguments("scripts/test_node.ts", await moduleFlags()), readNodeCounts);
}

/** Starts Deno, and counts the tests that it tells of. */
async function counted(
  args: string[],
  read: (text: string) => TestCounts | undefined,
): Promise<TestCounts> {
  const options = { cwd: ROOT, args, stdin: "null", stdout: "piped" } as const;
  const child = new Deno.Command(Deno.execPath(), options).spawn();
  const counts = read(await passOn(child.stdout));
  const { success } = await child.status;
  // a run that died, of a wrong type for one, says nothing itself
  const { passed, failed, skipped } = counts ?? { passed: 0, failed: 0, skipped: [] };
  return { passed, failed: Math.max(failed, success && counts ? 0 : 1), skipped };
}

/** Says what was skipped, and last how many tests there were. */
function report(...counts: TestCounts[]): number {
  const skipped = counts.flatMap((each) => each.skipped);
  const sum = (key: "passed" | "failed") => counts.reduce((total, each) => total + each[key], 0);
  if (skipped.length > 0) console.log(`Skipped:\n${skipped.map((name) => `  ${name}\n`).join("")}`);
  console.log(`${sum("passed")} passed, ${sum("failed")} failed, ${skipped.length} skipped`);
  return sum("failed") === 0 ? 0 : 1;
}

/** Everything but the tests; goes on after a failure, to show all there is to mend. */
async function check(): Promise<number> {
  const flags = await moduleFlags();
  // `deno lint` knows no import map, and can do without: where JSR does not answer it need not wait
  const env: Record<string, string> = flags.length === 0 ? {} : { JSR_URL: "http://127.0.0.1:1/" };
  const codes = [
    await deno(["fmt", "--check"]),
    await deno(["lint"], { env }),
    await deno(["check", ...flags, ...TYPED]),
    await deno(["doc", "--lint", ...flags.slice(0, 1), ...PUBLIC], { stdout: "null" }),
  ];
  return codes.every((code) => code === 0) ? 0 : 1;
}

async function ok(): Promise<number> {
  const checked = await check();
  const tested = report(await testInDeno([]));
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
  test: async (args) => report(await testInDeno(args)),
  "test:all": async () => report(await testInDeno([]), await testInNode()),
  check,
  ok,
  copy: (args) => run("cli.ts", args, Deno.env.get("INIT_CWD")),
  bench: (args) => run("bench/bench.ts", args),
  "build:npm": (args) => run("scripts/build_npm.ts", args),
  "test:npm": (args) => run("scripts/test_npm.ts", args),
  "test:node": (args) => run("scripts/test_node.ts", args),
  compile: (args) => run("scripts/compile.ts", args),
  "try:npm": (args) => run("scripts/try_npm.ts", args),
  "try:jsr": (args) => run("scripts/try_jsr.ts", args, Deno.env.get("INIT_CWD")),
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
  // Ctrl-C reaches the child as well: its exit code is the answer
  Deno.addSignalListener("SIGINT", () => {});
  Deno.exit(await task(args));
}
