/**
 * The help texts, exactly as they are printed.
 *
 * @module
 */

import { type Command, COMMAND_TABLE, COMMANDS, EXAMPLES } from "./command_table.ts";
import { EXIT_TEXTS } from "./exit_codes.ts";
import { type Option, OPTIONS, SECTIONS, takes, textOf } from "./options.ts";
import { beside, wrap, wrapSentence } from "./wrap.ts";

/** What the program is for. */
export const PURPOSE =
  "copies an experiment from one experimaestro workspace to another: the run and every job it " +
  "uses, with the absolute paths in their files rewritten.";

/** How workspaces and runs are named. */
export const NAMES =
  "A WORKSPACE is an id from experimaestro's settings, a path (./x, /x, ~/x), host:path or " +
  "ssh://user@host:port/path. RUN is a run id or `current`.";

/** The greatest width of the help. */
const WIDEST = 80;
/** Where the texts of options begin, unless one of them is longer. */
const TEXTS_AT = 29;

/** The output of `xpm-copy --help`. Its texts read better with a margin. */
export function helpText(columns: number = WIDEST): string {
  const room = Math.min(columns, WIDEST);
  const filled = (text: string, margin = 1) => wrap(text, room - margin).join("\n");
  const commands = COMMANDS.map((name) => COMMAND_TABLE[name].text).join(" ");
  const codes = EXIT_TEXTS.map(([code, text]) => `${code} ${text}`).join(", ");
  return joined([
    filled(`xpm-copy ${PURPOSE}`, 5),
    usage(COMMANDS, room),
    filled(commands),
    filled(NAMES),
    ...optionSections(COMMANDS, room),
    filled(`Exit codes: ${codes}.`),
    examples(COMMANDS),
  ]);
}

/** The output of `xpm-copy COMMAND --help`: what of the whole help concerns the command. */
export function helpOf(command: Command, columns: number = WIDEST): string {
  const room = Math.min(columns, WIDEST);
  const [first = "", ...rest] = COMMAND_TABLE[command].about;
  return joined([
    usage([command], room, first.toUpperCase() + rest.join("")),
    examples([command]),
    ...optionSections([command], room),
    wrap("`xpm-copy --help` shows all commands, options and exit codes.", room).join("\n"),
  ]);
}

function joined(parts: string[]): string {
  return parts.filter((part) => part !== "").join("\n\n") + "\n";
}

function usage(commands: readonly Command[], columns: number, title = "Usage"): string {
  const lines = commands.map((name) => `  xpm-copy ${COMMAND_TABLE[name].usage}`);
  return listed(title, lines.flatMap((line) => wrapSentence(line, columns)));
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

function optionSections(commands: readonly Command[], columns: number): string[] {
  return SECTIONS.map((section) => {
    const all = optionsIn(section);
    const column = Math.max(TEXTS_AT, ...all.map((entry) => nameOf(...entry).length + 2));
    const taken = all.filter(([name]) => commands.some((command) => takes(command, name)));
    return listed(section, taken.flatMap((entry) => entryLines(...entry, column, columns)));
  });
}

/** `  -y, --yes`, `      --from WORKSPACE`. */
function nameOf(name: string, { short, value }: Option): string {
  const letter = short === undefined ? "    " : `-${short}, `;
  return `  ${letter}--${name}${value === undefined ? "" : ` ${value}`}`;
}

function entryLines(name: string, option: Option, column: number, columns: number): string[] {
  return textOf(option).split("\n").flatMap((text, at) =>
    beside((at === 0 ? nameOf(name, option) : "").padEnd(column), text, columns)
  );
}
