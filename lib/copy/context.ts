/**
 * What every load of a copy goes with.
 *
 * @module
 */

import type { Watch } from "../system/process.ts";
import type { Ahead } from "./prefetch.ts";
import type { Survey } from "./survey.ts";
import type { Tally } from "./progress.ts";
import type { CopyOptions, PlannedJob } from "./types.ts";

/** What every load of a copy goes with. */
export interface Context {
  surveyed: Survey;
  tally: Tally;
  options: CopyOptions;
  watch: Watch;
  /** Whether an earlier attempt, or load, has left something in the staging folders. */
  resumed: boolean;
  /** Whether the sizes and times there prove nothing: an archive was perhaps not whole. */
  unverified: boolean;
  /** The user at the destination, as a number. */
  owner: number;
  /** The jobs that could not be copied. */
  failed: Set<PlannedJob>;
  /** What has been packed already. */
  ahead: Ahead;
}
