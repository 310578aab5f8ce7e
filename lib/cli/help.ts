/**
 * The help texts, exactly as they are printed.
 *
 * @module
 */

import { type Command, COMMAND_TABLE, COMMANDS, EXAMPLES } from "./command_table.ts";
import { EXIT_TEXTS } from "./exit_codes.ts";
import { type Option, OPTIONS, SECTIONS, takes, textOf } from "./options.ts";
import { beside, wrap } from "./wrap.ts";

/** What the program is for. */
export const PURPOSE =
  "copies an experiment from one experimaestro workspace to another: the run and every job it " +
  "uses, with the absolute paths in their files rewritten.";

/** How workspaces and runs are named. */
export const NAMES =
  "A WORKSPACE is an id from experimaestro's settings, a path (./x, /x, ~/x), host:path or " +
  "ssh://user@host:port/path. RUN is a run id or `current`.";

/** The width of the help's options, and of its texts, which read better with a margin. */
const COLUMNS = 80;
const TEXT = 79;
/** Where the texts of options begin, unless one of them is longer. */
const TEXTS_AT = 29;

/** The output of `xpm-copy --help`. */
export function helpText(): string {
  const commands = COMMANDS.map((name) => COMMAND_TABLE[name].text).join(" ");
  const codes = EXIT_TEXTS.map(([code, text]) => `${code} ${text}`).join(", ");
  return joined([
    filled(`xpm-copy ${PURPOSE}`, 75),
    usage(COMMANDS),
    filled(commands),
    filled(NAMES),
    ...optionSections(COMMANDS),
    filled(`Exit codes: ${codes}.`),
    examples(COMMANDS),
  ]);
}

/** The output of `xpm-copy COMMAND --help`: what of the whole help concerns the command. */
export function helpOf(command: Command): string {
  return joined([
    usage([command]),
    examples([command]),
    ...optionSections([command]),
    "`xpm-copy --help` shows all commands, options and exit codes.",
  ]);
}

function joined(parts: string[]): string {
  return parts.filter((part) => part !== "").join("\n\n") + "\n";
}

function filled(text: string, columns = TEXT): string {
  return wrap(text, columns).join("\n");
}

function usage(commands: readonly Command[]): string {
  return listed("Usage", commands.map((name) => `  xpm-copy ${COMMAND_TABLE[name].usage}`));
}

function examples(commands: readonly Command[]): string {
  const found = EXAMPLES.filter(([command]) => commands.includes(command));
  return listed("Examples", found.map(([, line]) => `  ${line}`));
}

function listed(title: string, lines: string[]): string {
  return lines.length === 0 ? "" : [`${title}:`, ...lines].join("\n");
}

/** The options under a heading; other names of options are not listed. */
export function optionsIn(section: Option["section"]): [name: string, option: Option][] {
  return Object.entries(OPTIONS).filter(([, option]) =>
    option.section === section && option.is === undefined
  );
}

function optionSections(commands: readonly Command[]): string[] {
  return SECTIONS.map((section) => {
    const all = optionsIn(section);
    const column = Math.max(TEXTS_AT, ...all.map((entry) => nameOf(...entry).length + 2));
    const taken = all.filter(([name]) => commands.some((command) => takes(command, name)));
    return listed(section, taken.flatMap((entry) => entryLines(...entry, column)));
  });
}

/** `  -y, --yes`, `      --from WORKSPACE`. */
function nameOf(name: string, { short, value }: Option): string {
  const letter = short === undefined ? "    " : `-${short}, `;
  return `  ${letter}--${name}${value === undefined ? "" : ` ${value}`}`;
}

function entryLines(name: string, option: Option, column: number): string[] {
  return textOf(option).split("\n").flatMap((text, at) =>
    beside((at === 0 ? nameOf(name, option) : "").padEnd(column), text, COLUMNS)
  );
}
