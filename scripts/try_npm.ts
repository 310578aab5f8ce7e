/**
 * Tries the npm package in `dist/npm` as a user would: packs it, installs it in an empty folder,
 * runs it as a command and imports it, with the `node` on PATH, Node 24 and Bun.
 *
 * deno task try:npm
 *
 * @module
 */

import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import config from "../deno.json" with { type: "json" };
import { blocksOf, DOCUMENTS, linesOf } from "./documents.ts";
import { moduleFlags, ROOT } from "./modules.ts";
import { makeSample } from "./sample.ts";
import { type Program, report, Trial } from "./trial.ts";

const PACKAGE = join(ROOT, "dist", "npm");
/** The file that `npm pack` makes. */
const FILE = `xpm-copy-${config.version}.tgz`;
/** The runtimes, as npm packages if they are not on PATH, and how each runs a command. */
const RUNTIMES: [name: string, command: string[], npx: string[]][] = [
  ["node", ["node"], ["npx"]],
  [
    "node 24",
    ["npx", "--yes", "--package=node@24", "node"],
    // the npx in that package is a script for the `node` on PATH: that of version 24
    ["npx", "--yes", "--package=node@24", "npx"],
  ],
  ["bun", ["npx", "--yes", "bun@1"], ["npx", "--yes", "bun@1", "x", "--bun"]],
];

const IMPORTING = `
import { copyExperiment, type CopyResult, CopyError, planCopy } from "@xpm/copy";
import { run } from "@xpm/copy/cli";
const [from, to] = process.argv.slice(2).map((path) => ({ id: path!, path: path! }));
const plan = await planCopy(from!, to!, "neuralir", "current");
const result: CopyResult = await copyExperiment(from!, to!, "neuralir", "current");
const error = await planCopy(from!, to!, "no", "such").catch((error: unknown) => error);
console.log(plan.jobs.length, result.complete, error instanceof CopyError && error.code);
console.log(await run(["--version"]));
`;

/** Installs the package in an empty folder; returns the folder. */
async function install(trial: Trial): Promise<string> {
  const folder = trial.folder("installed");
  report("npm pack", await trial.run("npm", ["pack", "--pack-destination", folder], PACKAGE));
  writeFileSync(join(folder, "package.json"), '{ "type": "module" }\n');
  report("npm install", await trial.run("npm", ["install", `./${FILE}`], folder));
  return folder;
}

/** Runs the README's commands with the package, from its file: npm does not have it yet. */
async function tryReadme(trial: Trial, folder: string): Promise<void> {
  const blocks = blocksOf("README.md", DOCUMENTS.get("README.md")!);
  const block = blocks.find(({ body }) => body.startsWith("npx @xpm/copy"))!;
  for (const line of linesOf(block.body)) {
    const words = line.replace("@xpm/copy", `file:${join(folder, FILE)}`).split(" ");
    report(
      line,
      await trial.run(words[0]!, words.slice(1)),
      line.includes("--help") ? "Usage:" : "",
    );
  }
  const installed = join(trial.folder("global"), "bin", "xpm-copy");
  await trial.copy(
    "what npm install -g has installed copies",
    (args) => trial.run(installed, args),
  );
}

/** Compiles a program that imports the package, by TypeScript's strictest rules. */
async function compile(trial: Trial, folder: string): Promise<void> {
  writeFileSync(join(folder, "main.ts"), IMPORTING);
  const types = ["typescript@5", "@types/node@20"];
  report("npm install of TypeScript", await trial.run("npm", ["install", ...types], folder));
  const options = ["--strict", "--module", "nodenext", "--target", "es2023", "--types", "node"];
  const outcome = await trial.run("npx", ["tsc", ...options, "main.ts"], folder);
  report("tsc of a program that imports it", outcome);
}

async function tryRuntime(trial: Trial, folder: string, [name, ...commands]: typeof RUNTIMES[0]) {
  const [[first, ...before], [npx, ...words]] = commands;
  const found = await trial.run(first!, [...before, "-p", "process.execPath"]);
  const program = found.said.trim();
  const run = (args: string[]) => trial.run(program, args, folder);
  const label = `${name} (${(await run(["--version"])).said.trim()})`;
  const bin = join(folder, "node_modules", ".bin", "xpm-copy");
  const runByNpx = (args: string[]) => trial.run(npx!, [...words, "xpm-copy", ...args], folder);
  await trial.copy(`${label}: the command copies, through npx`, runByNpx);
  await trial.copy(`${label}: the command copies`, (args) => run([bin, ...args]));
  await trial.copyOverSsh(`${label}: the command copies over ssh`, (args) => run([bin, ...args]));
  const to = join(trial.folder("to"), `imported by ${name}`);
  const imported = await run(["main.js", join(trial.root, "from"), to]);
  report(`${label}: the library copies`, imported, "3 true not-found\nxpm-copy ");
  await tryTerminal(trial, label, [program, bin]);
  await tryLock(trial, label, (args) => run([bin, ...args]));
}

/** Answers a question, and presses Ctrl-C. */
async function tryTerminal(trial: Trial, label: string, command: string[]): Promise<void> {
  makeSample(join(trial.root, "from"), { jobs: 1, experimentId: "other" });
  const to = join(trial.folder("to"), `by hand ${label}`);
  const words = [...command, ...trial.writeSettings({ id: "to", path: to })];
  const answered = await trial.runInTerminal(words, ["Which experiment", "\r"], ["Copy now", "\r"]);
  report(`${label}: questions are answered in a terminal`, answered, "Nothing was written");
  const copy = [...words, "neuralir", "--yes", "--bwlimit", "1"];
  const { code, said } = await trial.runInTerminal(copy, ["jobs received", "\u0003"]);
  report(`${label}: Ctrl-C ends a copy with 130`, { code: code - 130, said }, "interrupted");
}

/** Copies by Deno and by the package at the same time: both must use the same locks. */
async function tryLock(trial: Trial, label: string, program: Program): Promise<void> {
  const to = join(trial.folder("to"), `locked ${label}`);
  const args = ["neuralir", ...trial.writeSettings({ id: "to", path: to }), "--yes"];
  const flags = ["-A", "--config", join(ROOT, "deno.json"), ...await moduleFlags()];
  const words = ["run", ...flags, join(ROOT, "cli.ts"), ...args, "--bwlimit", "4"];
  const first = trial.run(Deno.execPath(), words);
  while (!existsSync(join(to, ".xpm-staging"))) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const second = await program(args);
  report(`${label}: waits for a copy by Deno to the same workspace`, second, "waiting for it");
  report(`${label}: which has copied all`, await first, "Copied 3 jobs");
}

if (import.meta.main) {
  if (!existsSync(join(PACKAGE, "package.json"))) {
    console.error("try:npm lacks the package: deno task build:npm");
    Deno.exit(1);
  }
  try {
    using trial = new Trial({ npm_config_prefix: "ROOT/global" });
    const folder = await install(trial);
    await tryReadme(trial, folder);
    await compile(trial, folder);
    for (const runtime of RUNTIMES) await tryRuntime(trial, folder, runtime);
  } catch (error) {
    console.error(`try:npm: ${(error as Error).message}`);
    Deno.exit(1);
  }
}
