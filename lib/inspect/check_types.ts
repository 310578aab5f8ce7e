/**
 * What a check is asked, and what it finds: differences, and what there is to say besides.
 *
 * @module
 */

import type { ConnectionOptions, CopyOptions, CopyProblem } from "../copy/types.ts";
import type { JobId } from "../workspace/layout.ts";

/** How to check. */
export interface CheckOptions extends ConnectionOptions, Pick<CopyOptions, "map" | "ended"> {
  /**
   * Compares the contents of all files, by SHA-256 made where they are. Otherwise only documents
   * are read, and of other files names, kinds, sizes, modes and times are compared.
   *
   * @default {false}
   */
  checksum?: boolean;
}

/**
 * What differs of a thing that is at both ends. `content`: bytes of the same number, or what a
 * document should be after its paths were rewritten. `state`: of a job, or of a run.
 */
export type Aspect = "kind" | "size" | "mode" | "time" | "target" | "content" | "state";

/** One difference between source and destination. */
export interface Difference {
  /**
   * `missing`: not at the destination. `extra`: not at the source. `differs`: at both ends, and not
   * the same. `newer`: a job, or the run, is further at the destination than at the source, so that
   * its files were not compared.
   */
  kind: "missing" | "extra" | "differs" | "newer";
  /** The file or folder, relative to the workspace. A missing folder stands for all that is in it. */
  path: string;
  /** What differs, in a few words: the source first, then the destination. */
  what: string;
  /** What differs, for programs; only of `differs`. */
  aspects?: Aspect[];
  /** The job, when it is in one. */
  job?: JobId;
}

/** How much of something. */
export interface Amount {
  /** How many jobs it concerns. */
  jobs: number;
  /** How many files. */
  files: number;
  /** Bytes of these. */
  bytes: number;
}

/** What a check has found. */
export interface CheckResult {
  /** The experiment's id. */
  experimentId: string;
  /** The run's id, `current` resolved. */
  runId: string;
  /** Whether there is no difference, and the run's list of jobs, `jobs.jsonl`, is not damaged. */
  same: boolean;
  /** The differences, job by job, then those of the run. */
  differences: Difference[];
  /** What was compared, at the source. */
  compared: Amount;
  /** What is not at the destination since it was left out, as a record there tells. */
  leftOut: Amount;
  /** Whether the contents of all files were compared, not only those of documents. */
  checksum: boolean;
  /** What the user should know besides: jobs that still run, jobs at neither end ... */
  notes: CopyProblem[];
  /** How long it took. */
  seconds: number;
}
