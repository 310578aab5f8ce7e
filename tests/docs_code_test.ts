/**
 * What the documents say about the code: files, names and tables are those of the code.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { join } from "@std/path";
import { BATCH_BYTES, BATCH_JOBS } from "../lib/copy/batches.ts";
import { decide } from "../lib/copy/decisions.ts";
import { recordText } from "../lib/copy/left_out.ts";
import type { JobState } from "../lib/copy/types.ts";
import { UNVERIFIED } from "../lib/host/host.ts";
import { ABOUT } from "../lib/host/local/claim.ts";
import { ASIDE, JOB_LINKS } from "../lib/host/steps.ts";
import { FAR_SHELL } from "../lib/transport/far_command.ts";
import { MAX_DOCUMENT, MAX_LINES } from "../lib/workspace/documents.ts";
import { RECORDS, STAGING } from "../lib/workspace/layout.ts";
import { blocksOf, DOCUMENTS } from "../scripts/documents.ts";
import { ROOT } from "../scripts/modules.ts";
import { STOREYS } from "./support/storeys.ts";

/** The documents about the code. */
const ABOUT_CODE = ["CONTRIBUTING.md", "docs/architecture.md", "docs/formats.md", "docs/rules.md"];

/** The files and folders of the project, without what is made; folders end with a `/`. */
const PATHS: readonly string[] = ["lib", "tests", "scripts", "docs", "bench"].flatMap(pathsIn)
  .concat([...Deno.readDirSync(ROOT)].filter(({ isFile }) => isFile).map(({ name }) => name));

function pathsIn(folder: string): string[] {
  const below = [...Deno.readDirSync(join(ROOT, folder))].flatMap(({ name, isDirectory }) =>
    isDirectory ? pathsIn(`${folder}/${name}`) : [`${folder}/${name}`]
  );
  return [`${folder}/`, ...below];
}

/** The code of the library, and of what tests share, without the lines of comments. */
const CODE = PATHS.filter((path) => /^(lib|tests\/support)\/.*\.ts$/.test(path))
  .map((path) => Deno.readTextFileSync(join(ROOT, path)).replace(/^ *(\/\*\*|\*|\/\/).*$/gm, ""))
  .join("\n");

/** The pieces of code in the sentences and tables of a document. */
function spansOf(path: string): string[] {
  const text = DOCUMENTS.get(path)!.replace(/^```[\s\S]*?^```$/gm, "");
  return [...text.matchAll(/`([^`]+)`/g)].map(([, span]) => span!.replace(/\s+/g, " "));
}

/** Whether a path that a document names is there: from the project's folder, or the end of one. */
function isThere(path: string): boolean {
  return PATHS.some((each) => each === path || each.endsWith(`/${path}`));
}

/** The rows of the table in a document whose heading begins with some words, cell by cell. */
function tableOf(path: string, heading: string): string[][] {
  const lines = DOCUMENTS.get(path)!.split("\n");
  const first = lines.findIndex((line) => line.startsWith(`| ${heading}`));
  assert(first >= 0, `${path} has no table ${heading}`);
  const rest = lines.slice(first + 2);
  return rest.slice(0, rest.findIndex((line) => !line.startsWith("|"))).map((line) =>
    line.split("|").slice(1, -1).map((cell) => cell.trim())
  );
}

Deno.test("the documents about the code name files and folders that are there", () => {
  let count = 0;
  for (const path of [...ABOUT_CODE, "docs/hosts.md"]) {
    const named = spansOf(path).filter((span) =>
      /^[\w./]+\.(ts|sh)$/.test(span) || /^(lib|tests|scripts|docs|bench)\/[\w./]*$/.test(span)
    );
    count += named.length;
    assertEquals(named.filter((name) => !isThere(name)), [], path);
  }
  assert(count > 80, `only ${count} names were found`);
});

/** Words that look like names of the code, and are none. */
const OTHER_WORDS = ["NaN"];

Deno.test("the documents about the code name symbols that are there", () => {
  const programs = Deno.readTextFileSync(join(ROOT, "lib/host/ssh/programs/programs.ts"));
  let count = 0;
  for (const path of ABOUT_CODE) {
    const lost = spansOf(path).filter((span) => {
      if (OTHER_WORDS.includes(span)) return false;
      if (/^[A-Z]{4,}$/.test(span)) return !programs.includes(`export const ${span} =`);
      const isName = /^\w+(\.\w+)?\(\)$/.test(span) || // `planJobs()`, `Staging.carry`, `FAR_SHELL`
        /^\w+(\.\w+)?$/.test(span) && /[a-z][A-Z]|^[A-Z]\w*[a-z]\.|^[A-Z]+_[A-Z_]+$/.test(span);
      if (!isName) return false;
      count++;
      const names = span.replace("()", "").split(".");
      return !names.every((name) => new RegExp(`\\b${name}\\b`).test(CODE));
    });
    assertEquals(lost, [], path);
  }
  assert(count > 20, `only ${count} names were found`);
});

Deno.test("docs/architecture.md lists the methods of a host, and of a staging folder", () => {
  const source = Deno.readTextFileSync(join(ROOT, "lib/host/host.ts"));
  for (const name of ["Host", "Staging"]) {
    const [, body] = new RegExp(`^export interface ${name} \\{\\n([\\s\\S]*?)^\\}`, "m")
      .exec(source)!;
    const methods = [...body!.matchAll(/^ {2}(\w+)\(/gm)].map(([, method]) => `\`${method}\``);
    assert(methods.length > 5, name);
    const listed = tableOf("docs/architecture.md", `\`${name}\``).map(([method]) => method!);
    assertEquals(listed.toSorted(), methods.toSorted(), `the table of ${name}`);
  }
});

Deno.test("the documents have the storeys of tests/support/storeys.ts", () => {
  const plain = (text: string) => text.replace(/\s+/g, " ");
  const chain = STOREYS.filter((names) => names.every((name) => name.startsWith("lib/")))
    .map((names) => names.map((name) => name.replace(/^lib\/|\.ts$/g, "")).join(", ")).join(" → ");
  for (const path of ["CONTRIBUTING.md", "docs/architecture.md"]) {
    assert(plain(DOCUMENTS.get(path)!).includes(`Imports run downwards: \`${chain}\`.`), path);
  }
  const [block] = blocksOf("", DOCUMENTS.get("docs/architecture.md")!);
  const listed = block!.body.trim().split("\n").map((line) => line.split(" ")[0]!);
  assertEquals(listed.map((name) => name.replace(/\/$/, "")), STOREYS.flat());
});

Deno.test("CONTRIBUTING.md has a room for every folder of lib", () => {
  const rooms = tableOf("CONTRIBUTING.md", "What the line knows").map(([, room]) =>
    room!.replaceAll("`", "")
  );
  assertEquals(rooms.filter((room) => !isThere(room)), []);
  assertEquals(new Set(rooms).size, rooms.length, "a room stands there twice");
  const folders = PATHS.filter((path) => /^lib\/(\w+\/|host\/\w+\/|\w+\.ts)$/.test(path));
  assertEquals(folders.filter((folder) => !rooms.includes(folder)), []);
});

Deno.test("docs/rules.md has the table of decide()", () => {
  const states: JobState[] = ["absent", "done", "failed", "unfinished", "running"];
  const rows = tableOf("docs/rules.md", "source ↓ destination →");
  assertEquals(rows.length, 5);
  for (const [name, ...cells] of rows) {
    const source = (name === "missing" ? "absent" : name) as JobState;
    for (const [index, destination] of states.entries()) {
      const { action, incomplete } = decide(source, destination, {
        removed: false,
        includeRunning: false,
      });
      const cell = cells[index]!;
      assertEquals(
        [/^\w+/.exec(cell)![0], cell.includes("exit 3")],
        [action, incomplete],
        `${name} there ${destination}: ${cell}`,
      );
    }
  }
});

Deno.test("docs/formats.md has the names, the command line and the record of the code", () => {
  const text = DOCUMENTS.get("docs/formats.md")!;
  const blocks = blocksOf("", text);
  const [tree, command] = blocks.filter(({ language }) => language === "text");
  for (const name of [`${STAGING}/`, ABOUT, UNVERIFIED, `${ASIDE}/`, `${JOB_LINKS}/jobs/`]) {
    assert(tree!.body.includes(` ${name}`) || tree!.body.startsWith(name), name);
  }
  assert(text.includes(`\`${RECORDS}/TASK/JOB.json\``));
  const parts = command!.body.trim().replace(/\s+/g, " ").split(" … ");
  assertEquals(parts.length, 2);
  for (const part of parts) assert(FAR_SHELL.includes(part), part);
  const { body } = blocks.find(({ language }) => language === "json")!;
  const { job, source, exclude, files, bytes, leftOut } = JSON.parse(body);
  const found = { files, bytes, first: leftOut };
  const told = { source, files: { exclude }, isPartial: false, lacking: [] };
  const made = JSON.parse(recordText(job, found, told));
  const { about, ...rest } = JSON.parse(body);
  assert(made.about.startsWith(about.replace("…", "").trim()), about);
  assertEquals({ ...rest, about: made.about }, made);
});

Deno.test("the documents have the limits of the code", () => {
  const plain = (path: string) => DOCUMENTS.get(path)!.replace(/\s+/g, " ");
  const load = `${BATCH_JOBS.toLocaleString("en")} jobs and ${BATCH_BYTES / 2 ** 30} GiB`;
  assert(plain("docs/architecture.md").includes(`at most ${load}`), load);
  const document = `up to ${MAX_DOCUMENT / 2 ** 20} MiB is read whole`;
  assert(plain("docs/formats.md").includes(document), document);
  assert(plain("docs/formats.md").includes(`up to ${MAX_LINES / 2 ** 30} GiB`));
});
