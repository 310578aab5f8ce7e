/**
 * The types of a survey: what is known before anything is written.
 *
 * @module
 */

import type { Abilities, Host, WorkspaceInfo } from "../host/host.ts";
import type { Pair } from "../rewrite/path_map.ts";
import type { Workspace } from "../workspace/workspace.ts";
import type { FileChoice, Standing } from "./exclude.ts";
import type { Inventory } from "./inventory.ts";
import type { PathsMap } from "./paths_map.ts";
import type { JobReport } from "./packings.ts";
import type { Ends } from "./plan.ts";
import type { CopyPlan, CopyProblem } from "./types.ts";

/** Which run. */
export interface RunName {
  /** The experiment. */
  experimentId: string;
  /** The run; `current` will be resolved. */
  runId: string;
}

/** Which run to copy from where to where. */
export interface RunRequest extends RunName {
  /** The workspaces. */
  workspaces: Ends<Workspace>;
}

/** Which runs to copy from where to where. */
export interface RunsRequest {
  /** The workspaces. */
  workspaces: Ends<Workspace>;
  /** The runs, in the order in which they are copied. */
  runs: RunName[];
}

/** Who names a path. */
export interface Namers {
  /** The first by name of the folders of the jobs; undefined when only the run does. */
  first: string | undefined;
  /** How many jobs do. */
  jobs: number;
}

/** Paths, each with who names it. */
export type NamedPaths = Map<string, Namers>;

/** What is known before anything is written. */
export interface Survey {
  /** The machines. */
  hosts: Ends<Host>;
  /** What stands at the workspaces' paths. */
  infos: Ends<WorkspaceInfo>;
  /** What they can do. */
  can: Ends<Abilities>;
  /** The run and the jobs. */
  found: Ends<Inventory>;
  /** What to do. */
  plan: CopyPlan;
  /** The folders of jobs that the plan takes as being there, since a run before brings them. */
  coming: readonly string[];
  /**
   * What jobs name in the workspace, and not in themselves, by their folders: those of which no
   * documents will pass.
   */
  reports: PathsMap<JobReport>;
  /** What these and the run name outside the workspace. */
  outside: NamedPaths;
  /** Lines of `jobs.jsonl` that are not jobs. */
  problems: CopyProblem[];
  /** What the user leaves out of jobs. */
  files: FileChoice;
  /** What of the jobs to be completed is at the destination. */
  standing: Standing;
  /** What the user says of places outside the workspaces. */
  mapped: Pair[];
  /** Where the source workspace was before. Its documents tell more of these as they pass. */
  formerRoots: Set<string>;
}

/** What is known of both ends; before the login to the destination, a guess. */
export type SurveyData = Pick<Survey, "infos" | "can" | "found" | "plan">;
