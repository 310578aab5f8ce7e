/**
 * The documents: links lead somewhere, commands are understood, options and tests are there.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { dirname, join } from "@std/path";
import { parseArguments } from "../lib/cli/arguments.ts";
import { helpText } from "../lib/cli/help.ts";
import { OLDEST_DENO } from "../lib/host/runtime.ts";
import {
  blocksOf,
  DOCUMENTS,
  faultOf,
  isExternal,
  linesOf,
  linksOf,
  scriptOf,
  withAddresses,
} from "../scripts/documents.ts";
import { figuresOf } from "../scripts/figures.ts";
import { ROOT } from "../scripts/modules.ts";
import { VERSIONS } from "../scripts/setup.ts";

/** The relative links of a document. */
function relativeLinks(path: string): string[] {
  return linksOf(DOCUMENTS.get(path)!).filter((link) => !isExternal(link));
}

/** The lines that a document tells to run. */
function shellLines(path: string): string[] {
  return blocksOf(path, DOCUMENTS.get(path)!).flatMap((block) => linesOf(scriptOf(block) ?? ""));
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

/** The arguments of a line that runs the program; undefined when it does not. */
function programArguments(line: string): string[] | undefined {
  const [first, ...rest] = words(line.replace(/^eval "\$\((.*)\)"$/, "$1"));
  if (first === "xpm-copy") return rest;
  const at = rest.findIndex((word) => /^jsr:@xpm\/copy(\/cli)?$/.test(word));
  return first === "deno" && at >= 0 ? rest.slice(at + 1) : undefined;
}

/** The values of the flags of a `deno run` line, such as `env`, without those that are folders. */
function granted(line: string, flag: string): string[] {
  return new RegExp(`--allow-${flag}=(\\S+)`).exec(line)?.[1]?.split(",") ?? [];
}

Deno.test("the documents have no relative link that leads nowhere", () => {
  const links = [...DOCUMENTS.keys()].flatMap((path) =>
    relativeLinks(path).map((link) => ({ path, link }))
  );
  assert(links.length > 30, `only ${links.length} links were found`);
  assertEquals(links.flatMap(({ path, link }) => faultOf(path, link) ?? []), []);
});

Deno.test("faultOf() finds a link to nothing, and one to a heading that is not there", () => {
  assertEquals(
    ["guide.md", "guide.md#all-options", "#documents", "no.md", "guide.md#no", "../LICENSE"]
      .map((link) => faultOf("docs/README.md", link)),
    [
      undefined,
      undefined,
      undefined,
      "docs/README.md: nothing at no.md",
      "docs/README.md: no heading for guide.md#no",
      undefined,
    ],
  );
});

Deno.test("withAddresses() gives links and pictures of the README the addresses of the repository", () => {
  assertEquals(
    withAddresses("![a b](docs/a.svg), [b](mod.ts#x), [c](#c), [d](https://d.org)", "me/x", "v1"),
    "![a b](https://github.com/me/x/raw/v1/docs/a.svg), " +
      "[b](https://github.com/me/x/blob/v1/mod.ts#x), [c](#c), [d](https://d.org)",
  );
  const links = linksOf(withAddresses(DOCUMENTS.get("README.md")!, "me/x", "v1"));
  assertEquals(links.filter((link) => !isExternal(link) && !link.startsWith("#")), []);
});

Deno.test("docs/README.md and README.md link to every document", () => {
  for (const index of ["README.md", "docs/README.md"]) {
    const linked = relativeLinks(index).map((link) =>
      join(dirname(index), link.replace(/#.*/, ""))
    );
    const others = [...DOCUMENTS.keys()].filter((path) => /^docs\/(?!README)/.test(path));
    assertEquals(others.filter((path) => !linked.includes(path)), [], index);
  }
});

Deno.test("docs/guide.md begins with a list of its sections", () => {
  const guide = DOCUMENTS.get("docs/guide.md")!;
  const listed = [...guide.matchAll(/^- \[(.*)\]\(#.*\)$/gm)].map(([, name]) => name);
  assertEquals(listed, [...guide.matchAll(/^## (.*)$/gm)].map(([, name]) => name));
});

Deno.test("parseArguments() understands every command line of the documents", () => {
  let count = 0;
  for (const path of DOCUMENTS.keys()) {
    for (const line of shellLines(path)) {
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
  const options = new Set(helpText().match(/--[a-z][a-z-]*/g));
  assert(options.has("--keep-replaced"));
  const told = new Set(text.match(/--[a-z][a-z-]*/g));
  assertEquals([...options].filter((option) => !told.has(option)), []);
});

/** The options that a text lists, each under its heading: `Output: -q, --quiet`. */
function optionList(text: string): string[] {
  const listed: string[] = [];
  let heading = "";
  for (const line of text.replaceAll("`", "").split("\n")) {
    heading = /^[A-Z][a-z]+:$/.exec(line)?.[0] ?? heading;
    const [, option] = /^(?:- | {2,6})((?:-\w, )?--[a-z-]+(?: [A-Z]+)?)(?=[: ]|$)/.exec(line) ?? [];
    if (option !== undefined) listed.push(`${heading} ${option}`);
  }
  return listed;
}

Deno.test("docs/guide.md lists the options of --help, each once, in the same order", () => {
  const [, list = ""] = DOCUMENTS.get("docs/guide.md")!.split("\n## All options\n");
  const help = optionList(helpText());
  assert(help.length > 15 && help.includes("Copying: -y, --yes"), help.join("\n"));
  assertEquals(new Set(help).size, help.length);
  assertEquals(optionList(list), help);
});

Deno.test("the documents grant what tests/sandbox/flags_test.ts shows to be enough and needed", () => {
  const lines = ["docs/guide.md", "README.md"].flatMap(shellLines)
    .filter((line) => line.startsWith("deno run --no-prompt"));
  const [programs, variables] = [["rsync", "tar"], ["HOME", "PATH"]];
  const [withSsh, ssh] = [[...programs, "ssh"], [...variables, "TMPDIR", "SSH_AUTH_SOCK"]];
  const runs = [[...programs, "df"], withSsh, [...withSsh, "df"], ["ssh"], [...withSsh, "df"]];
  assertEquals(lines.map((line) => granted(line, "run")), runs);
  assertEquals(lines.map((line) => granted(line, "env")), [variables, ssh, ssh, ssh, ssh]);
  assertEquals(lines.map((line) => granted(line, "sys")), runs.map(() => ["hostname"]));
});

Deno.test("README.md's table of permissions is that of the guide's lines", () => {
  const rows = [...DOCUMENTS.get("README.md")!.matchAll(/^\| `--allow-(\w+)` +\|(.*)\|$/gm)];
  const table: Record<string, string[]> = Object.fromEntries(
    rows.map(([, name, cells]) => [name!, cells!.split("|").map((cell) => cell.trim())]),
  );
  const said = (name: string) =>
    shellLines("docs/guide.md").filter((line) => line.startsWith("deno run --no-prompt"))
      .map((line) => {
        const ends = { from: / --from (\S+)/.exec(line)![1]!, to: / --to (\S+)/.exec(line)![1]! };
        return granted(line, name).map((value) => wordFor(value, ends)).join(", ");
      });
  const plain = (name: string) => table[name]?.map((cell) => cell.replaceAll("`", ""));
  assertEquals(plain("run"), said("run").map((list) => list.replaceAll(", ", ",")));
  assertEquals(plain("read"), said("read"));
  assertEquals(plain("write"), said("write"));
  assertEquals(plain("sys"), said("sys").map((list) => list.replaceAll(", ", ",")));
  const [local] = said("env");
  assertEquals(plain("env"), [local?.replaceAll(", ", ","), "as above", "as above", "as above"]);
});

/** What the table says for a folder of a line. */
function wordFor(value: string, { from, to }: { from: string; to: string }): string {
  if (value === "$HOME/.config/experimaestro") return "settings";
  const end = value === "$HOME/experiments/main" ? "local" : value;
  return end === from ? "source" : end === to ? "destination" : value;
}

Deno.test("README.md's figures are those of bench/RESULTS.md", () => {
  const table = figuresOf(DOCUMENTS.get("bench/RESULTS.md")!);
  const cells = (text: string) => text.replace(/-+|[ \n]+/g, "");
  assert(cells(DOCUMENTS.get("README.md")!).includes(cells(table)), "run: deno task figures");
  assert(table.split("\n").length > 3, table);
});

Deno.test("docs/versions.md has the versions that deno task test:versions tries", () => {
  const rows = [...DOCUMENTS.get("docs/versions.md")!.matchAll(/^\| (\d+\.\d+\.\d+) /gm)];
  assertEquals(rows.map(([, version]) => version!), VERSIONS);
});

Deno.test("README.md names the oldest Deno, and WSL; the workflow tests that Deno", () => {
  const text = DOCUMENTS.get("README.md")!;
  assert(text.includes(`[Deno](https://deno.com) ${OLDEST_DENO} or later`));
  assert(/\bOn Windows\b[^.]*\bWSL\b/.test(text));
  const workflow = Deno.readTextFileSync(`${ROOT}/.github/workflows/ci.yml`);
  assert(workflow.includes(`deno: v${OLDEST_DENO}\n`));
});

Deno.test("docs/reliability.md names tests that are there", () => {
  const rows = [
    ...DOCUMENTS.get("docs/reliability.md")!.matchAll(/^\|.* in `(\S+_(?:test|cases)\.ts)`/gm),
  ];
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
