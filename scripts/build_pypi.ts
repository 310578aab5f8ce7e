/**
 * Builds the Python package into `dist/pypi`: a wheel for any platform with the bundled program,
 * the same as a source archive, and the recipe for conda.
 *
 * deno task build:pypi
 *
 * Where JSR cannot be reached, the program contains stand-ins for `@std`. Its version then ends
 * with `+offline`, which PyPI accepts from nobody.
 *
 * @module
 */

import { createHash } from "node:crypto";
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { basename, join } from "node:path";
import config from "../deno.json" with { type: "json" };
import { COMMANDS } from "../lib/cli/command_table.ts";
import { CHILD_VARIABLES } from "../lib/system/environment.ts";
import { bundle } from "./bundle.ts";
import { moduleFlags, ROOT } from "./modules.ts";
import { ensurePythonTools } from "./setup.ts";
import { grantedByReadme } from "./trial.ts";

/** The largest size of the wheel, in bytes. */
export const WHEEL_LIMIT = 200 * 1024;

const SOURCES = join(ROOT, "scripts", "pypi");
/** The default folder of the packages. */
export const PYPI: string = join(ROOT, "dist", "pypi");

/** The files that were built. */
export interface Built {
  /** The version, as Python writes it. */
  version: string;
  /** The wheel. */
  wheel: string;
  /** The source archive. */
  archive: string;
  /** The recipe for conda. */
  recipe: string;
}

/**
 * A version as Python writes it: `1.2.3rc1` for `1.2.3-rc.1`; with a mark when there are stand-ins.
 */
export function pythonVersion(version: string, offline: boolean): string {
  const [, numbers, name, count] = /^(\d+\.\d+\.\d+)(?:-(alpha|beta|rc)\.(\d+))?$/.exec(version) ??
    [];
  if (numbers === undefined) throw new Error(`Python has no version such as ${version}`);
  const letters = name === undefined ? "" : { alpha: "a", beta: "b" }[name] ?? name;
  return numbers + letters + (count ?? "") + (offline ? "+offline" : "");
}

/** Builds the packages into a folder. */
export async function buildPypi(out: string = PYPI): Promise<Built> {
  const tools = await ensurePythonTools();
  if (tools === undefined) throw new Error("Python's tools cannot be had: is PyPI out of reach?");
  const flags = await moduleFlags();
  rmSync(out, { recursive: true, force: true });
  const source = join(out, "source");
  const module = join(source, "src", "xpm_copy");
  mkdirSync(out, { recursive: true });
  const filter = (path: string) => !/__pycache__|\.mypy_cache|[\\/](conda|repack\.py)$/.test(path);
  cpSync(SOURCES, source, { recursive: true, filter });
  cpSync(join(ROOT, "LICENSE"), join(source, "LICENSE"));
  await bundle("cli.ts", join(module, "xpm-copy.mjs"), flags.slice(0, 1));
  writeFileSync(join(module, "_built.py"), builtModule(flags.length > 0));
  await run(tools.python, ["-m", "hatchling", "build", "--directory", out], source);
  rmSync(source, { recursive: true });
  const built = named(out, pythonVersion(config.version, flags.length > 0));
  await run(tools.python, [join(SOURCES, "repack.py"), built.wheel], out);
  writeRecipe(built);
  return built;
}

function named(out: string, version: string): Built {
  const start = join(out, `xpm_copy-${version}`);
  const [wheel, archive] = [`${start}-py3-none-any.whl`, `${start}.tar.gz`];
  return { version, wheel, archive, recipe: join(out, "recipe.yaml") };
}

/** The faults of the packages; undefined when none were built. */
export function checkPypi(out: string = PYPI): string[] | undefined {
  if (!existsSync(out)) return undefined;
  const built = named(out, pythonVersion(config.version, false));
  const names = [built.wheel, built.archive, built.recipe].map((path) => basename(path));
  const faults = readdirSync(out).filter((name) => !names.includes(name))
    .map((name) => `pypi: ${name} is not to be published`);
  const lacking = names.filter((name) => !existsSync(join(out, name)));
  faults.push(...lacking.map((name) => `pypi: no ${name}`));
  if (lacking.length > 0) return faults;
  const size = statSync(built.wheel).size;
  if (size > WHEEL_LIMIT) faults.push(`pypi: the wheel has ${size} bytes`);
  if (!readFileSync(built.recipe, "utf8").includes(sumOf(built.archive))) {
    faults.push("pypi: the recipe has another sum");
  }
  return faults;
}

function sumOf(file: string): string {
  return createHash("sha256").update(readFileSync(file)).digest("hex");
}

/**
 * The module with what the Python side needs to know: the version, the permissions, the names of
 * commands.
 */
function builtModule(offline: boolean): string {
  const variables = [...CHILD_VARIABLES, "XDG_CONFIG_HOME", ...grantedByReadme("env").split(",")];
  const programs = [...grantedByReadme("run").split(","), "sync", "test"];
  const list = (names: string[]) => JSON.stringify([...new Set(names)].sort());
  return `"""Made by \`deno task build:pypi\`."""

VERSION = "${pythonVersion(config.version, offline)}"
RUN = ${list(programs)}
ENV = ${list(variables)}
SYS = ${list(grantedByReadme("sys").split(","))}
COMMANDS = ${list([...COMMANDS])}
`;
}

function writeRecipe({ version, archive, recipe }: Built): void {
  const text = readFileSync(join(SOURCES, "conda", "recipe.yaml"), "utf8");
  writeFileSync(recipe, text.replace("VERSION", `"${version}"`).replace("SHA256", sumOf(archive)));
}

async function run(program: string, args: string[], cwd: string): Promise<void> {
  const env = { NO_COLOR: "1", SOURCE_DATE_EPOCH: "1577836800" }; // makes the same bytes every time
  const { success, stdout, stderr } = await new Deno.Command(program, { args, cwd, env }).output();
  if (success) return;
  const said = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes)).join("");
  throw new Error(`${[program, ...args].join(" ")}:\n${said}`);
}

if (import.meta.main) {
  try {
    const { version, wheel, archive } = await buildPypi();
    for (const file of [wheel, archive]) {
      console.log(`${file.slice(ROOT.length)}  ${Math.ceil(Deno.statSync(file).size / 1024)} KiB`);
    }
    if (version.endsWith("+offline")) {
      console.error("build:pypi could not reach jsr.io: this wheel is to be tried, not published");
    }
  } catch (error) {
    console.error(`build:pypi: ${(error as Error).message}`);
    Deno.exit(1);
  }
}
