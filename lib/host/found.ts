/**
 * What is found in a workspace: runs, folders, and what is in them.
 *
 * @module
 */

import type { Entry } from "../system/entry.ts";

/** The run that experimaestro takes for the current one. */
export interface CurrentRun {
  /** Its id. */
  runId: string;
  /**
   * What tells: the link `current`, a link where experimaestro before 2.1.1 kept it, or no link at
   * all: then it is the latest run.
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
  /** The jobs that its links name, `TASK/JOB` a line: told of a run that has no `jobs.jsonl`. */
  linked?: string | undefined;
  /** Its `status.json`; undefined when there is none. */
  status: string | undefined;
}

/** What to look at in a scan. */
export interface ScanRequest {
  /** The workspace, absolute. */
  root: string;
  /**
   * Job and run folders, relative to the workspace, three names deep. One that is a link is
   * followed; one that is not there is passed over.
   */
  folders: string[];
  /** Of jobs only the folder and the markers right in it: `.done`, `.failed`, `.pid`. */
  jobStatesOnly: boolean;
  /** Whether what is found will be packed: a way for it is made ready meanwhile. */
  toPack?: boolean;
  /** Asked before a folder is looked at, where that can still be left out. */
  isNeeded?: (folder: string) => boolean;
}

/** Told of each entry; first comes the folder itself (its path is empty), then what is in it. */
export type Visit = (folder: string, entry: Entry) => void;

/** A folder that is a link, or that stands in a folder that is one, found by a scan. */
export interface LinkedFolder {
  /** The folder, as it was asked for. */
  folder: string;
  /** What the link says; of a link above the folder, with the folder's own name after it. */
  target: string;
  /** Where it leads in the end; empty when it leads nowhere. */
  realPath: string;
}

/** What to look for in a workspace. */
export interface BrowseRequest {
  /** The workspace's path; `~` stands for the home folder there. */
  path: string;
  /** Only this experiment; undefined for all. */
  experimentId: string | undefined;
  /** Whether each run's `jobs.jsonl` is wanted. */
  withJobs: boolean;
}

/** What a workspace holds; the answer to a {@linkcode BrowseRequest}. */
export interface Listing {
  /** The workspace's path, links resolved. */
  realPath: string;
  /** Its experiments, in no order. */
  experiments: FoundExperiment[];
  /** Whether what was asked for is in `xp`, where experimaestro 1.x keeps it. */
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
