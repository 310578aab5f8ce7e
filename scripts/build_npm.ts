/**
 * Builds the npm package into `dist/npm`, with the tests beside it for `deno task test:npm`; `npm
 * pack` leaves the tests out.
 *
 * @module
 */

import { copyFileSync, existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { MAN_PAGE } from "./man.ts";
import { ROOT } from "./modules.ts";

const OUT = join(ROOT, "dist", "npm");

/** The content of `deno.json`. */
const CONFIG = JSON.parse(readFileSync(join(ROOT, "deno.json"), "utf8"));

/** The `package.json` of the npm package. */
function packageJson() {
  const repository = Deno.env.get("GITHUB_REPOSITORY");
  return {
    name: CONFIG.name,
    version: CONFIG.version,
    description: "Copies experimaestro experiments between workspaces, on one machine and over ssh",
    license: CONFIG.license,
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
        globalNames: ["Deno", "addEventListener", "removeEventListener", "SuppressedError"],
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
  const inTests = /\/npm\/src\/(tests|scripts|deps)\//.test(file?.fileName ?? "");
  // Node 20 does not know it, and so treats no module as the program.
  return !inTests && messageText !== "Property 'main' does not exist on type 'ImportMeta'.";
}

/** Removes from the package what a user does not need. */
function tidy(): void {
  const file = join(OUT, "package.json");
  const { scripts: _scripts, devDependencies: _needless, ...rest } = JSON.parse(
    readFileSync(file, "utf8"),
  );
  writeFileSync(file, JSON.stringify(rest, undefined, 2) + "\n");
  // besides dnt's own entries: the data of tests
  writeFileSync(join(OUT, ".npmignore"), "/esm/.cache\n/esm/tests/\n", { flag: "a" });
  for (const name of ["README.md", "CHANGELOG.md", "LICENSE"]) {
    copyFileSync(join(ROOT, name), join(OUT, name));
  }
  copyFileSync(MAN_PAGE, join(OUT, basename(MAN_PAGE)));
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
  tidy();
}
