/**
 * The commands of the program, and examples of each. Parsing, help, completions and the man page
 * are made from this table and that of the options.
 *
 * @module
 */

/** What an argument or a value names; a shell completes it by that. */
export type Kind = "workspace" | "experiment" | "run" | "task" | "shell" | "file";

/** An argument of a command. */
export interface Argument {
  /** How messages name it. */
  name: string;
  /** What it names. */
  kind: Kind;
}

/** A command. */
export interface CommandEntry {
  /** Its usage, after `xpm-copy`. */
  usage: string;
  /** A few words, for lists of commands. */
  about: string;
  /** What it does, in the order of the table a part of one text. */
  text: string;
  /** Its arguments, in their order. */
  takes: readonly Argument[];
  /** Whether the last argument may be repeated. */
  many?: true;
}

const WORKSPACE: Argument = { name: "WORKSPACE", kind: "workspace" };
const EXPERIMENT: Argument = { name: "EXPERIMENT", kind: "experiment" };
const RUN: Argument = { name: "RUN", kind: "run" };
const ENDS = "--from WORKSPACE --to WORKSPACE";

/** The shells that completions are made for. */
export const SHELLS = ["bash", "zsh", "fish"] as const;
/** The name of a shell. */
export type Shell = typeof SHELLS[number];

const TABLE = {
  copy: {
    usage: `[copy] [EXPERIMENT [RUN]] ${ENDS} [--yes]`,
    about: "copy a run and its jobs",
    text: "Without --yes, `copy` shows the plan; in a terminal it asks for anything you did not " +
      "give, and then whether to copy now. In scripts it writes nothing, and the run defaults " +
      "to `current`.",
    takes: [EXPERIMENT, RUN],
  },
  check: {
    usage: `check [EXPERIMENT [RUN]] ${ENDS} [--checksum]`,
    about: "compare a run and its jobs at both ends",
    text: "`check` compares the run and its jobs at both ends, and writes nothing.",
    takes: [EXPERIMENT, RUN],
  },
  move: {
    usage: `move [EXPERIMENT [RUN]] ${ENDS} [--yes]`,
    about: "copy a run, check it, and remove it at the source",
    text:
      "`move` copies the run, compares both ends by checksums, and removes at the source what " +
      "nothing else there refers to; it shows all of that first.",
    takes: [EXPERIMENT, RUN],
  },
  status: {
    usage: `status [EXPERIMENT...] ${ENDS}`,
    about: "show which runs and jobs are only at one end",
    text: "`status` tells which runs and jobs are only at one end, or newer there.",
    takes: [EXPERIMENT],
    many: true,
  },
  export: {
    usage: "export EXPERIMENT [RUN] --from WORKSPACE -o FILE.tar.zst",
    about: "write a run and its jobs into a file",
    text: "`export` writes a run and its jobs into one new file, and",
    takes: [EXPERIMENT, RUN],
  },
  import: {
    usage: "import FILE --to WORKSPACE [--yes]",
    about: "copy a run and its jobs from a file",
    text: "`import` copies them from there.",
    takes: [{ name: "FILE", kind: "file" }],
  },
  ls: {
    usage: "ls [WORKSPACE [EXPERIMENT [RUN]]]",
    about: "list workspaces, experiments, runs or jobs",
    text: "`ls` lists workspaces, experiments, runs or jobs.",
    takes: [WORKSPACE, EXPERIMENT, RUN],
  },
  permissions: {
    usage: "permissions [copy|move|export|import] ARGUMENTS",
    about: "print the `deno run` line with exactly what a copy needs",
    text: "`permissions` prints the `deno run` line that grants a copy, move, export or import " +
      "exactly what it needs.",
    takes: [EXPERIMENT, RUN],
  },
  clean: {
    usage: "clean WORKSPACE [--yes]",
    about: "list and delete what copies left behind",
    text: "`clean` lists what interrupted copies and --keep-replaced left behind; with --yes it " +
      "deletes it.",
    takes: [WORKSPACE],
  },
  doctor: {
    usage: "doctor [WORKSPACE...]",
    about: "check whether copies would work",
    text: "`doctor` checks whether copies would work: on this machine, and for each workspace " +
      "(default: all).",
    takes: [WORKSPACE],
    many: true,
  },
  completions: {
    usage: `completions ${SHELLS.join("|")}`,
    about: "print a script that completes all of this in a shell",
    text: "`completions` prints a script with which the Tab key completes all of this.",
    takes: [{ name: "SHELL", kind: "shell" }],
  },
} as const satisfies Record<string, CommandEntry>;

/** The name of a command. */
export type Command = keyof typeof TABLE;
/** The table. */
export const COMMAND_TABLE: Readonly<Record<Command, CommandEntry>> = TABLE;
/** The names of commands. An experiment of such a name needs the command `copy` before it. */
export const COMMANDS = Object.keys(TABLE) as readonly Command[];

/** The commands that may follow `permissions`. */
export const GRANTED = ["copy", "move", "export", "import"] as const;

/** Other names of commands. */
const ALIASES: Readonly<Record<string, Command>> = { list: "ls" };
/** Words that an experiment cannot have without `copy` before it. */
export const RESERVED: readonly string[] = [...COMMANDS, ...Object.keys(ALIASES), "help"];

/** The command that a word names. */
export function commandOf(word = ""): Command | undefined {
  return Object.hasOwn(ALIASES, word) ? ALIASES[word] : COMMANDS.find((name) => name === word);
}

/** Command lines as examples, each with its command; the most usual first. */
export const EXAMPLES: readonly (readonly [Command, string])[] = [
  ["ls", "xpm-copy ls cluster"],
  ["ls", "xpm-copy ls cluster neuralir current --state failed"],
  ["copy", "xpm-copy neuralir --from cluster --to local"],
  ["copy", "xpm-copy neuralir 20260118_170744 --from cluster --to local --yes"],
  ["copy", "xpm-copy neuralir --from cluster --to local --yes --follow"],
  ["status", "xpm-copy status --from cluster --to local"],
  ["check", "xpm-copy check neuralir --from cluster --to me@archive:/data/xpm --checksum"],
  ["export", "xpm-copy export neuralir --from cluster -o neuralir.tar.zst"],
  ["import", "xpm-copy import neuralir.tar.zst --to local --yes"],
  ["copy", "xpm-copy neuralir --from local --to me@archive:/data/xpm --yes"],
  ["move", "xpm-copy move neuralir --from cluster --to me@archive:/data/xpm"],
  ["copy", "xpm-copy neuralir --from cluster --to local --exclude '*.ckpt' --yes"],
  ["copy", "xpm-copy 'neural*' --all-runs --from cluster --to local --yes"],
  ["copy", "xpm-copy neuralir --from cluster --to local --task '*.evaluate' --yes"],
  ["completions", 'eval "$(xpm-copy completions bash)"'],
];
