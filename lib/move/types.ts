/**
 * The public types of a move: its options and its result.
 *
 * @module
 */

import type { ConnectionOptions, CopyOptions, CopyResult } from "../copy/types.ts";
import type { CheckResult } from "../inspect/check_types.ts";
import type { JobId } from "../workspace/layout.ts";

/** How to move; every field may be left out. What leaves out a part of a run has no place here. */
export interface MoveOptions
  extends
    ConnectionOptions,
    Pick<CopyOptions, "dryRun" | "ended" | "keepReplaced" | "create" | "map" | "bandwidthLimit"> {}

/** A folder of the source that was removed, or would be. */
export interface MovedFolder {
  /** The folder, relative to the workspace. */
  path: string;
  /** The job; absent when it is the run. */
  job?: JobId;
  /** Bytes of its files. */
  bytes: number;
  /** Its files. */
  files: number;
}

/**
 * Why a folder stays. `shared`: a run or a job that stays refers to it. `besides`: it is no job of
 * the run itself, or a folder of `partials`. Everything is as it should be then. `running`: it has a `.pid`. `elsewhere`: it
 * is a link out of the workspace. `unchecked`: it is not known to be the same at the destination.
 * `changed`: it has changed since it was checked. `needed`: a folder that stays for one of these
 * reasons refers to it; for the run, it is one of its jobs.
 */
export type KeptReason =
  | "shared"
  | "besides"
  | "running"
  | "elsewhere"
  | "unchecked"
  | "changed"
  | "needed";

/** A folder of the source that stays there. */
export interface KeptFolder extends MovedFolder {
  /** Why, for programs. */
  why: KeptReason;
  /** Why, as a clause. */
  reason: string;
}

/** What a move did, or would do. */
export interface MoveResult {
  /** The experiment's id. */
  experimentId: string;
  /** The run's id, `current` resolved. */
  runId: string;
  /** Whether nothing was to be written. */
  dryRun: boolean;
  /** The copy, which comes first. */
  copied: CopyResult;
  /** The check, with the contents of all files; absent in a dry run. */
  check?: CheckResult;
  /** What was removed at the source, or would be if nothing differs. */
  removed: MovedFolder[];
  /** What stays at the source. */
  kept: KeptFolder[];
  /** Bytes of what was removed. */
  bytes: number;
  /** How long it took, in seconds. */
  duration: number;
  /** Whether the run is at the destination only, with each job that nothing else refers to. */
  complete: boolean;
}

/** Whether a folder stays for a reason that keeps the move from being complete. */
export function isLeft({ why }: Pick<KeptFolder, "why">): boolean {
  return why !== "shared" && why !== "besides";
}
