/**
 * Settling: the request to move what was staged to its place, and the answer.
 *
 * @module
 */

import { JOBS, PARTIALS } from "../workspace/layout.ts";

/**
 * One move. `put`: nothing of that name may be there. `replace`: what is there is moved aside
 * first. `fill`: of a job with a record, what the folder there lacks is moved into it, name by name.
 * `link`: replaces a link in one step. `job link`: like `put`, for a link whose target must be
 * there.
 */
export interface Move {
  /** The kind. */
  kind: "put" | "replace" | "fill" | "link" | "job link";
  /** Its path in the staging folder; the last name is the final one. */
  from: string;
  /** The folder to move it into, absolute; created when it does not exist. */
  into: string;
  /** For `replace` and `fill`, the guards that keep a folder as it is. Default: none. */
  unless?: Guards | undefined;
  /** For `link`, the run that the present link names: one that names another run stays. */
  standing?: string | undefined;
}

/**
 * The guards that keep a folder as it is. `lib/copy/publish_moves.ts` has the rules; a host only
 * checks them, right before the move.
 */
export interface Guards {
  /** A file: a folder that holds it stays. Default: none. */
  exists?: string;
  /** A file: a folder that holds it, written since the claim, stays. */
  begun: string;
  /** A time: a folder with anything newer stays. Default: its age does not matter. */
  newer?: string | undefined;
}

/** The folder for jobs that are links, in a staging folder: below `jobs` are only folders. */
export const JOB_LINKS = "links";

/** Whether a move is of a job, of a link to one, or of a folder that jobs share. */
export function isOfJobs({ from }: Pick<Move, "from">): boolean {
  return [JOBS, JOB_LINKS, PARTIALS].some((top) => from.startsWith(`${top}/`));
}

/** Changes to the records of jobs that lack files. */
export interface Records {
  /** The workspace, absolute. */
  workspace: string;
  /** The records to write before the moves: `TASK/JOB`, and the text. */
  written: { job: string; text: string }[];
  /** The jobs, as `TASK/JOB`, that lack nothing after the moves: their records are removed. */
  dropped: string[];
  /** When the latest of the records that were seen was written: another copy is at work on what is newer. */
  seen: string;
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

/** A reason why a move was not made, as a word. */
export type Cause = keyof typeof SENTENCES;

/** The words, each with its meaning as a clause. */
const SENTENCES = {
  /** It may be as good. */
  appeared: "another version appeared there in the meantime",
  /** For a run, or for `current`. */
  held: "something it refers to could not be put in place",
  /** For a link: it names another run than before. */
  moved: "it was moved there in the meantime",
  /** For a job to fill. */
  gone: "it is no longer there",
  newer: "the destination has something newer",
  begun: "it has started to run there",
  /** For a job: without a record, nobody would know that it lacks files. */
  unrecorded: "the files left out of it could not be recorded in .xpm-copy",
  /** For a link to a job. */
  unlinked: "the job it links to is not there",
} as const;

/** Why something could not be set aside: it is not there. */
export const GONE = "gone";

/** Why a move or a later step failed: a word, or a message of the system. */
export type Why = Cause | { said: string };

/** The reason that a remote program answered: one of the words, or its own message. */
export function whyOf(said: string): Why {
  return Object.hasOwn(SENTENCES, said) ? said as Cause : { said };
}

/** A reason as a clause, for the user. */
export function clauseOf(why: Why): string {
  return typeof why === "string" ? SENTENCES[why] : why.said;
}

/**
 * The steps beside the moves: create the marker, bring the new names to the disk, remove records,
 * put away what was replaced, remove the staging folder.
 */
export type Afterwards = "marker" | "disk" | "records" | "replaced" | "staging";

/** A move or a later step that failed. */
export interface FailedMove {
  /** The move's `from`, or the step: see {@linkcode Afterwards}. */
  from: string;
  /** Why. */
  why: Why;
}

/** The folder, in a staging folder, for what is set aside: a claim puts it back. */
export const ASIDE = "replaced";

/** The folder, in a staging folder, for what a move has taken from there for good. */
export const REMOVED = "removed";

/** What goes with the folders that are given up: see `Staging.commit`. */
export interface Commitment {
  /** The run. */
  runId: string;
  /** The links that are removed when they name it, absolute. */
  links: string[];
  /** The folders that are removed when they are empty, absolute. */
  folders: string[];
}
