/**
 * Builds the npm package into `dist/npm`: one module of library and program, with types. Beside them
 * are the single modules and the tests for `deno task test:npm`; `npm pack` leaves these out.
 *
 * @module
 */

import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import config from "../deno.json" with { type: "json" };
import { bundle } from "./bundle.ts";
import { DOCUMENTS, withAddresses } from "./documents.ts";
import { MAN_PAGE, ROOT } from "./modules.ts";

const OUT = join(ROOT, "dist", "npm");

/** The `package.json` of the npm package. */
function packageJson() {
  const repository = Deno.env.get("GITHUB_REPOSITORY");
  return {
    name: config.name,
    version: config.version,
    description: "Copies experimaestro experiments between workspaces, on one machine and over ssh",
    license: config.license,
    keywords: ["experimaestro", "experiments", "rsync", "ssh", "copy"],
    engines: { node: ">=20" },
    man: ["./xpm-copy.1"],
    ...(repository && {
      repository: { type: "git", url: `git+https://github.com/${repository}.git` },
    }),
    devDependencies: { "@types/node": "^22.19.0" },
    scripts: { test: "node --version" }, // or dnt compiles no tests
  };
}

/** The options of dnt. */
function options() {
  return {
    entryPoints: [
      "./mod.ts",
      { name: "./cli", path: "./cli.ts" },
      { kind: "bin", name: "xpm-copy", path: "./scripts/npm/bin.ts" },
    ],
    outDir: OUT,
    mappings: { "./lib/system/spawn.ts": "./lib/system/node/spawn.ts" },
    shims: {
      custom: [{
        module: "./lib/system/node/deno.ts",
        globalNames: ["Deno", "addEventListener", "removeEventListener"],
      }],
    },
    scriptModule: false,
    polyfills: { importMeta: false },
    compilerOptions: {
      lib: ["ES2023", "ESNext.Disposable", "DOM", "DOM.Iterable", "DOM.AsyncIterable"],
      target: "ES2023",
      noUncheckedIndexedAccess: true,
    },
    filterDiagnostic: isOurs,
    test: true,
    testPattern: "tests/**/{*_test,deno_in_node,as_*,claimer,killed,peak}.ts",
    package: packageJson(),
  };
}

/** Whether a finding of dnt's type check concerns the library, under the types of Node 20. */
function isOurs(
  { file, messageText }: { file?: { fileName: string }; messageText: unknown },
): boolean {
  // The tests, and the parts of @std that they use, have the right types for Deno. Node has only
  // part of its namespace, which is enough for them.
  const inTests = /\/npm\/src\/(tests|scripts|bench|deps)\//.test(file?.fileName ?? "");
  // Node 20 does not know it, and so treats no module as the program.
  return !inTests && messageText !== "Property 'main' does not exist on type 'ImportMeta'.";
}

/** The command of the package. */
const COMMAND = `#!/usr/bin/env node
import { run } from "./xpm-copy.js";

process.exit(await run(process.argv.slice(2)));
`;

/**
 * Makes one module of library and program, which is quick to load, and the package of it: with the
 * types that dnt has made. All else in `dist/npm` is for the tests.
 */
async function assemble(): Promise<void> {
  const folder = join(OUT, "js");
  mkdirSync(folder);
  const both = join(OUT, "esm", "both.js");
  writeFileSync(both, 'export * from "./mod.js";\nexport { run } from "./cli.js";\n');
  await bundle(both, join(folder, "xpm-copy.js"));
  writeFileSync(join(folder, "command.js"), COMMAND, { mode: 0o755 });
  const file = join(OUT, "package.json");
  const { scripts: _scripts, devDependencies: _needless, module: _module, ...rest } = JSON.parse(
    readFileSync(file, "utf8"),
  );
  const exported = (types: string) => ({ types, import: "./js/xpm-copy.js" });
  const copied = ["README.md", "CHANGELOG.md", "LICENSE", MAN_PAGE];
  const manifest = {
    ...rest,
    type: "module",
    sideEffects: false,
    exports: {
      ".": exported("./esm/mod.d.ts"),
      "./cli": exported("./esm/cli.d.ts"),
      "./package.json": "./package.json",
    },
    bin: { "xpm-copy": "./js/command.js" },
    files: [
      "js",
      "schemas",
      ...copied.map((name) => basename(name)),
      ...typesOf("esm/mod", "esm/cli"),
    ],
  };
  writeFileSync(file, JSON.stringify(manifest, undefined, 2) + "\n");
  for (const name of copied) copyFileSync(resolve(ROOT, name), join(OUT, basename(name)));
  const repository = Deno.env.get("GITHUB_REPOSITORY");
  if (repository !== undefined) {
    const readme = withAddresses(DOCUMENTS.get("README.md")!, repository, `v${config.version}`);
    writeFileSync(join(OUT, "README.md"), readme);
  }
  cpSync(join(ROOT, "schemas"), join(OUT, "schemas"), { recursive: true });
}

/** The files with the types of modules, and of all that these mention. */
function typesOf(...modules: string[]): string[] {
  const found = new Set(modules);
  for (const module of found) {
    const text = readFileSync(join(OUT, `${module}.d.ts`), "utf8");
    for (const [, to] of text.matchAll(/^(?:import|export)\b[^;]*?"(\.[^"]+)\.js"/gm)) {
      found.add(join(dirname(module), to!));
    }
  }
  return [...found].map((module) => `${module}.d.ts`).sort();
}

async function loadDnt(): Promise<{ build(options: unknown): Promise<void> } | undefined> {
  try {
    return await import("@deno/dnt" as string);
  } catch {
    return undefined;
  }
}

if (import.meta.main) {
  const dnt = await loadDnt();
  if (dnt === undefined) {
    console.error("build:npm needs jsr:@deno/dnt, and cannot have it: is jsr.io out of reach?");
    Deno.exit(1);
  }
  if (existsSync(OUT)) rmSync(OUT, { recursive: true });
  await dnt.build(options());
  await assemble();
}
