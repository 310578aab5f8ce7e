/**
 * A look at the jobs of many runs: each once, whichever runs share it.
 *
 * @module
 */

import type { Host } from "../host/host.ts";
import type { Entry } from "../system/entry.ts";
import { type JobInfo, jobState } from "../workspace/jobs.ts";
import { jobFolder, jobName, JOBS, STATUS_FILE } from "../workspace/layout.ts";
import type { RunStatus } from "../workspace/runs.ts";
import { type FoundJob, isMarker } from "../copy/inventory.ts";
import { whyUnusable } from "../copy/usable.ts";

/** A run, and what its files say. */
export interface ListedRun {
  /** Its id. */
  runId: string;
  /** Its folder, relative to the workspace. */
  folder: string;
  /** What its `status.json` says. */
  status: RunStatus | undefined;
  /** Its jobs; none when they were not asked for. */
  jobs: JobInfo[];
}

/** A job's folder, as far as its state goes. */
type SeenJob = Pick<FoundJob, "markers" | "pidTime" | "folders" | "linked" | "trouble">;

/** What was seen. */
export class SeenJobs {
  /** The jobs that are there, by folder. */
  readonly jobs: Map<string, SeenJob> = new Map();
  /** When the `status.json` of runs was written, by the run's folder, where it was looked at. */
  readonly statusTimes: Map<string, string> = new Map();
  /** The bytes of folders that were looked at whole. */
  readonly #bytes = new Map<string, number>();

  /** Looks at folders, all at once. */
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
      const job = this.jobs.get(link.folder);
      if (job !== undefined) job.linked = link;
    }
    // one that cannot be copied is not there for a plan either
    for (const folder of folders) {
      const job = this.jobs.get(folder);
      if (job && whyUnusable(job, folder) !== undefined) this.jobs.delete(folder);
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

  /** The bytes of a run with its jobs; undefined when it was not looked at whole. */
  bytes({ folder, jobs }: ListedRun): number | undefined {
    const own = this.#bytes.get(folder);
    return own && jobs.reduce((sum, job) => sum + (this.#bytes.get(jobFolder(job)) ?? 0), own);
  }
}

/** The task that a job's folder belongs to. */
function taskOf(folder: string): string {
  return folder.split("/")[1]!;
}

/**
 * Looks at the jobs of runs, and at those that are measured whole, with one scan for each of the
 * two. Where a job of a run that has ended has a `.pid`, one more tells when the run was last heard
 * of.
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

/** Whether a job's state depends on when the run was last heard of, and that is not known. */
function isDoubtful({ folder, status, jobs }: ListedRun, seen: SeenJobs): boolean {
  return status?.ended === true && !seen.statusTimes.has(folder) && jobs.some((job) => {
    const there = seen.jobs.get(jobFolder(job));
    return there !== undefined && jobState(job.taskId, there.markers, false) === "running";
  });
}
