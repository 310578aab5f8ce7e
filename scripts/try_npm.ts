/**
 * Tries the npm package in `dist/npm` as a user has it: packed, installed in an empty folder, then
 * used as a command and imported, by the `node` on PATH, Node 24 and Bun.
 *
 *   deno task try:npm
 *
 * @module
 */

import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "./modules.ts";
import { report, Trial } from "./trial.ts";

const PACKAGE = join(ROOT, "dist", "npm");
/** What runs JavaScript, as npm packages where it is not on PATH. */
const RUNTIMES: [name: string, command: string[]][] = [
  ["node", ["node"]],
  ["node 24", ["npx", "--yes", "--package=node@24", "node"]],
  ["bun", ["npx", "--yes", "bun@1"]],
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

/** Installs the package where nothing else is; gives the folder. */
async function install(trial: Trial): Promise<string> {
  const folder = trial.folder("installed");
  const { version } = JSON.parse(readFileSync(join(PACKAGE, "package.json"), "utf8"));
  report("npm pack", await trial.run("npm", ["pack", "--pack-destination", folder], PACKAGE));
  const packed = `./xpm-copy-${version}.tgz`;
  writeFileSync(join(folder, "package.json"), '{ "type": "module" }\n');
  report("npm install", await trial.run("npm", ["install", packed], folder));
  return folder;
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

async function tryRuntime(trial: Trial, folder: string, [name, command]: typeof RUNTIMES[0]) {
  const [program, ...before] = command;
  const run = (args: string[]) => trial.run(program!, [...before, ...args], folder);
  const { said } = await run(["--version"]);
  const label = `${name} (${said.split("\n")[0]})`;
  const bin = join(folder, "node_modules", ".bin", "xpm-copy");
  await trial.copy(`${label}: the command copies`, (args) => run([bin, ...args]));
  await trial.copyOverSsh(`${label}: the command copies over ssh`, (args) => run([bin, ...args]));
  const to = join(trial.folder("to"), `imported by ${name}`);
  const imported = await run(["main.js", join(trial.root, "from"), to]);
  report(`${label}: the library copies`, imported, "3 true not-found\nxpm-copy ");
}

if (import.meta.main) {
  if (!existsSync(join(PACKAGE, "package.json"))) {
    console.error("try:npm lacks the package: deno task build:npm");
    Deno.exit(1);
  }
  try {
    using trial = new Trial();
    const folder = await install(trial);
    const npx = await trial.run("npx", ["xpm-copy", "--version"], folder);
    report("npx xpm-copy --version", npx, "xpm-copy ");
    await compile(trial, folder);
    for (const runtime of RUNTIMES) await tryRuntime(trial, folder, runtime);
  } catch (error) {
    console.error(`try:npm: ${(error as Error).message}`);
    Deno.exit(1);
  }
}
