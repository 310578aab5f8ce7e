/**
 * Scans the jobs of many runs, each once, even when several runs share it.
 *
 * @module
 */

import type { Host, LinkedFolder } from "../host/host.ts";
import type { Entry } from "../system/entry.ts";
import { type JobInfo, jobState } from "../workspace/jobs.ts";
import { jobAt, jobFolder, jobName, JOBS, STATUS_FILE } from "../workspace/layout.ts";
import type { RunStatus } from "../workspace/runs.ts";
import { type FoundJob, isMarker } from "../copy/found_job.ts";
import { whyUnusable } from "../copy/usable.ts";

/** A run, and the content of its files. */
export interface ListedRun {
  /** Its id. */
  runId: string;
  /** Its folder, relative to the workspace. */
  folder: string;
  /** The content of its `status.json`. */
  status: RunStatus | undefined;
  /** Its jobs; none unless they were requested. */
  jobs: JobInfo[];
}

/** A job's folder, as far as its state depends on it. */
interface SeenJob extends Pick<FoundJob, "folders" | "trouble"> {
  markers: Set<string>;
  pidTime: string | undefined;
  linked: LinkedFolder | undefined;
}

/** The results of scans. */
export class SeenJobs {
  /** The jobs that exist, by folder. */
  readonly jobs: Map<string, SeenJob> = new Map();
  /** The time of a run's `status.json`, by the run's folder, where it was scanned. */
  readonly statusTimes: Map<string, string> = new Map();
  /** The bytes of folders that were scanned in full. */
  readonly #bytes = new Map<string, number>();
  /** Where folders really are, of those that are links. */
  readonly #realPaths = new Map<string, string>();

  /** Scans folders, all at once. */
  async look(
    host: Pick<Host, "scan">,
    root: string,
    folders: string[],
    statesOnly: boolean,
  ): Promise<void> {
    if (!statesOnly) { for (const folder of folders) this.#bytes.set(folder, 0); }
    const request = { root, folders, jobStatesOnly: statesOnly };
    const linked = await host.scan(request, (folder, entry) => this.#visit(folder, entry));
    for (const link of linked) {
      if (link.realPath !== "") this.#realPaths.set(link.folder, link.realPath);
      const job = this.jobs.get(link.folder);
      if (job !== undefined) job.linked = link;
    }
    // a plan counts a job that cannot be copied as missing, too
    for (const folder of folders) {
      const job = this.jobs.get(folder);
      if (!job || isOtherJob(job, root) || whyUnusable(job, folder) === undefined) continue;
      this.jobs.delete(folder);
      this.#bytes.delete(folder);
    }
  }

  #visit(folder: string, entry: Entry): void {
    const { path, kind, size, mtime } = entry;
    const bytes = this.#bytes.get(folder);
    if (kind === "file" && bytes !== undefined) this.#bytes.set(folder, bytes + size);
    if (!folder.startsWith(`${JOBS}/`)) {
      if (path === STATUS_FILE) this.statusTimes.set(folder, mtime);
    } else if (path === "") {
      const known = { pidTime: undefined, linked: undefined, trouble: entry.trouble };
      this.jobs.set(folder, { markers: new Set(), folders: new Map([["", entry]]), ...known });
    } else if (isMarker(path)) {
      const job = this.jobs.get(folder);
      job?.markers.add(path);
      if (job !== undefined && path === `${jobName(taskOf(folder))}.pid`) job.pidTime = mtime;
    }
  }

  /** The bytes of a run with its jobs; undefined when the run was not scanned in full. */
  bytes({ folder, jobs }: ListedRun): number | undefined {
    const own = this.#bytes.get(folder);
    return own && jobs.reduce((sum, job) => sum + (this.#bytes.get(jobFolder(job)) ?? 0), own);
  }

  /** The bytes of a folder; undefined when it was not scanned in full. */
  bytesOf(folder: string): number | undefined {
    return this.#bytes.get(folder);
  }

  /** The bytes of some folders in the workspace, each counted once, also when links lead there. */
  total(root: string, folders: Iterable<string>): number {
    const places = new Map<string, number>();
    for (const folder of folders) {
      places.set(this.#realPaths.get(folder) ?? `${root}/${folder}`, this.bytesOf(folder) ?? 0);
    }
    return [...places.values()].reduce((sum, bytes) => sum + bytes, 0);
  }
}

/** Whether a job is a link to another job, as experimaestro makes it when a task was renamed. */
function isOtherJob({ linked, folders }: SeenJob, root: string): boolean {
  return linked !== undefined && folders.get("")?.kind === "folder" &&
    jobAt(linked.realPath, [`${root}/${JOBS}`]) !== undefined;
}

/** The task that a job's folder belongs to. */
function taskOf(folder: string): string {
  return folder.split("/")[1]!;
}

/**
 * Scans the jobs of runs, with one scan for those that are measured in full and one for the others.
 * When a run has ended but a job of it has a `.pid`, another scan finds out when the run last wrote
 * its status.
 */
export async function lookAtJobs(
  host: Pick<Host, "scan">,
  root: string,
  runs: ListedRun[],
  measured: ListedRun[],
): Promise<SeenJobs> {
  const seen = new SeenJobs();
  const whole = new Set(measured.flatMap(({ folder, jobs }) => [folder, ...jobs.map(jobFolder)]));
  const states = new Set(runs.flatMap(({ jobs }) => jobs.map(jobFolder)));
  for (const folder of whole) states.delete(folder);
  const doubtful = () => runs.filter((run) => isDoubtful(run, seen)).map(({ folder }) => folder);
  if (whole.size > 0) await seen.look(host, root, [...whole], false);
  if (states.size > 0) await seen.look(host, root, [...states], true);
  const rest = doubtful();
  if (rest.length > 0) await seen.look(host, root, rest, true);
  return seen;
}

/**
 * Whether the state of a job depends on the time of the run's `status.json`, and that is unknown.
 */
function isDoubtful({ folder, status, jobs }: ListedRun, seen: SeenJobs): boolean {
  return status?.ended === true && !seen.statusTimes.has(folder) && jobs.some((job) => {
    const there = seen.jobs.get(jobFolder(job));
    return there !== undefined && jobState(job.taskId, there.markers, false) === "running";
  });
}
