/**
 * Putting what was staged in its place: what is asked of a host, and what it answers.
 *
 * @module
 */

import { JOBS } from "../workspace/layout.ts";

/**
 * One thing to put in its place. `put`: nothing of its name may be there. `replace`: what is
 * there is moved aside first. `link`: takes the place of a link in one step. `job link`: the same as
 * `put`, for a link whose target stands by then.
 */
export interface Move {
  /** How. */
  kind: "put" | "replace" | "link" | "job link";
  /** Where it stands, relative to the staging folder; the last part is its final name. */
  from: string;
  /** The folder to put it into, absolute; made when it is not there. */
  into: string;
  /** Of a replacement, a time: what holds something newer than that stays. */
  unlessNewer?: string | undefined;
  /** Of a link, the run that the one in its place names; one that names another stays. */
  standing?: string | undefined;
}

/** Where links to jobs stand in a staging folder: among its jobs there are only folders. */
export const JOB_LINKS = "links";

/** Whether what is moved is a job, or a link to one. */
export function isOfJobs({ from }: Pick<Move, "from">): boolean {
  return from.startsWith(`${JOBS}/`) || from.startsWith(`${JOB_LINKS}/`);
}

/** What is told at the destination of jobs that lack files which a copy has left out. */
export interface Records {
  /** The workspace, absolute. */
  workspace: string;
  /** Of jobs that will lack some: `TASK/JOB`, and what to tell, before they are moved. */
  written: { job: string; text: string }[];
  /** Jobs that lack nothing once the moves are made, as `TASK/JOB`: what is told of them goes. */
  dropped: string[];
}

/** What is to be put in its place. */
export interface PublishRequest {
  /** What to move, in this order. */
  moves: Move[];
  /** What is told of jobs that lack files; undefined when there is nothing to tell, nor to remove. */
  records?: Records | undefined;
  /** A file to make when it is not there, absolute, after the moves. */
  marker: string | undefined;
  /** A new folder to keep what is replaced in, absolute; undefined: it is removed. */
  keep: string | undefined;
  /** Whether the staging folder has served. */
  finished: boolean;
}

/** Why a move was not made: something that is as good may have appeared there meanwhile. */
export const APPEARED = "another version appeared there in the meantime";

/** Why a run, or `current`, was not moved: something it refers to could not be put in place. */
export const HELD = "something it refers to could not be put in place";

/** Why a link was left: it names another run than when the copy began. */
export const MOVED = "it was moved there in the meantime";

/** Why something was not replaced: it has been written to. */
export const NEWER = "the destination has something newer";

/** Why a job was not moved: nobody would know that it lacks files. */
export const UNRECORDED = "what is left out of it could not be noted in .xpm-copy";

/** Why a run does not replace another: a folder there is a link or a file here, for one. */
export const LOST = "files only the old run had could not be kept";

/** Why a link to a job was not made. */
export const UNLINKED = "the job it links to is not there";

/**
 * What is done after moves: the marker is made, what has new names is brought to the disk, records of
 * what jobs lack no more are removed, what was replaced is put away, the staging folder cleared.
 */
export type Afterwards = "marker" | "disk" | "records" | "replaced" | "staging";

/** A move that could not be made, or what could not be done afterwards, and why. */
export interface FailedMove {
  /** The move's `from`, or what could not be done: see {@linkcode Afterwards}. */
  from: string;
  /** Why: one clause; {@linkcode APPEARED}, when another copy was faster. */
  reason: string;
}
