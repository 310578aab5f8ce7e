/**
 * The documents: links lead somewhere, commands are understood, options and tests are there.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { dirname, join } from "@std/path";
import { parseArguments } from "../lib/cli/arguments.ts";
import { HELP_TEXT } from "../lib/cli/help.ts";
import { ROOT } from "../scripts/modules.ts";

const FENCE = /^```(\S*)\n([\s\S]*?)^```$/gm;

/** The documents, by their path in the project. */
const DOCUMENTS = new Map(
  [
    "README.md",
    "CHANGELOG.md",
    ...[...Deno.readDirSync(join(ROOT, "docs"))].map(({ name }) => `docs/${name}`),
  ].filter((path) => path.endsWith(".md"))
    .sort()
    .map((path) => [path, Deno.readTextFileSync(join(ROOT, path))]),
);

/** The anchors of a document's headings, as GitHub makes them. */
function anchors(text: string): string[] {
  const headings = text.replace(FENCE, "").matchAll(/^#+ (.+)$/gm);
  return [...headings].map(([, heading]) =>
    heading!.toLowerCase().replace(/[^\p{L}\p{N}\s_-]/gu, "").replaceAll(" ", "-")
  );
}

/** What is wrong with a link of a document; undefined when it leads somewhere. */
function fault(path: string, link: string): string | undefined {
  const [file = "", anchor] = link.split("#");
  const target = file === "" ? path : join(dirname(path), file);
  try {
    Deno.statSync(join(ROOT, target));
  } catch {
    return `${path}: nothing at ${link}`;
  }
  if (anchor === undefined) return undefined;
  const text = DOCUMENTS.get(target) ?? "";
  return anchors(text).includes(anchor) ? undefined : `${path}: no heading for ${link}`;
}

/** The relative links of a document. */
function relativeLinks(text: string): string[] {
  const links = text.replace(FENCE, "").matchAll(/\]\(([^)\s]+)\)/g);
  return [...links].map(([, link]) => link!).filter((link) => !/^[a-z]+:/.test(link));
}

/** The first command of a line, in words as a POSIX shell makes them. */
function words(line: string): string[] {
  const found: string[] = [];
  for (const [token] of line.matchAll(/(?:'[^']*'|"[^"]*"|[^\s'"|;&<>#])+|\S/g)) {
    if (/^[|;&<>#]/.test(token)) break;
    found.push(token.replace(/'([^']*)'|"([^"]*)"/g, "$1$2"));
  }
  return found;
}

/** The lines of a document's `sh` blocks; one that ends in a backslash goes on. */
function shellLines(text: string): string[] {
  return [...text.matchAll(FENCE)].filter(([, language]) => language === "sh")
    .flatMap(([, , body]) => body!.replaceAll("\\\n", " ").split("\n"));
}

/** The arguments of a line that runs the program; undefined when it does not. */
function programArguments(line: string): string[] | undefined {
  const [first, ...rest] = words(line);
  if (first === "xpm-copy") return rest;
  const at = rest.findIndex((word) => /^jsr:@xpm\/copy(\/cli)?$/.test(word));
  return first === "deno" && at >= 0 ? rest.slice(at + 1) : undefined;
}

/** The values of the flags of a `deno run` line, such as `env`, without those that are folders. */
function granted(line: string, flag: string): string[] {
  return new RegExp(`--allow-${flag}=(\\S+)`).exec(line)?.[1]?.split(",") ?? [];
}

Deno.test("the documents have no relative link that leads nowhere", () => {
  const links = [...DOCUMENTS].flatMap(([path, text]) =>
    relativeLinks(text).map((link) => ({ path, link }))
  );
  assert(links.length > 10, `only ${links.length} links were found`);
  assertEquals(links.flatMap(({ path, link }) => fault(path, link) ?? []), []);
});

Deno.test("docs/README.md and README.md link to every document", () => {
  for (const index of ["README.md", "docs/README.md"]) {
    const linked = relativeLinks(DOCUMENTS.get(index)!).map((link) =>
      join(dirname(index), link.replace(/#.*/, ""))
    );
    const others = [...DOCUMENTS.keys()].filter((path) => /^docs\/(?!README)/.test(path));
    assertEquals(others.filter((path) => !linked.includes(path)), [], index);
  }
});

Deno.test("parseArguments() understands every command line of the documents", () => {
  let count = 0;
  for (const [path, text] of DOCUMENTS) {
    for (const line of shellLines(text)) {
      const args = programArguments(line);
      if (args === undefined) {
        assert(!/(^|[|;&(]\s*)xpm-copy /.test(line), `${path}: unread command: ${line}`);
        continue;
      }
      count++;
      try {
        parseArguments(args);
      } catch (error) {
        throw new Error(`${path}: ${line}: ${(error as Error).message}`);
      }
    }
  }
  assert(count >= 20, `only ${count} command lines were found`);
});

Deno.test("README.md and docs/guide.md tell of every option of --help", () => {
  const text = `${DOCUMENTS.get("README.md")} ${DOCUMENTS.get("docs/guide.md")}`;
  const options = new Set(HELP_TEXT.match(/--[a-z][a-z-]*/g));
  assert(options.has("--keep-replaced"));
  const told = new Set(text.match(/--[a-z][a-z-]*/g));
  assertEquals([...options].filter((option) => !told.has(option)), []);
});

Deno.test("README.md grants what tests/sandbox/flags_test.ts shows to be enough and needed", () => {
  const lines = shellLines(DOCUMENTS.get("README.md")!)
    .filter((line) => line.startsWith("deno run --no-prompt"));
  const [programs, variables] = [["rsync", "tar"], ["HOME", "PATH"]];
  const yaml = ["LOG_TOKENS", "LOG_STREAM"];
  const [withSsh, ssh] = [[...programs, "ssh"], [...variables, "TMPDIR", "SSH_AUTH_SOCK", ...yaml]];
  assertEquals(lines.map((line) => granted(line, "run")), [programs, withSsh, withSsh]);
  assertEquals(lines.map((line) => granted(line, "env")), [[...variables, ...yaml], ssh, ssh]);
  assertEquals(lines.map((line) => granted(line, "sys")), [["statfs"], ["statfs"], ["statfs"]]);
});

Deno.test("docs/reliability.md names tests that are there", () => {
  const rows = [...DOCUMENTS.get("docs/reliability.md")!.matchAll(/^\|.* in `(\S+_test\.ts)`/gm)];
  assert(rows.length > 8, `only ${rows.length} rows were found`);
  for (const [row, file] of rows) {
    const source = Deno.readTextFileSync(join(ROOT, "tests", file!));
    const names = row.split("|").at(-1)!.match(/`[^`]+`/g)!.slice(0, -1);
    assert(names.length > 0, row);
    for (const name of names) {
      for (const part of name.replaceAll("`", "").split("…")) {
        assert(source.includes(part.trim()), `${file} has no test "${name}"`);
      }
    }
  }
});
