/**
 * How the sources hang together: imports run downwards, there is no circle, files stay short.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { dirname, join } from "@std/path";
import { ROOT } from "../scripts/modules.ts";
import { STOREYS } from "./support/storeys.ts";

/** Imports upwards that are there on purpose. */
const ON_PURPOSE = [
  "mod.ts → cli.ts", // `deno run jsr:@xpm/copy` runs this module: it hands over to the program
];

/** The most lines of a file. */
const LONGEST = 300;

/** Files that are longer still, and how long each may be at most. */
const LONG: Readonly<Record<string, number>> = {
  "lib/host/ssh/programs/programs.ts": 1700, // made of files that are short
};

/** Which files a file imports. */
type Imports = ReadonlyMap<string, readonly string[]>;

/** The files of `lib/` and the two entrances, with their texts. */
const SOURCES: ReadonlyMap<string, string> = new Map(
  ["mod.ts", "cli.ts", ...filesIn("lib", ".ts")].map((path) => [path, read(path)]),
);

function read(path: string): string {
  return Deno.readTextFileSync(join(ROOT, path));
}

/** The code of a file: without the comments, which have examples. */
function codeOf(path: string): string {
  return SOURCES.get(path)!.replace(/^ *\/\*\*[\s\S]*?\*\//gm, "").replace(
    /(^|\s)\/\/ .*$/gm,
    "$1",
  );
}

function filesIn(folder: string, ending: string): string[] {
  return [...Deno.readDirSync(join(ROOT, folder))].flatMap(({ name, isDirectory }) => {
    const path = `${folder}/${name}`;
    return isDirectory ? filesIn(path, ending) : name.endsWith(ending) ? [path] : [];
  }).sort();
}

/** The files that a text imports, of types too. */
function importsOf(path: string, text: string): string[] {
  const found = text.matchAll(
    /^(?:import|export)\b[^;"]*?\bfrom "(\.[^"]+)";|^import "(\.[^"]+)";|\bimport\("(\.[^"]+)"\)/gm,
  );
  return [...new Set([...found].map(([, from, bare, late]) => (from ?? bare ?? late)!))]
    .map((to) => join(dirname(path), to)).sort();
}

const IMPORTS: Imports = new Map(
  [...SOURCES].map(([path, text]) => [path, importsOf(path, text)]),
);

/** The number of a file's storey from the top; -1 when it is on none. */
function storeyOf(path: string): number {
  return STOREYS.findIndex((names) =>
    names.some((name) => path === name || path.startsWith(`${name}/`))
  );
}

/** The imports that run upwards. */
function upwards(imports: Imports): string[] {
  return [...imports].flatMap(([from, all]) =>
    all.filter((to) => storeyOf(to) < storeyOf(from)).map((to) => `${from} → ${to}`)
  ).sort();
}

/** The groups of files each of which imports, in the end, all the others. */
function circles(imports: Imports): string[] {
  const reached = new Map([...imports.keys()].map((path) => [path, reachedFrom(path, imports)]));
  const groups = [...imports.keys()].filter((path) => reached.get(path)!.has(path)).map((path) =>
    [...reached.get(path)!].filter((other) => reached.get(other)?.has(path)).sort().join(" ↔ ")
  );
  return [...new Set(groups)].sort();
}

function reachedFrom(path: string, imports: Imports): Set<string> {
  const found = new Set<string>();
  const next = [...imports.get(path) ?? []];
  for (let to = next.pop(); to !== undefined; to = next.pop()) {
    if (found.has(to)) continue;
    found.add(to);
    next.push(...imports.get(to) ?? []);
  }
  return found;
}

/** A graph of imports without those that are there on purpose. */
function without(imports: Imports, known: readonly string[]): Imports {
  return new Map(
    [...imports].map(([from, all]) => [
      from,
      all.filter((to) => !known.includes(`${from} → ${to}`)),
    ]),
  );
}

Deno.test("every file stands on a storey, and imports only files that are there", () => {
  assert(IMPORTS.size > 100, `only ${IMPORTS.size} files were found`);
  assertEquals([...SOURCES.keys()].filter((path) => storeyOf(path) < 0), []);
  const targets = new Set([...IMPORTS.values()].flat());
  assert(targets.size > 80, `only ${targets.size} imported files were found`);
  assertEquals([...targets].filter((to) => !IMPORTS.has(to)), []);
});

Deno.test("imports run downwards", () => {
  const found = upwards(IMPORTS);
  assertEquals(found, ON_PURPOSE);
});

Deno.test("a copy asks its ends what they can, never where they are", () => {
  const asking = /\.(?:name|ssh) [!=]== undefined|\bssh [!=]== undefined/;
  assert(asking.test(SOURCES.get("lib/host/hosts.ts")!), "nobody asks, not even where it is known");
  const found = [...SOURCES].filter(([path]) => /^lib\/(copy|inspect)\//.test(path))
    .filter(([, text]) => asking.test(text)).map(([path]) => path);
  assertEquals(found, []);
});

/** What only some files may do: a pattern of code, and the files and folders that have it. */
const RESERVED: Readonly<Record<string, readonly [pattern: RegExp, places: readonly string[]]>> = {
  "start a process": [
    /\bDeno\.Command\b|"node:child_process"/,
    ["lib/system/spawn.ts", "lib/system/node/spawn.ts", "lib/system/node/flock.ts"],
  ],
  "read environment variables": [
    /\bDeno\.env\b|\benv\b.* from "node:process"|\bprocess\.env\b/,
    ["lib/system/environment.ts", "lib/cli/terminal.ts", "lib/system/node/"],
  ],
  "load Node's modules at the start": [ // of a bundled program, whoever imports the file
    /^import (?!type\b)[^;]*? from "node:/m,
    ["lib/system/node/"],
  ],
  "print, or read what is typed": [
    /\bconsole\.\w+\(|\bDeno\.std(?:in|out|err)\b/,
    ["lib/cli/"],
  ],
};

for (const [what, [pattern, places]] of Object.entries(RESERVED)) {
  Deno.test(`only some files ${what}`, () => {
    const found = [...SOURCES.keys()].filter((path) => pattern.test(codeOf(path)));
    const isIn = (path: string, place: string) => path === place || path.startsWith(place);
    assertEquals(found.filter((path) => !places.some((place) => isIn(path, place))), []);
    const unused = places.filter((place) => !found.some((path) => isIn(path, place)));
    assertEquals(unused, [], "take it off the list");
  });
}

Deno.test("only process.ts has processes started, and gives them no other environment", () => {
  const importers = [...IMPORTS].filter(([, all]) => all.includes("lib/system/spawn.ts"));
  assertEquals(importers.map(([path]) => path), ["lib/system/process.ts"]);
  assert(/\bclearEnv: true\b/.test(codeOf("lib/system/spawn.ts")));
});

Deno.test("rules call nothing of the system", () => {
  const system = /\bDeno\.|"node:/;
  assert(system.test(codeOf("lib/host/local/claim.ts")), "nobody calls it");
  const rooms = /^lib\/(copy|rewrite|tar|workspace|text)\//;
  const found = [...SOURCES.keys()].filter((path) => rooms.test(path));
  assert(found.length > 50, `only ${found.length} files were found`);
  assertEquals(found.filter((path) => system.test(codeOf(path))), []);
});

Deno.test("no files import each other", () => {
  assertEquals(circles(without(IMPORTS, ON_PURPOSE)), []);
});

Deno.test(`no file of lib has more than ${LONGEST} lines`, () => {
  const programs = filesIn("lib", ".sh").map((path) => [path, read(path)] as const);
  assert(programs.length > 10, `only ${programs.length} programs of the far end were found`);
  const lines = new Map(
    [...SOURCES, ...programs].map(([path, text]) => [path, text.split("\n").length - 1]),
  );
  const tooLong = [...lines].filter(([path, count]) => count > (LONG[path] ?? LONGEST));
  assertEquals(tooLong, [], "cut it");
  const short = Object.keys(LONG).filter((path) => (lines.get(path) ?? 0) <= LONGEST);
  assertEquals(short, [], "take it off the list");
});

Deno.test("importsOf() reads every way to import a file, and only that", () => {
  const text = `
 * import { a } from "./not_this.ts";
import { a } from "./a.ts";
import type { b } from "../b.ts";
import {
  c,
  d,
} from "./c/c.ts";
import "./bare.ts";
import { e } from "@std/assert";
export * from "./star.ts";
export { f } from "./f.ts";
export const text = "from './x.ts'";
const late = await import("./late.ts");
`;
  const read = importsOf("lib/x/y.ts", text);
  const names = ["a", "bare", "c/c", "f", "late", "star"];
  assertEquals(read, ["lib/b.ts", ...names.map((name) => `lib/x/${name}.ts`)]);
});

Deno.test("upwards() and circles() find what they are to find", () => {
  const imports: Imports = new Map([
    ["lib/copy/a.ts", ["lib/copy/b.ts", "lib/host/a.ts"]],
    ["lib/copy/b.ts", ["lib/copy/c.ts"]],
    ["lib/copy/c.ts", ["lib/copy/a.ts", "lib/errors.ts"]],
    ["lib/host/a.ts", ["lib/cli/a.ts"]],
    ["lib/host/b.ts", ["lib/copy/a.ts"]],
    ["lib/cli/a.ts", ["lib/cli/a.ts"]],
    ["lib/errors.ts", []],
  ]);
  assertEquals(upwards(imports), [
    "lib/host/a.ts → lib/cli/a.ts",
    "lib/host/b.ts → lib/copy/a.ts",
  ]);
  assertEquals(circles(imports), [
    "lib/cli/a.ts",
    "lib/copy/a.ts ↔ lib/copy/b.ts ↔ lib/copy/c.ts",
  ]);
});
