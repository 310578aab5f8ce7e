/**
 * The table of commands and options, and all that is made from it or must agree with it.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { join } from "@std/path";
import { parseArguments } from "../../lib/cli/arguments.ts";
import { COMMAND_TABLE, COMMANDS, EXAMPLES } from "../../lib/cli/command_table.ts";
import { copyCommand } from "../../lib/cli/command_line.ts";
import { helpOf, helpText } from "../../lib/cli/help.ts";
import { OPTIONS, takes } from "../../lib/cli/options.ts";
import type { CopyRequest } from "../../lib/cli/requests.ts";
import { DOCUMENTS, linesOf } from "../../scripts/documents.ts";
import { manPage } from "../../scripts/man.ts";
import { MAN_PAGE } from "../../scripts/modules.ts";
import { ROOT } from "../../scripts/modules.ts";

/** The options that the help lists: without those that are other names. */
const LISTED = Object.keys(OPTIONS).filter((name) => OPTIONS[name]!.is === undefined);

const read = (path: string) => Deno.readTextFileSync(join(ROOT, path));

Deno.test("helpText() tells of each command and option, in the order of the table", () => {
  const told = [...helpText().matchAll(/^ {2}(?:-\w, | {4})--([a-z-]+)/gm)].map(([, name]) => name);
  assertEquals(told, LISTED);
  const [, usage = ""] = /^Usage:\n((?: .*\n)+)/m.exec(helpText()) ?? [];
  const used = linesOf(usage).map((line) => /^xpm-copy \[?([a-z]+)/.exec(line)?.[1]);
  assertEquals(used, [...COMMANDS]);
  assertEquals(helpText().split("\n").filter((line) => line.length > 80), []);
});

Deno.test("docs/guide.md and the man page list each option with its value, as the table does", () => {
  const listed = LISTED.map((name) =>
    OPTIONS[name]!.value === undefined ? `--${name}` : `--${name} ${OPTIONS[name]!.value}`
  );
  const [, guide = ""] = DOCUMENTS.get("docs/guide.md")!.split("\n## All options\n");
  const inGuide = [...guide.matchAll(/^- (?:`-\w`, )?`(--[^`]+)`/gm)].map(([, name]) => name!);
  assertEquals(inGuide, listed);
  const page = Deno.readTextFileSync(MAN_PAGE);
  const inPage = [...page.matchAll(/^\.TP\n(?:\S+, )?\\fB(\\-\\-.*)$/gm)]
    .map(([, name]) => name!.replace(/\\fR|\\fI/g, "").replaceAll("\\-", "-"));
  assertEquals(inPage, listed);
  assertEquals(page, manPage(), "run: deno task man");
});

Deno.test("EXAMPLES are understood, each as a request of its command", () => {
  for (const [command, line] of EXAMPLES.filter(([name]) => name !== "completions")) {
    const args = line.replaceAll("'", "").split(" ").slice(1);
    assertEquals(parseArguments(args).command, command, line);
  }
});

/** Options of a copy that no function takes: what they ask for is a function of its own. */
const OWN_FUNCTIONS = ["all-runs", "runs", "since", "all", "follow", "check", "checksum"];
/** Options of a copy that have arguments of functions under another name. */
const OTHER_NAMES: Record<string, string> = {
  "dry-run": "dryRun",
  "no-fsync": "fsync",
  "no-references": "references",
  bwlimit: "bandwidthLimit",
  state: "states",
  task: "tasks",
  tag: "tags",
};
/** Options about the program itself, the workspaces, and whether to write. */
const OF_THE_PROGRAM = ["from", "to", "yes", "settings", "help", "version"];

Deno.test("copyExperiment() and copy_experiment() of Python have each option of a copy", () => {
  const names = LISTED.filter((name) =>
    takes("copy", name) && OPTIONS[name]!.section !== "Output" &&
    !OWN_FUNCTIONS.includes(name) && !OF_THE_PROGRAM.includes(name)
  ).map((name) => OTHER_NAMES[name] ?? name.replace(/-(\w)/g, (_, letter) => letter.toUpperCase()));
  const types = read("lib/copy/types.ts");
  const inLibrary = ["ConnectionOptions", "CopyOptions extends ConnectionOptions"].flatMap(
    (name) => {
      const [, fields = ""] = new RegExp(`export interface ${name} \\{([\\s\\S]*?)\\n\\}`).exec(
        types,
      )!;
      return [...fields.matchAll(/^ {2}(\w+)\?:/gm)].map(([, field]) => field!);
    },
  );
  const ofPrograms = ["signal", "onEvent", "session"];
  assertEquals(inLibrary.filter((name) => !ofPrograms.includes(name)).sort(), names.sort());

  const [, signature = "", body = ""] = /def copy_experiment\(\n([\s\S]*?)\n\)([\s\S]*?)\ndef /
    .exec(read("scripts/pypi/src/xpm_copy/_copy.py"))!;
  const keywords = [...signature.matchAll(/^ {4}(\w+):.* = /gm)].map(([, name]) => name!);
  const ofPython = ["run_id", "scoped", "on_event"];
  assertEquals(
    keywords.filter((name) => !ofPython.includes(name)).sort(),
    names.map((name) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)).sort(),
  );
  assertEquals(keywords.filter((name) => !body.includes(`:param ${name}:`)), []);
  assertEquals(keywords.filter((name) => body.split(name).length < 3), [], "is used, too");
});

Deno.test("copyCommand() repeats each option of a copy that a dry run was given", () => {
  const values: Record<string, string> = {
    SIZE: "7",
    SECONDS: "7",
    "[SECONDS]": "7",
    RATE: "7",
    N: "7",
    "KEY=PATTERN": "a=b",
    "OLD=NEW": "/a=/b",
    STATES: "done",
  };
  const workspace = { words: "a", workspace: { id: "a", path: "/a" } };
  const choice = { from: workspace, to: workspace, experimentId: "x", runId: "1" };
  const left = ["yes", "dry-run", "help", "version", "from-workspace", "to-workspace"];
  const names = Object.keys(OPTIONS).filter((name) =>
    takes("copy", name) && OPTIONS[name]!.section !== "Output" && !left.includes(name)
  );
  for (const name of names) {
    const { value } = OPTIONS[name]!;
    const option = value === undefined ? [`--${name}`] : [`--${name}`, values[value] ?? "a"];
    const args = [
      ...(name === "all" ? [] : ["x"]),
      ...option,
      ...(name === "checksum" ? ["--check"] : []),
    ];
    const command = copyCommand(parseArguments(args) as CopyRequest, choice, "1");
    assert(command.join(" ").includes(option.join(" ")), command.join(" "));
  }
});

Deno.test("helpOf() shows the usage, and the options that a command takes", () => {
  const text = helpOf("clean");
  const begin = "List and delete what copies left behind:\n  xpm-copy clean WORKSPACE [--yes]\n\n";
  assert(text.startsWith(begin), text);
  assert(text.includes("\n  -y, --yes "), text);
  assert(text.includes("(default 300, 0 = never)"), "an entry goes on for several lines");
  assert(!text.includes("--from") && !text.includes("--brief"), text);
  assert(helpOf("copy").includes("  xpm-copy neuralir --from cluster --to local\n"));
});

for (const command of COMMANDS.filter((name) => name !== "copy" && name !== "permissions")) {
  Deno.test(`helpOf() of ${command} fits a screen`, () => {
    const lines = helpOf(command).split("\n");
    assert(lines.length <= 42, `${lines.length} lines`);
    assertEquals(lines.filter((line) => line.length > 80), []);
    assert(lines[1]!.includes(COMMAND_TABLE[command].usage));
  });
}
