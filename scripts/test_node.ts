/**
 * Runs the tests in Node where dnt is not available. It compiles the sources into `dist/node`, with
 * the replacements of `Deno` and `@std`. It does not cover what dnt adds, nor the check with the
 * types of Node 20: `deno task build:npm` does.
 *
 * deno task test:node [--node=VERSION] [FILE]... FILE as `tests/copy/run_test.ts`
 *
 * Without a version it uses the `node` on PATH.
 *
 * @module
 */

import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import ts from "npm:typescript@^5.9.3";
import { ROOT } from "./modules.ts";
import { runInNode } from "./node_tests.ts";

const OUT = join(ROOT, "dist", "node");
/** The replacement of Deno's namespace. */
const NODE = "lib/system/node";
/** The names that `deno.ts` there defines. */
const NAMES = ["Deno", "addEventListener", "removeEventListener"];

/** The modules that the tests may import. */
function sources(): string[] {
  const below = (folder: string) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".ts")).map((name) => `${folder}/${name}`);
  return ["mod.ts", "cli.ts", ...["lib", "scripts", "tests"].flatMap(below)];
}

/** The target of a module's import: a path in the project, or a package of npm. */
function resolved(from: string, name: string): string {
  const path = name.startsWith("@std/")
    ? `scripts/offline/${name.slice("@std/".length).replaceAll("-", "_")}.ts`
    : join(dirname(from), name);
  return path === "lib/system/spawn.ts" ? `${NODE}/spawn.ts` : path;
}

/** An import from npm. */
const FROM_NPM = /(?<=\bfrom )"npm:([\w-]+)@([^"/]+)([^"]*)"/g;

/** The specifier of a module for an import in another one. */
function specifier(from: string, to: string): string {
  const path = relative(dirname(from), to).replace(/\.ts$/, ".js");
  return path.startsWith(".") ? path : `./${path}`;
}

/** A module with the specifiers that Node needs. */
function withSpecifiers(path: string, code: string): string {
  return code.replace(
    /(\bfrom |\bimport |\bimport\()"(\.{1,2}\/[^"]+\.ts|@std\/[^"]+)"/g,
    (_, before, name) => `${before}"${specifier(path, resolved(path, name))}"`,
  ).replace(/\.json" with { type: "json" }/g, '.json.js"').replace(FROM_NPM, '"$1$3"');
}

/** The import of those names that a module uses. The replacement itself needs none. */
function shims(path: string, source: string): string {
  const used = NAMES.filter((name) => new RegExp(`\\b${name}\\b`).test(source));
  if (used.length === 0 || path.startsWith(`${NODE}/`)) return "";
  return `import { ${used.join(", ")} } from "${specifier(path, `${NODE}/deno.ts`)}";\n`;
}

/** The same as in dnt, which also uses TypeScript. */
const OPTIONS: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2023,
  module: ts.ModuleKind.ESNext,
  verbatimModuleSyntax: true,
};

function compile(path: string): void {
  const source = readFileSync(join(ROOT, path), "utf8");
  const { outputText } = ts.transpileModule(source, { compilerOptions: OPTIONS });
  const to = join(OUT, path.replace(/\.ts$/, ".js"));
  mkdirSync(dirname(to), { recursive: true });
  writeFileSync(to, shims(path, source) + withSpecifiers(path, outputText));
}

/** Installs the npm packages that the library and its tests use; returns whether that worked. */
async function install(): Promise<boolean> {
  const ofDeno = ["scripts/test_node.ts", "scripts/schemas.ts"]; // they want TypeScript itself
  const texts = sources().filter((path) => !ofDeno.includes(path)).map((path) =>
    readFileSync(join(ROOT, path), "utf8")
  );
  const dependencies = Object.fromEntries(
    texts.flatMap((text) => [...text.matchAll(FROM_NPM)].map(([, name, range]) => [name, range])),
  );
  const manifest = JSON.stringify({ private: true, type: "module", dependencies });
  const file = join(OUT, "package.json");
  if (existsSync(file) && readFileSync(file, "utf8") === manifest) return true;
  writeFileSync(file, manifest);
  const args = ["install", "--silent", "--no-audit", "--no-fund", "--no-package-lock"];
  const done = (await new Deno.Command("npm", { args, cwd: OUT }).output()).success;
  if (!done) rmSync(file);
  return done;
}

if (import.meta.main) {
  for (const name of ["lib", "scripts", "tests"]) {
    rmSync(join(OUT, name), { recursive: true, force: true });
  }
  sources().forEach(compile);
  // as modules, since Node 20 warns of imported JSON
  mkdirSync(join(OUT, "schemas"), { recursive: true });
  for (const path of ["deno.json", "schemas/copy.json", "schemas/output.json"]) {
    const json = readFileSync(join(ROOT, path), "utf8");
    writeFileSync(join(OUT, `${path}.js`), `export default ${json}`);
  }
  if (!await install()) {
    console.error("test:node cannot have its packages: is npm's registry out of reach?");
    Deno.exit(1);
  }
  Deno.exit(await runInNode(OUT, Deno.args));
}
