/**
 * The commands and options of the program.
 *
 * @module
 */

/** The names of commands. An experiment of such a name needs the command `copy` before it. */
export const COMMANDS = [
  "copy",
  "check",
  "status",
  "move",
  "export",
  "import",
  "permissions",
  "ls",
  "clean",
  "doctor",
] as const;
/** The name of a command. */
export type Command = typeof COMMANDS[number];

/** Other names of commands. */
export const ALIASES: Readonly<Record<string, Command>> = { list: "ls" };
/** Words that an experiment cannot have without `copy` before it. */
export const RESERVED: readonly string[] = [...COMMANDS, ...Object.keys(ALIASES), "help"];

/** An option: the kind of its value, its letter, and the commands that take it. */
export interface Option {
  /** Whether it has a value; `seconds`: a number, which may be left out. */
  type: "string" | "boolean" | "seconds";
  /** Its letter. */
  short?: string;
  /** The commands that take it; absent: all of them. */
  for?: readonly Command[];
}

const COPY = ["copy", "permissions"] as const;
/** The commands that bring a run. */
const ALL = [...COPY, "move"] as const;
/** The commands that choose jobs. */
const CHOOSING = [...COPY, "ls"] as const;
/** The commands that take a run of two workspaces. */
const BOTH = [...ALL, "check"] as const;
/** The commands that take two workspaces. */
const ENDS = [...BOTH, "status"] as const;

/** All options, by name. */
export const OPTIONS: Record<string, Option> = {
  from: { type: "string", for: [...ENDS, "export"] },
  "from-workspace": { type: "string", for: [...ENDS, "export"] },
  to: { type: "string", for: [...ENDS, "import"] },
  "to-workspace": { type: "string", for: [...ENDS, "import"] },
  output: { type: "string", short: "o", for: ["export"] },
  yes: { type: "boolean", short: "y", for: [...ALL, "import", "clean"] },
  "dry-run": { type: "boolean", short: "n", for: [...ALL, "import", "clean"] },
  "include-running": { type: "boolean", for: [...COPY, "export"] },
  ended: { type: "boolean", for: [...BOTH, "export", "import"] },
  "keep-replaced": { type: "boolean", for: [...ALL, "import"] },
  create: { type: "boolean", for: [...ALL, "import"] },
  "all-runs": { type: "boolean", for: ["copy"] },
  runs: { type: "string", for: ["copy"] },
  since: { type: "string", for: ["copy"] },
  all: { type: "boolean", for: ["copy"] },
  state: { type: "string", for: CHOOSING },
  task: { type: "string", for: CHOOSING },
  tag: { type: "string", for: CHOOSING },
  exclude: { type: "string", for: COPY },
  "max-size": { type: "string", for: COPY },
  "metadata-only": { type: "boolean", for: COPY },
  "no-references": { type: "boolean", for: COPY },
  map: { type: "string", for: [...BOTH, "import"] },
  follow: { type: "seconds", for: ["copy"] },
  "no-fsync": { type: "boolean", for: [...COPY, "export", "import"] },
  check: { type: "boolean", for: ["copy"] },
  checksum: { type: "boolean", for: ["check", "copy"] },
  bwlimit: { type: "string", for: ALL },
  brief: { type: "boolean", for: ["ls"] },
  "no-size": { type: "boolean", for: ["ls"] },
  sort: { type: "string", for: ["ls"] },
  "connect-timeout": { type: "string" },
  timeout: { type: "string" },
  settings: { type: "string" },
  json: { type: "boolean" },
  quiet: { type: "boolean", short: "q" },
  verbose: { type: "boolean", short: "v" },
  "no-progress": { type: "boolean" },
  color: { type: "string" },
  help: { type: "boolean", short: "h" },
  version: { type: "boolean", short: "V" },
};

/** The arguments of each command; `doctor` and `status` take any number. */
export const EXPECTED: Record<Exclude<Command, "doctor" | "status">, string[]> = {
  copy: ["EXPERIMENT", "RUN"],
  check: ["EXPERIMENT", "RUN"],
  export: ["EXPERIMENT", "RUN"],
  import: ["FILE"],
  move: ["EXPERIMENT", "RUN"],
  permissions: ["EXPERIMENT", "RUN"],
  ls: ["WORKSPACE", "EXPERIMENT", "RUN"],
  clean: ["WORKSPACE"],
};
