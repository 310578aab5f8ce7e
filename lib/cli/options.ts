/**
 * The options of the program: the table from which parsing, help, completions and the man page are
 * made, with that of the commands.
 *
 * @module
 */

import { CHOSEN_STATES } from "../copy/select.ts";
import { ORDERS } from "../inspect/order.ts";
import { type Command, COMMANDS, type Kind } from "./command_table.ts";

/** The headings of the help, in their order. */
export const SECTIONS = ["Copying", "Timeouts", "Output", "Other"] as const;

/** When there may be colour. */
export const COLORS = ["auto", "always", "never"] as const;

/** The default of `--follow`. */
export const FOLLOW_SECONDS = 10;

/** An option. */
export interface Option {
  /** The heading that the help lists it under. */
  section: typeof SECTIONS[number];
  /** The help's text; a line break stays one. */
  help: string;
  /** The name of its value, in brackets if it may be left out; absent: it has none. */
  value?: string;
  /** What its value names, for completions. */
  kind?: Kind;
  /** The values that there are, for completions too. */
  choices?: readonly string[];
  /** Its letter. */
  short?: string;
  /** Whether it may be given several times, which the help then says. */
  many?: true;
  /** The option that it is another name of; the help does not list it by itself. */
  is?: string;
  /** The commands that take it; absent: all of them. */
  for?: readonly Command[];
}

const COPY = ["copy", "permissions"] as const;
/** The commands that bring a run. */
const ALL = [...COPY, "move"] as const;
/** The commands that choose jobs. */
const CHOOSING = [...COPY, "export", "ls"] as const;
/** The commands that leave out files of jobs. */
const LEAVING_OUT = [...COPY, "export"] as const;
/** The commands that take a run of two workspaces. */
const BOTH = [...ALL, "check"] as const;
/** The commands that take two workspaces. */
const ENDS = [...BOTH, "status"] as const;
/** The commands that may write. */
const WRITING = [...ALL, "import", "clean"] as const;
/** The commands that look at workspaces, or into files. */
const WORKING = COMMANDS.filter((name) => name !== "completions");

const from: Option = {
  section: "Copying",
  value: "WORKSPACE",
  kind: "workspace",
  for: [...ENDS, "export"],
  help: "copy from this workspace (also --from-workspace)",
};
const to: Option = {
  ...from,
  for: [...ENDS, "import"],
  help: "copy to this workspace (also --to-workspace)",
};

/** All options, by name, in the order of the help. */
export const OPTIONS: Readonly<Record<string, Option>> = {
  from,
  "from-workspace": { ...from, is: "from" },
  to,
  "to-workspace": { ...to, is: "to" },
  yes: {
    section: "Copying",
    short: "y",
    for: WRITING,
    help: "do it; without it only the plan is shown",
  },
  "dry-run": {
    section: "Copying",
    short: "n",
    for: WRITING,
    help: "only show the plan, and ask nothing after it",
  },
  "include-running": {
    section: "Copying",
    for: [...COPY, "export"],
    help: "also copy running jobs, in their current state",
  },
  ended: {
    section: "Copying",
    for: [...BOTH, "export", "import"],
    help: "treat the run as ended, although it is marked as in progress (its scheduler was killed)",
  },
  output: {
    section: "Copying",
    short: "o",
    value: "FILE",
    kind: "file",
    for: ["export"],
    help: "with `export`: the file to write, .tar.zst or .tar",
  },
  "keep-replaced": {
    section: "Copying",
    for: [...ALL, "import"],
    help: "keep replaced folders, in .xpm-staging/replaced/",
  },
  create: {
    section: "Copying",
    for: [...ALL, "import"],
    help: "allow a destination that is not empty and not a workspace",
  },
  "all-runs": {
    section: "Copying",
    for: COPY,
    help: "copy all runs of EXPERIMENT, or of all that match a pattern, e.g. 'neural*'; the " +
      "oldest first",
  },
  runs: {
    section: "Copying",
    value: "PATTERN",
    kind: "run",
    many: true,
    for: COPY,
    help: "copy matching runs, e.g. '202601*'",
  },
  since: {
    section: "Copying",
    value: "DATE",
    for: COPY,
    help: "copy runs begun on DATE or later, e.g. 2026-01-31",
  },
  all: { section: "Copying", for: COPY, help: "copy all runs of all experiments" },
  state: {
    section: "Copying",
    value: "STATES",
    choices: CHOSEN_STATES,
    many: true,
    for: CHOOSING,
    help: `only jobs of these states: ${CHOSEN_STATES.join(", ")}, e.g. done,failed`,
  },
  task: {
    section: "Copying",
    value: "PATTERN",
    kind: "task",
    many: true,
    for: CHOOSING,
    help: "only jobs of tasks like '*.evaluate'",
  },
  tag: {
    section: "Copying",
    value: "KEY=PATTERN",
    many: true,
    for: CHOOSING,
    help: "only jobs with a tag like lr=0.1",
  },
  exclude: {
    section: "Copying",
    value: "PATTERN",
    many: true,
    for: LEAVING_OUT,
    help: "skip files in jobs like '*.ckpt'",
  },
  "max-size": {
    section: "Copying",
    value: "SIZE",
    for: LEAVING_OUT,
    help: "skip larger files in jobs, e.g. 500M or 2G",
  },
  "metadata-only": {
    section: "Copying",
    for: LEAVING_OUT,
    help: "skip files in jobs that experimaestro does not need",
  },
  "no-references": {
    section: "Copying",
    for: COPY,
    help: "leave out jobs and shared folders that only the files of jobs name",
  },
  map: {
    section: "Copying",
    value: "OLD=NEW",
    many: true,
    for: [...BOTH, "import"],
    help: "rewrite paths outside the workspace that begin with OLD, e.g. /data=/mnt/data",
  },
  follow: {
    section: "Copying",
    value: "[SECONDS]",
    for: ["copy"],
    help: "go on until the run has ended: copy each job within SECONDS of its end (default " +
      `${FOLLOW_SECONDS})`,
  },
  "no-fsync": {
    section: "Copying",
    for: [...COPY, "export", "import"],
    help: "do not wait for data to reach the disk",
  },
  check: {
    section: "Copying",
    for: ["copy"],
    help: "afterwards compare what was copied, as `check` does",
  },
  checksum: {
    section: "Copying",
    for: ["check", "copy"],
    help: "with `check` or --check: compare contents as well (SHA-256, read where the files are)",
  },
  bwlimit: {
    section: "Copying",
    value: "RATE",
    for: ALL,
    help: "limit to RATE KiB/s, or e.g. 10m for 10 MiB/s",
  },
  streams: {
    section: "Copying",
    value: "N",
    for: COPY,
    help: "bring files by N transfers at once (default 1 to 8, by distance and disk)",
  },
  "connect-timeout": {
    section: "Timeouts",
    value: "SECONDS",
    for: WORKING,
    help: "give up on a host that does not answer within SECONDS (default 20, 0 = never)",
  },
  timeout: {
    section: "Timeouts",
    value: "SECONDS",
    for: WORKING,
    help: "give up after SECONDS without progress\n(default 300, 0 = never)",
  },
  brief: {
    section: "Output",
    for: ["ls"],
    help: "with `ls`: do not look at jobs, which takes a while where there are many",
  },
  "no-size": {
    section: "Output",
    for: ["ls"],
    help: "with `ls`: show states, but no sizes",
  },
  sort: {
    section: "Output",
    value: "ORDER",
    choices: ORDERS,
    for: ["ls"],
    help: "with `ls`: by size (the largest first), age (the newest first) or name",
  },
  json: {
    section: "Output",
    for: WORKING,
    help: "one JSON object per line; the last is a summary",
  },
  quiet: {
    section: "Output",
    short: "q",
    for: WORKING,
    help: "print only errors and what could not be copied",
  },
  verbose: {
    section: "Output",
    short: "v",
    for: WORKING,
    help: "print every job by its full name, and every command",
  },
  "no-progress": { section: "Output", for: WORKING, help: "do not show progress" },
  color: {
    section: "Output",
    value: "WHEN",
    choices: COLORS,
    for: WORKING,
    help: "auto, always or never",
  },
  settings: {
    section: "Other",
    value: "FILE",
    kind: "file",
    help: "use this settings file\n(default ~/.config/experimaestro/settings.yaml)",
  },
  help: { section: "Other", short: "h", help: "show this help, or that of a command" },
  version: { section: "Other", short: "V", help: "show the version" },
};

/** Whether a command takes an option. */
export function takes(command: Command, name: string): boolean {
  return OPTIONS[name]?.for?.includes(command) !== false;
}

/** The help's text of an option, whether it may be repeated included. */
export function textOf({ help, many }: Option): string {
  return many ? `${help} (repeatable)` : help;
}
