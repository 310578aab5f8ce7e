/**
 * What hosts find in a workspace: runs, folders, and their content; and the requests for that.
 *
 * @module
 */

import type { Entry } from "../system/entry.ts";
import { EXPERIMENTS, JOBS } from "../workspace/layout.ts";

/** A part of a file, in MiB; it may end after the file does. */
export interface FilePart {
  /** Where it begins. */
  start: number;
  /** How long it is. */
  count: number;
}

/** The run that experimaestro takes for the current one. */
export interface CurrentRun {
  /** Its id. */
  runId: string;
  /**
   * What names it: the link `current`, a link where experimaestro before 2.1.1 kept it, or no link:
   * then it is the latest run.
   */
  by: "link" | "older link" | "latest";
}

/** A run that was looked at. */
export interface SeenRun extends FoundRun {
  /** The lines of its events that call a job transient; empty when its jobs were not asked for. */
  transient: string;
}

/** A run that is there. */
export interface FoundRun {
  /** Its id. */
  runId: string;
  /** Its `jobs.jsonl`; undefined when there is none, or when it was not asked for. */
  jobs: string | undefined;
  /** For a run without `jobs.jsonl`, the jobs that it links to, one `TASK/JOB` a line. */
  linked?: string | undefined;
  /** Its `status.json`; undefined when there is none. */
  status: string | undefined;
}

/** A request to list folders. */
export interface ScanRequest {
  /** The workspace, absolute. */
  root: string;
  /**
   * Folders of jobs and runs, relative to the workspace, of three names, and shared ones, of four. A link is followed; a
   * folder that does not exist is skipped.
   */
  folders: Iterable<string>;
  /** Whether only the folder of each job and its markers are wanted: `.done`, `.failed`, `.pid`. */
  jobStatesOnly: boolean;
  /** Whether what is found will be packed: a channel for that is opened meanwhile. */
  toPack?: boolean;
  /** Asked right before a folder is scanned; a remote host does not ask. */
  isNeeded?: (folder: string) => boolean;
}

/** Receives each entry: first the folder itself, with an empty path, then its content. */
export type Visit = (folder: string, entry: Entry) => void;

/** A folder that is a link, or is in a folder that is one. */
export interface LinkedFolder {
  /** The folder, as it was asked for. */
  folder: string;
  /** The target of the link; of a link above the folder, with the folder's own name added. */
  target: string;
  /** Its real path; empty when it leads nowhere. */
  realPath: string;
}

/** A request to list experiments. */
export interface BrowseRequest {
  /** The workspace's path; `~` stands for the home folder there. */
  path: string;
  /** Only this experiment; undefined for all. */
  experimentId: string | undefined;
  /** Whether each run's `jobs.jsonl` is wanted. */
  withJobs: boolean;
}

/** The experiments of a workspace: the answer to a {@linkcode BrowseRequest}. */
export interface Listing {
  /** The workspace's path, links resolved. */
  realPath: string;
  /** Its experiments, in no order. */
  experiments: FoundExperiment[];
  /** Whether the wanted experiment, or any, is in `xp`, where experimaestro 1.x keeps it. */
  inXp: boolean;
}

/** An experiment, as it is found in a workspace. */
export interface FoundExperiment {
  /** Its id. */
  experimentId: string;
  /** Its current run; undefined when there is none. */
  current: CurrentRun | undefined;
  /** Its runs, in no order. */
  runs: FoundRun[];
}

/** Where `jobs` or `experiments` is. */
export interface Place {
  /** The name below the workspace, and below a staging folder. */
  name: string;
  /** The folder, absolute, links resolved. */
  path: string;
}

/** The folders of a workspace, links resolved: its own, and its parts, each of which may be a link. */
export function pathsOf(
  info: Record<"realPath" | "jobsPath" | "experimentsPath" | "partialsPath", string>,
): string[] {
  return [info.realPath, info.jobsPath, info.experimentsPath, info.partialsPath];
}

/** Where the jobs and the experiments of a workspace are. */
export function placesOf(
  { jobsPath, experimentsPath }: { jobsPath: string; experimentsPath: string },
): Place[] {
  return [{ name: JOBS, path: jobsPath }, { name: EXPERIMENTS, path: experimentsPath }];
}

/** A request to find what copies have left, or to remove it. */
export interface TidyRequest {
  /** The workspace, absolute. */
  workspace: string;
  /** The staging areas, absolute. */
  areas: string[];
  /** Where folders go back to that were moved aside. */
  places: Place[];
  /** Whether to remove it, except what is in use. */
  remove: boolean;
}

/** A folder that a copy has left. */
export interface FoundLeftover {
  /** The folder, absolute. */
  path: string;
  /** `staging`: of a copy that has not finished. `replaced`: kept by `--keep-replaced`. */
  kind: "staging" | "replaced";
  /** Bytes on the disk. */
  bytes: number;
  /** When it was last claimed, or kept: seconds since 1970. */
  modified: number;
  /** Whether a copy uses it, or has left it, or it has been removed now. */
  state: "in use" | "left" | "removed";
  /** The line that the claim wrote about it; empty when there is none. */
  about: string;
}
