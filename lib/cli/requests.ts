/**
 * What the program can be asked: the command line, once it is understood.
 *
 * @module
 */

/** When to use colour. */
export type ColorChoice = "auto" | "always" | "never";

/** How the program speaks; the same for every command. */
export interface OutputChoice {
  /** One JSON object a line instead of text. */
  json: boolean;
  /** Only errors, and the summary when something could not be copied. */
  quiet: boolean;
  /** The exact commands that are run, and every job by its full name. */
  verbose: boolean;
  /** Whether the progress may be drawn. */
  progress: boolean;
  /** When to use colour. */
  color: ColorChoice;
}

/** What `xpm-copy [copy]` or `xpm-copy permissions` was asked; what is undefined was not given. */
export interface CopyRequest extends OutputChoice {
  /** Which command: the second tells what the first needs to be granted. */
  command: "copy" | "permissions";
  /** The experiment's id. */
  experimentId: string | undefined;
  /** The run's id, or `current`. */
  runId: string | undefined;
  /** The workspace to copy from, in the user's words. */
  from: string | undefined;
  /** The workspace to copy to, in the user's words. */
  to: string | undefined;
  /** Whether to copy, not only to plan. */
  yes: boolean;
  /** Copies running jobs as they stand. */
  includeRunning: boolean;
  /** Takes the source's run as ended. */
  ended: boolean;
  /** Keeps what is replaced. */
  keepReplaced: boolean;
  /** Accepts a destination that is not empty and not a workspace. */
  create: boolean;
  /** Files of jobs to leave out. */
  exclude: string[];
  /** Where places outside the source workspace are at the destination. */
  map: Record<string, string>;
  /** Whether what is copied reaches the disk before it gets its name. */
  fsync: boolean;
  /** At most so many KiB a second. */
  bandwidthLimit: number | undefined;
  /** How long a host may take to answer at all, in seconds; 0 for ever. */
  connectTimeout: number | undefined;
  /** How long a transfer may stand still, in seconds; 0 for ever. */
  timeout: number | undefined;
  /** Another settings file. */
  settings: string | undefined;
}

/** What `xpm-copy ls` was asked. */
export interface ListRequest extends OutputChoice {
  /** Which command. */
  command: "ls";
  /** The workspace, in the user's words. */
  workspace: string | undefined;
  /** The experiment whose runs are listed. */
  experimentId: string | undefined;
  /** Whether nothing of jobs is told, so that none is looked at. */
  brief: boolean;
  /** How long a host may take to answer at all, in seconds; 0 for ever. */
  connectTimeout: number | undefined;
  /** How long a transfer may stand still, in seconds; 0 for ever. */
  timeout: number | undefined;
  /** Another settings file. */
  settings: string | undefined;
}

/** What `xpm-copy clean` was asked. */
export interface CleanRequest extends OutputChoice {
  /** Which command. */
  command: "clean";
  /** The workspace, in the user's words. */
  workspace: string;
  /** Whether to remove, not only to list. */
  yes: boolean;
  /** How long a host may take to answer at all, in seconds; 0 for ever. */
  connectTimeout: number | undefined;
  /** How long a transfer may stand still, in seconds; 0 for ever. */
  timeout: number | undefined;
  /** Another settings file. */
  settings: string | undefined;
}

/** What `xpm-copy doctor` was asked. */
export interface DoctorRequest extends OutputChoice {
  /** Which command. */
  command: "doctor";
  /** The workspaces, in the user's words; none for all of the settings. */
  workspaces: string[];
  /** How long a host may take to answer at all, in seconds; 0 for ever. */
  connectTimeout: number | undefined;
  /** How long a transfer may stand still, in seconds; 0 for ever. */
  timeout: number | undefined;
  /** Another settings file. */
  settings: string | undefined;
}

/** What the program was asked to do. */
export type Request =
  | CopyRequest
  | ListRequest
  | CleanRequest
  | DoctorRequest
  | { command: "help" }
  | {
    command: "version";
  };
