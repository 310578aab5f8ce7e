/**
 * The state that all loads of a copy share.
 *
 * @module
 */

import type { Staging } from "../host/host.ts";
import type { RunOptions } from "../system/process.ts";
import type { Ahead } from "./prefetch.ts";
import type { Survey } from "./surveyed.ts";
import type { Outcome } from "./progress.ts";
import type { CopyOptions, PlannedJob } from "./types.ts";

/** The state that all loads of a copy share. */
export interface Context {
  surveyed: Survey;
  outcome: Outcome;
  options: CopyOptions;
  watch: RunOptions;
  /** Whether an earlier attempt, or load, has left something in the staging folders. */
  resumed: boolean;
  /** The staging folders that have been claimed, by their paths. */
  stagings: ReadonlyMap<string, Staging>;
  /** The jobs that could not be copied. */
  failed: Set<PlannedJob>;
  /** Whether both workspaces are on one other machine: content stays there. */
  together: boolean;
  /** The archive that was begun while a login went on, if there is one. */
  ahead: Ahead;
}
