/**
 * The result of comparing what two workspaces hold, run by run.
 *
 * @module
 */

/** How many jobs of a run are at which end, by their states. A job can count as partial besides. */
export interface ComparedJobs {
  /** At both ends, in the same state. */
  same: number;
  /** Only at the source. */
  sourceOnly: number;
  /** Only at the destination. */
  destinationOnly: number;
  /** At both ends, and further at the source: done there, and unfinished at the destination. */
  sourceNewer: number;
  /** At both ends, and further at the destination. */
  destinationNewer: number;
  /** Copied to the source without some of their files, as records there tell. */
  sourcePartial: number;
  /** Copied to the destination without some of their files. */
  destinationPartial: number;
}

/** One run at two workspaces. */
export interface RunComparison {
  /** The experiment's id. */
  experimentId: string;
  /** The run's id. */
  runId: string;
  /** Where it is. */
  at: "source" | "destination" | "both";
  /** Which end has something that the other one lacks, or has only in an earlier state. */
  ahead: "source" | "destination" | "both" | "neither";
  /** Its jobs. Jobs may be at an end where the run is not: other runs have them, too. */
  jobs: ComparedJobs;
  /** At which ends the run is in progress; absent when at none. */
  inProgress?: ("source" | "destination")[];
}

/** How two workspaces compare. */
export interface WorkspaceComparison {
  /** The source's path, links resolved. */
  sourcePath: string;
  /** The destination's path, links resolved. */
  destinationPath: string;
  /** The runs at either end, by experiment, oldest first. */
  runs: RunComparison[];
}
