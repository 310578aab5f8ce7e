/**
 * Settling: the request to move what was staged to its place, and the answer.
 *
 * @module
 */

import { JOBS } from "../workspace/layout.ts";

/**
 * One move. `put`: nothing of that name may be there. `replace`: what is there is moved aside
 * first. `link`: replaces a link in one step. `job link`: like `put`, for a link whose target must
 * be there.
 */
export interface Move {
  /** The kind. */
  kind: "put" | "replace" | "link" | "job link";
  /** Its path in the staging folder; the last name is the final one. */
  from: string;
  /** The folder to move it into, absolute; created when it does not exist. */
  into: string;
  /** For `replace`, a time: a folder with anything newer is not replaced. */
  unlessNewer?: string | undefined;
  /** For `link`, the run that the present link names: one that names another run stays. */
  standing?: string | undefined;
}

/** The folder for jobs that are links, in a staging folder: below `jobs` are only folders. */
export const JOB_LINKS = "links";

/** Whether a move is of a job, or of a link to one. */
export function isOfJobs({ from }: Pick<Move, "from">): boolean {
  return from.startsWith(`${JOBS}/`) || from.startsWith(`${JOB_LINKS}/`);
}

/** Changes to the records of jobs that lack files. */
export interface Records {
  /** The workspace, absolute. */
  workspace: string;
  /** The records to write before the moves: `TASK/JOB`, and the text. */
  written: { job: string; text: string }[];
  /** The jobs, as `TASK/JOB`, that lack nothing after the moves: their records are removed. */
  dropped: string[];
}

/** A request to settle. */
export interface PublishRequest {
  /** What to move, in this order. */
  moves: Move[];
  /** The changes to records; undefined when there are none. */
  records?: Records | undefined;
  /** The marker to create when it does not exist, absolute; undefined when it is there. */
  marker: string | undefined;
  /** A new folder, absolute, to keep what was replaced; undefined to remove that. */
  keep: string | undefined;
  /** Whether the staging folder is not needed any more. */
  finished: boolean;
}

/** Why a move was not made: something appeared there, which may be as good. */
export const APPEARED = "another version appeared there in the meantime";

/** Why a run, or `current`, was not moved: something it refers to could not be put in place. */
export const HELD = "something it refers to could not be put in place";

/** Why a link was not replaced: it names another run than before. */
export const MOVED = "it was moved there in the meantime";

/** Why a folder was not replaced: it has been written to. */
export const NEWER = "the destination has something newer";

/** Why a job was not moved: without a record, nobody would know that it lacks files. */
export const UNRECORDED = "what is left out of it could not be noted in .xpm-copy";

/** Why a run does not replace another: a folder there is a link or a file here, for example. */
export const LOST = "files only the old run had could not be kept";

/** Why a link to a job was not made. */
export const UNLINKED = "the job it links to is not there";

/**
 * The steps beside the moves: create the marker, bring the new names to the disk, remove records,
 * put away what was replaced, remove the staging folder.
 */
export type Afterwards = "marker" | "disk" | "records" | "replaced" | "staging";

/** A move or a later step that failed, and why. */
export interface FailedMove {
  /** The move's `from`, or the step: see {@linkcode Afterwards}. */
  from: string;
  /** Why: one clause; {@linkcode APPEARED}, when another copy was faster. */
  reason: string;
}
