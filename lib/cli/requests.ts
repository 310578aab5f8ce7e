/**
 * The requests to the program: command lines, once they are parsed.
 *
 * @module
 */

import type { Command, Shell } from "./command_table.ts";
import type { COLORS } from "./options.ts";
import type { JobState, RunSelection } from "../copy/types.ts";
import type { Order } from "../inspect/order.ts";

/** When to use colour. */
export type ColorChoice = typeof COLORS[number];

/** The form of the output; the same options for every command. */
export interface OutputChoice {
  /** JSON, one object a line, instead of text. */
  json: boolean;
  /** Only errors, and the summary if something could not be copied. */
  quiet: boolean;
  /** Also the exact commands that run, and every job by its full name. */
  verbose: boolean;
  /** Whether to show the progress. */
  progress: boolean;
  /** When to use colour. */
  color: ColorChoice;
}

/** The same, and the command, where the command line is valid. */
export type ReportChoice = OutputChoice & { command?: string };

/** What every command that works takes; undefined fields were not given. */
export interface CommonRequest extends OutputChoice {
  /** How long a host may take to answer at first, in seconds; 0: for ever. */
  connectTimeout: number | undefined;
  /** How long a transfer may make no progress, in seconds; 0: for ever. */
  timeout: number | undefined;
  /** Another settings file. */
  settings: string | undefined;
}

/** A request of `xpm-copy [copy]` or `xpm-copy permissions`; undefined fields were not given. */
export interface CopyRequest extends CommonRequest {
  /** The command: `copy` copies, `permissions` finds the permissions for that. */
  command: "copy" | "permissions";
  /** The experiment's id. */
  experimentId: string | undefined;
  /** The command that the experiment's name may be meant for; absent where it is like none. */
  similar?: string;
  /** The run's id, or `current`. */
  runId: string | undefined;
  /** The workspace to copy from, in the user's words. */
  from: string | undefined;
  /** The workspace to copy to, in the user's words. */
  to: string | undefined;
  /** Whether `permissions` is asked for a move. */
  moves: boolean;
  /** Whether to copy, not only to plan. */
  yes: boolean;
  /** Whether only the plan is wanted, and no question after it. */
  dryRun: boolean;
  /** Copies running jobs in their present state. */
  includeRunning: boolean;
  /** Treats the source's run as ended. */
  ended: boolean;
  /** Keeps the folders that are replaced. */
  keepReplaced: boolean;
  /** Accepts a destination that is not empty and not a workspace. */
  create: boolean;
  /** Which runs to copy, when it may be several; undefined: one. */
  runs: RunSelection | undefined;
  /** The states of the jobs to copy; empty: all. */
  states: JobState[];
  /** Patterns for the tasks of the jobs to copy; empty: all. */
  tasks: string[];
  /** Patterns for the tags of the jobs to copy; empty: all. */
  tags: Record<string, string[]>;
  /** Files of jobs to leave out. */
  exclude: string[];
  /** The most bytes of a file to copy; undefined: any number. */
  maxSize: number | undefined;
  /** Whether only experimaestro's own files of jobs are copied. */
  metadataOnly: boolean;
  /** Whether jobs that copied jobs name come along. */
  references: boolean;
  /** The places at the destination that correspond to places outside the source workspace. */
  map: Record<string, string>;
  /** Whether files must reach the disk before they get their names. */
  fsync: boolean;
  /** Goes on until the run has ended; within how many seconds a job is copied after its end. */
  follow: number | undefined;
  /** Whether what was copied is checked. */
  check: boolean;
  /** Whether the check compares the contents of all files. */
  checksum: boolean;
  /** The most KiB a second. */
  bandwidthLimit: number | undefined;
  /** How many rsyncs work at once; undefined: as many as pay. */
  streams: number | undefined;
}

/** A request of `xpm-copy check`: a copy's, as far as it has a meaning for a check. */
export interface CheckRequest extends CommonRequest, Pick<CopyRequest, CheckedFields> {
  /** Which command. */
  command: "check";
}

type CheckedFields =
  | "experimentId"
  | "runId"
  | "from"
  | "to"
  | "ended"
  | "map"
  | "checksum";

/** A request of `xpm-copy status`. */
export interface StatusRequest extends CommonRequest, Pick<CopyRequest, "from" | "to"> {
  /** Which command. */
  command: "status";
  /** The experiments; none: all of them. */
  experimentIds: string[];
}

/** A request of `xpm-copy export`: a copy's, as far as it has a meaning for an archive. */
export interface ExportRequest extends CommonRequest, Pick<CopyRequest, ExportedFields> {
  /** Which command. */
  command: "export";
  /** Whether `permissions` is asked for it. */
  grants: boolean;
  /** The file to write. */
  output: string;
}

type ExportedFields =
  | "experimentId"
  | "runId"
  | "from"
  | "includeRunning"
  | "ended"
  | "states"
  | "tasks"
  | "tags"
  | "exclude"
  | "maxSize"
  | "metadataOnly"
  | "fsync";

/** A request of `xpm-copy import`. */
export interface ImportRequest extends CommonRequest, Pick<CopyRequest, ImportedFields> {
  /** Which command. */
  command: "import";
  /** Whether `permissions` is asked for it. */
  grants: boolean;
  /** The file to read. */
  file: string;
}

type ImportedFields =
  | "to"
  | "yes"
  | "ended"
  | "keepReplaced"
  | "create"
  | "map"
  | "fsync";

/** A request of `xpm-copy move`: a copy's, without what would leave out a part of the run. */
export interface MoveRequest extends CommonRequest, Pick<CopyRequest, MovedFields> {
  /** Which command. */
  command: "move";
}

type MovedFields =
  | Exclude<CheckedFields, "checksum">
  | "yes"
  | "dryRun"
  | "keepReplaced"
  | "create"
  | "bandwidthLimit";

/** A request of `xpm-copy ls`. */
export interface ListRequest extends CommonRequest, Pick<CopyRequest, "states" | "tasks" | "tags"> {
  /** Which command. */
  command: "ls";
  /** The workspace, in the user's words. */
  workspace: string | undefined;
  /** The experiment whose runs are listed. */
  experimentId: string | undefined;
  /** The run whose jobs are listed, or `current`. */
  runId: string | undefined;
  /** Whether jobs are left out, and so not scanned. */
  brief: boolean;
  /** Whether sizes are shown, for which every file is visited. */
  sizes: boolean;
  /** The order; undefined: the usual one. */
  sort: Order | undefined;
}

/** A request of `xpm-copy clean`. */
export interface CleanRequest extends CommonRequest {
  /** Which command. */
  command: "clean";
  /** The workspace, in the user's words. */
  workspace: string;
  /** Whether to remove, not only to list. */
  yes: boolean;
}

/** A request of `xpm-copy doctor`. */
export interface DoctorRequest extends CommonRequest {
  /** Which command. */
  command: "doctor";
  /** The workspaces, in the user's words; none: all of the settings. */
  workspaces: string[];
}

/** A request of a command that works. */
export type WorkRequest =
  | CopyRequest
  | CheckRequest
  | StatusRequest
  | ExportRequest
  | ImportRequest
  | MoveRequest
  | ListRequest
  | CleanRequest
  | DoctorRequest;

/** A request of `xpm-copy completions`. */
export interface CompletionsRequest {
  /** Which command. */
  command: "completions";
  /** The shell. */
  shell: Shell;
  /** The words to complete, the last one under the cursor; none: the shell's script is wanted. */
  words: string[];
  /** Another settings file. */
  settings: string | undefined;
}

/** Any request. */
export type Request =
  | WorkRequest
  | CompletionsRequest
  | { command: "help"; of?: Command }
  | {
    command: "version";
  };
