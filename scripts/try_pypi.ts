/**
 * Tries the Python package in `dist/pypi` as a user would: the wheel in an empty venv of each
 * available Python, with Deno from PyPI; then with `uvx`.
 *
 * deno task try:pypi
 *
 * @module
 */

import { existsSync, readdirSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { PYPI } from "./build_pypi.ts";
import { ensurePythonTools, findProgram } from "./setup.ts";
import { type Program, report, Trial } from "./trial.ts";

const VERSIONS = ["3.10", "3.11", "3.12", "3.13"];

const IMPORTING = `
import sys
from xpm_copy import CopyError, copy_experiment, list_experiments
source, destination = sys.argv[1:]
result = copy_experiment(source, destination, "neuralir")
try:
    copy_experiment(source, destination, "other")
except CopyError as error:
    print(list_experiments(destination), result.jobs_copied, result.complete, error.code)
`;

/** Installs a wheel and its dependencies in an empty venv; returns the folder of its programs. */
export async function installWheel(
  trial: Trial,
  python: string,
  wheel: string,
  wheels?: string,
): Promise<string> {
  const venv = join(trial.folder("venvs"), python.replace(/\W/g, "-"));
  report(`${python} -m venv`, await trial.run(python, ["-m", "venv", venv]));
  const bin = join(venv, "bin");
  const from = wheels === undefined ? [] : ["--no-index", "--find-links", wheels];
  const pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", ...from];
  report(`pip install ${wheel}`, await trial.run(join(bin, "python"), [...pip, wheel]));
  return bin;
}

/** Copies in each direction with the installed program, and from a program that imports it. */
export async function tryInstalled(trial: Trial, label: string, bin: string): Promise<void> {
  const program: Program = (args) => trial.run(join(bin, "xpm-copy"), args);
  report(`${label}: the command`, await program(["--version"]), "xpm-copy ");
  await trial.copy(`${label}: the command copies`, program);
  await trial.copyOverSsh(`${label}: the command copies to a host`, program);
  await trial.copyFromSsh(`${label}: the command copies from a host`, program);
  const scoped: Program = (args) => program(["--scoped", ...args]);
  await trial.copyFromSsh(`${label}: the command copies with --scoped`, scoped);
  const to = join(trial.folder("to"), `imported ${label}`);
  const words = ["-c", IMPORTING, join(trial.root, "from"), to];
  const imported = await trial.run(join(bin, "python"), words);
  report(`${label}: the function copies`, imported, "['neuralir'] 3 True not-found");
}

/** The Python of a given version that pyenv has. */
function pyenvPython(version: string): string | undefined {
  const folder = join(Deno.env.get("PYENV_ROOT") ?? join(homedir(), ".pyenv"), "versions");
  const names = existsSync(folder) ? readdirSync(folder) : [];
  const name = names.find((name) => name.startsWith(`${version}.`));
  return name && join(folder, name, "bin", "python");
}

/** Finds a Python, or installs it with uv; undefined where that is impossible. */
async function findPython(trial: Trial, uv: string, version: string): Promise<string | undefined> {
  const own = pyenvPython(version);
  if (own !== undefined) return own;
  for (const words of [["find"], ["install", "--quiet"], ["find"]]) {
    const { code, said } = await trial.run(uv, ["python", ...words, version]);
    if (words[0] === "find" && code === 0) return said.trim();
  }
  return undefined;
}

async function main(wheel: string): Promise<void> {
  using trial = new Trial();
  const tools = await ensurePythonTools();
  const python3 = await findProgram("python3");
  if (tools === undefined || python3 === undefined) {
    throw new Error("there is no Python, or no PyPI");
  }
  const bin = await installWheel(trial, python3, "uv");
  const uv = join(bin, "uv");
  const skipped: string[] = [];
  for (const version of VERSIONS) {
    const python = await findPython(trial, uv, version);
    if (python === undefined) skipped.push(version);
    else await tryInstalled(trial, `Python ${version}`, await installWheel(trial, python, wheel));
  }
  const uvx = ["--quiet", "--no-index", "--find-links", tools.wheels, "--from", wheel, "xpm-copy"];
  await trial.copy("uvx xpm-copy copies", (args) => trial.run(join(bin, "uvx"), [...uvx, ...args]));
  for (const version of skipped) console.log(`skipped: Python ${version} cannot be had here`);
}

if (import.meta.main) {
  const name = existsSync(PYPI) && readdirSync(PYPI).find((file) => file.endsWith(".whl"));
  if (!name) {
    console.error("try:pypi lacks the wheel: deno task build:pypi");
    Deno.exit(1);
  }
  try {
    await main(join(PYPI, name));
  } catch (error) {
    console.error(`try:pypi: ${(error as Error).message}`);
    Deno.exit(1);
  }
}
