/**
 * Checks what would be published: JSR's rules, as far as a checkout allows, the npm package that
 * `deno task build:npm` has made, and what `build:pypi` and `compile` have made.
 *
 * deno task package:check names missing packages, without checking them deno task package:check
 * --all a missing package is a fault
 *
 * @module
 */

import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join, matchesGlob } from "node:path";
import { checkPypi } from "./build_pypi.ts";
import { versionFault } from "./check_version.ts";
import { moduleFlags, ROOT } from "./modules.ts";

const KIB = 1024;
/** The largest sizes, in bytes. */
const LIMITS = {
  jsr: 1500 * KIB,
  npmPacked: 300 * KIB,
  npmUnpacked: 1200 * KIB,
  binary: 150 * KIB * KIB,
};
/** The files that JSR's overview is made from, and those that a licence requires. */
const WANTED = ["deno.json", "README.md", "LICENSE"];

const NPM = join(ROOT, "dist", "npm");
const BINARIES = join(ROOT, "dist", "bin");

/** The parts of `deno.json` that are read here. */
interface Config {
  name: string;
  version: string;
  license: string;
  exports: Record<string, string>;
  publish: { include: string[]; exclude: string[] };
}

const read = (path: string) => readFileSync(join(ROOT, path), "utf8");
const CONFIG: Config = JSON.parse(read("deno.json"));

/** The files that `publish` of `deno.json` names. */
export function publishedFiles({ publish }: Pick<Config, "publish">): string[] {
  const below = (path: string): string[] =>
    statSync(join(ROOT, path)).isDirectory()
      ? readdirSync(join(ROOT, path)).flatMap((name) => below(`${path}/${name}`))
      : [path];
  const excluded = (path: string) =>
    publish.exclude.some((pattern) => path.startsWith(`${pattern}/`) || matchesGlob(path, pattern));
  return publish.include.flatMap(below).filter((path) => !excluded(path)).sort();
}

/** The relative imports of a module, as paths in the project. */
function importsOf(path: string): string[] {
  const specifiers = read(path).matchAll(/^(?!\s*\*).*\bfrom "(\.[^"]+)"|^import "(\.[^"]+)"/gm);
  return [...specifiers].map(([, one, other]) => join(path, "..", (one ?? other)!));
}

function checkJsr(): string[] {
  const files = publishedFiles(CONFIG);
  const bytes = files.reduce((sum, path) => sum + statSync(join(ROOT, path)).size, 0);
  console.log(`jsr     ${files.length} files, ${kib(bytes)} of ${kib(LIMITS.jsr)}`);
  const faults = WANTED.filter((name) => !files.includes(name)).map((name) => `jsr: no ${name}`);
  if (bytes > LIMITS.jsr) faults.push(`jsr: ${kib(bytes)} are more than ${kib(LIMITS.jsr)}`);
  for (
    const path of files.filter((name) => /(^|\/)(tests?|bench|scripts|docs)\/|_test\./.test(name))
  ) {
    faults.push(`jsr: ${path} is nothing that a user needs`);
  }
  for (const path of files.filter((name) => name.endsWith(".ts"))) {
    const text = read(path);
    if (!/^\/\*\*(?:(?!\*\/)[\s\S])*@module/.test(text)) faults.push(`jsr: ${path} has no @module`);
    for (const target of importsOf(path).filter((name) => !files.includes(name))) {
      faults.push(`jsr: ${path} imports ${target}, which is not published`);
    }
  }
  return faults;
}

/** The parts of `deno info --json` that are read here. */
interface ModuleGraph {
  modules: {
    local?: string;
    dependencies?: { code?: { specifier: string }; type?: { specifier: string } }[];
  }[];
}

/** The modules that the entrypoints reach. */
interface Reached {
  /** The modules of this project, as paths in it. */
  modules: string[];
  /** Their imports from elsewhere: `jsr:/@std/yaml@^1.0.10/parse`, `node:stream`. */
  outside: string[];
}

/**
 * The modules that the entrypoints reach, by the imports of `deno.json`, as for a user: stand-ins
 * for `@std` do not count.
 */
export async function reached(): Promise<Reached> {
  const env = { JSR_URL: "http://127.0.0.1:1/" }; // nothing has to be loaded from elsewhere
  const modules = new Set<string>();
  const imports = new Set<string>();
  for (const path of Object.values(CONFIG.exports)) {
    const args = ["info", "--json", "--no-lock", path];
    const { stdout } = await new Deno.Command(Deno.execPath(), { args, cwd: ROOT, env }).output();
    const graph: ModuleGraph = JSON.parse(new TextDecoder().decode(stdout));
    for (const { local, dependencies = [] } of graph.modules) {
      if (local?.startsWith(ROOT)) modules.add(local.slice(ROOT.length));
      for (const { code, type } of dependencies) {
        for (const found of [code, type]) if (found !== undefined) imports.add(found.specifier);
      }
    }
  }
  const outside = [...imports].filter((specifier) => !specifier.startsWith("file:"));
  return { modules: [...modules].sort(), outside: outside.sort() };
}

/** The faults of imports: those that do not work everywhere, or may change tomorrow. */
async function checkImports(): Promise<string[]> {
  return (await reached()).outside.flatMap((specifier) => {
    if (specifier.startsWith("node:")) return [];
    if (!specifier.startsWith("jsr:")) {
      return `jsr: ${specifier} is imported, and not found in a folder below a package.json`;
    }
    const isStable = /@[~^]?[1-9]/.test(specifier) && !specifier.includes("unstable");
    return isStable ? [] : `jsr: ${specifier} is imported, and is not stable`;
  });
}

/** One item that JSR gives points for. */
interface Score {
  what: string;
  points: number;
  earned: boolean;
}

/** The points that JSR gives for the content of a checkout, by its own rules. */
async function scores(): Promise<Score[]> {
  const entrypoints = Object.values(CONFIG.exports);
  const heads = entrypoints.map((path) => /^\/\*\*[\s\S]*?\*\//.exec(read(path))?.[0] ?? "");
  const [map] = await moduleFlags();
  const documented = ["doc", "--lint", ...(map === undefined ? [] : [map]), ...entrypoints];
  const fast = ["lint", "--rules-tags=", "--rules-include=no-slow-types"];
  const release = read(".github/workflows/release.yml");
  return [
    { what: "a README", points: 2, earned: read("README.md").length > 0 },
    { what: "an example", points: 1, earned: heads.every((head) => head.includes("@example")) },
    { what: "module documents", points: 1, earned: heads.every((head) => / @module\b/.test(head)) },
    { what: "documented symbols", points: 5, earned: await succeeds(documented) },
    { what: "no slow types", points: 5, earned: await succeeds(fast) },
    {
      what: "provenance",
      points: 1,
      earned: /^ {2}jsr:\n(?: {3}.*\n)*? {6}id-token: write/m.test(release),
    },
  ];
}

/** Whether Deno succeeds. It does not wait for JSR when `moduleFlags` could not reach it. */
async function succeeds(args: string[]): Promise<boolean> {
  const env: Record<string, string> = (await moduleFlags()).length === 0
    ? {}
    : { JSR_URL: "http://127.0.0.1:1/" };
  return (await new Deno.Command(Deno.execPath(), { args, cwd: ROOT, env }).output()).success;
}

/** The reasons why the package has less than full marks. */
async function checkScore(): Promise<string[]> {
  const list = await scores();
  const sum = (some: Score[]) => some.reduce((total, { points }) => total + points, 0);
  const earned = list.filter((score) => score.earned);
  console.log(
    `jsr     ${sum(earned)} of ${sum(list)} points: ` +
      list.map(({ what, points }) => `${what} ${points}`).join(", ") +
      "; 3 more (description 1, runtimes 2) are set at jsr.io",
  );
  return list.filter((score) => !score.earned).map(({ what }) => `jsr: no point for ${what}`);
}

/** The files that `npm pack` would take. */
interface Packed {
  size: number;
  unpackedSize: number;
  files: { path: string }[];
}

/** Whether a file belongs in the npm package. */
export function belongsIntoNpm(path: string): boolean {
  return /^(package\.json|README\.md|CHANGELOG\.md|LICENSE|xpm-copy\.1)$/.test(path) ||
    /^schemas\/\w+\.json$/.test(path) ||
    /^js\/(xpm-copy|command)\.js$/.test(path) ||
    /^esm\/(mod|cli|_dnt\.polyfills|lib\/(?!cli\/).+)\.d\.ts$/.test(path);
}

async function checkNpm(): Promise<string[] | undefined> {
  if (!existsSync(join(NPM, "package.json"))) return undefined;
  const options = { args: ["pack", "--dry-run", "--json", "--silent"], cwd: NPM };
  const { stdout } = await new Deno.Command("npm", options).output();
  const [packed] = JSON.parse(new TextDecoder().decode(stdout)) as [Packed];
  const { size, unpackedSize, files } = packed;
  console.log(
    `npm     ${files.length} files, ${kib(size)} of ${kib(LIMITS.npmPacked)} packed, ` +
      `${kib(unpackedSize)} of ${kib(LIMITS.npmUnpacked)} unpacked`,
  );
  const paths = files.map(({ path }) => path);
  const faults = paths.filter((path) => !belongsIntoNpm(path)).map((path) => `npm: ${path} in it`);
  if (size > LIMITS.npmPacked || unpackedSize > LIMITS.npmUnpacked) faults.push("npm: too large");
  const manifest = JSON.parse(readFileSync(join(NPM, "package.json"), "utf8"));
  for (const key of ["name", "version", "license"] as const) {
    if (manifest[key] !== CONFIG[key]) faults.push(`npm: ${key} is ${manifest[key]}`);
  }
  const schemas = readdirSync(join(ROOT, "schemas")).map((name) => `schemas/${name}`);
  const { types, import: module } = manifest.exports["."];
  const wanted = [types, module, manifest.exports["./cli"].types, manifest.bin["xpm-copy"]];
  for (const path of [...wanted.map((name) => name.replace("./", "")), "xpm-copy.1", ...schemas]) {
    if (!paths.includes(path)) faults.push(`npm: no ${path}`);
  }
  for (const path of paths.filter((name) => /\.(js|json|ts)$/.test(name))) {
    const text = readFileSync(join(NPM, path), "utf8");
    if (
      text.includes(ROOT) || /file:\/\/\/[a-z]+\/[a-z]+\//.test(text.replace(/^\s*\*.*$/gm, ""))
    ) {
      faults.push(`npm: ${path} names a path of this machine`);
    }
  }
  return [...faults, ...await judge()];
}

/** The packages of npm that judge others, their arguments, and what they say when all is well. */
const JUDGES: [name: string, args: string[], praise: string][] = [
  ["publint@0.3.25", ["--strict", NPM], "All good!"],
  ["@arethetypeswrong/cli@0.18.5", ["--profile", "esm-only", "--quiet", "--pack", NPM], ""],
];

/** The faults that others find in the npm package. */
async function judge(): Promise<string[]> {
  const faults: string[] = [];
  for (const [name, args, praise] of JUDGES) {
    const options = { args: ["--yes", name, ...args], cwd: ROOT, env: { NO_COLOR: "1" } };
    const { success, stdout, stderr } = await new Deno.Command("npx", options).output();
    const said = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes)).join("");
    if (!success || !said.includes(praise)) faults.push(`npm: ${name}: ${said}`);
    else console.log(`npm     ${name} finds nothing`);
  }
  return faults;
}

function checkBinaries(): string[] | undefined {
  const sums = join(BINARIES, "SHA256SUMS");
  if (!existsSync(sums)) return undefined;
  const faults: string[] = [];
  for (const line of readFileSync(sums, "utf8").trimEnd().split("\n")) {
    const [sum, file] = line.split("  ") as [string, string];
    const bytes = readFileSync(join(BINARIES, file));
    console.log(`binary  ${file}, ${kib(bytes.length)} of ${kib(LIMITS.binary)}`);
    if (createHash("sha256").update(bytes).digest("hex") !== sum) faults.push(`${file}: wrong sum`);
    const isNamed = file === "xpm-copy.1" || file.startsWith(`xpm-copy-${CONFIG.version}-`);
    if (!isNamed) faults.push(`${file}: wrong name`);
    if (bytes.length > LIMITS.binary) faults.push(`${file}: too large`);
  }
  return faults;
}

function kib(bytes: number): string {
  return `${Math.ceil(bytes / KIB)} KiB`;
}

/** The faults of what JSR would publish. */
export async function jsrFaults(): Promise<string[]> {
  return [...checkJsr(), ...await checkImports(), ...await checkScore()];
}

async function main(all: boolean): Promise<number> {
  const fault = versionFault({ version: CONFIG.version, changelog: read("CHANGELOG.md") });
  const parts = { npm: await checkNpm(), pypi: checkPypi(), binary: checkBinaries() };
  const faults = [...(fault === undefined ? [] : [fault]), ...await jsrFaults()];
  for (const [name, found] of Object.entries(parts)) {
    if (found !== undefined) faults.push(...found);
    else if (all) faults.push(`${name}: has not been made`);
    else console.log(`${name.padEnd(8)}not checked: it has not been made`);
  }
  for (const one of faults) console.error(one);
  return faults.length === 0 ? 0 : 1;
}

if (import.meta.main) Deno.exit(await main(Deno.args.includes("--all")));
