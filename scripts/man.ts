/**
 * Makes the man page, `docs/xpm-copy.1`, from the table of commands and options. The package for
 * npm and the files of a release take it along; where pip puts files, man(1) rarely looks.
 *
 * deno task man
 *
 * @module
 */

import { writeFileSync } from "node:fs";
import config from "../deno.json" with { type: "json" };
import { COMMAND_TABLE, COMMANDS, EXAMPLES } from "../lib/cli/command_table.ts";
import { EXIT_TEXTS } from "../lib/cli/exit_codes.ts";
import { NAMES, optionsIn, PURPOSE } from "../lib/cli/help.ts";
import { type Option, SECTIONS, textOf } from "../lib/cli/options.ts";
import { MAN_PAGE } from "./modules.ts";

/** The man page. */
export function manPage(): string {
  const lines = [
    String.raw`.\" made by: deno task man`,
    `.TH XPM-COPY 1 "" "xpm-copy ${config.version}" "User Commands"`,
    ".nh", // words that are typed stay whole
    ".ad l",
    ".SH NAME",
    String.raw`xpm-copy \- copy experiments between experimaestro workspaces`,
    ".SH SYNOPSIS",
    ...COMMANDS.flatMap((name, at) => [
      ...(at === 0 ? [] : [".br"]),
      `.B xpm\\-copy\n${escaped(COMMAND_TABLE[name].usage)}`,
    ]),
    ".SH DESCRIPTION",
    `.B xpm\\-copy\n${escaped(PURPOSE)}`,
    ".PP",
    escaped(COMMANDS.map((name) => COMMAND_TABLE[name].text).join(" ")),
    ".PP",
    escaped(NAMES),
    ".SH OPTIONS",
    ...SECTIONS.flatMap((section) => [
      `.SS ${section}`,
      ...optionsIn(section).flatMap(([name, option]) => entry(name, option)),
    ]),
    ".SH EXIT STATUS",
    ...EXIT_TEXTS.flatMap(([code, text]) => [".TP", `.B ${code}`, escaped(text)]),
    ".SH FILES",
    ".TP",
    ".I ~/.config/experimaestro/settings.yaml",
    "The workspaces, as experimaestro knows them.",
    ".TP",
    ".I ~/.config/experimaestro/copy.jsonc",
    "Defaults for options, and more workspaces.",
    ".SH EXAMPLES",
    ".nf",
    ...EXAMPLES.map(([, line]) => escaped(line)),
    ".fi",
    ".SH SEE ALSO",
    ".BR rsync (1),",
    ".BR ssh (1),",
    ".BR ssh_config (5)",
  ];
  return lines.join("\n") + "\n";
}

function entry(name: string, option: Option): string[] {
  const letter = option.short === undefined ? "" : `\\fB\\-${option.short}\\fR, `;
  const value = option.value === undefined ? "" : ` \\fI${escaped(option.value)}\\fR`;
  return [".TP", `${letter}\\fB${escaped(`--${name}`)}\\fR${value}`, escaped(textOf(option))];
}

/** A text in which nothing is a command of roff, and every `-` is one that can be typed. */
function escaped(text: string): string {
  const plain = text.replaceAll("\\", "\\e").replaceAll("-", "\\-")
    .replace(/`([^`]+)`/g, "\\fB$1\\fR");
  return plain.split("\n").map((line) => line.replace(/^(?=[.'])/, "\\&")).join("\n")
    .replaceAll("'", "\\(aq");
}

if (import.meta.main) writeFileSync(MAN_PAGE, manPage());
