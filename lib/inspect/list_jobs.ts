/**
 * The jobs of a run with their states, sizes and times, for `xpm-copy ls`.
 *
 * @module
 */

import { call } from "../copy/call.ts";
import { damageOf, withRunLinks } from "../copy/damaged_list.ts";
import { stateForRun } from "../copy/job_state.ts";
import { jobChooser } from "../copy/select.ts";
import { runAt } from "../copy/survey.ts";
import type { ConnectionOptions, CopyOptions, CopyProblem, JobState } from "../copy/types.ts";
import { choiceWarnings } from "../copy/unmatched.ts";
import { CopyError } from "../errors.ts";
import type { Host } from "../host/host.ts";
import type { Hosts } from "../host/hosts.ts";
import { type JobInfo, type JobTimes, readJobTimes } from "../workspace/jobs.ts";
import { MAX_DOCUMENT } from "../workspace/documents.ts";
import {
  checkId,
  CURRENT,
  JOB_META,
  jobFolder,
  runFolder,
  STATUS_FILE,
} from "../workspace/layout.ts";
import { readRunStatus } from "../workspace/runs.ts";
import type { Workspace } from "../workspace/workspace.ts";
import { recordedJobs } from "./left_out_there.ts";
import { inOrder, type Order, ORDERS } from "./order.ts";
import { lookAtJobs } from "./seen_jobs.ts";

/** One job in the list of `xpm-copy ls`. */
export interface JobSummary extends JobInfo {
  /** Its state, by its folder; `absent` when it has none. */
  state: JobState;
  /** Bytes of its files; absent when it has no folder, or when sizes were not asked for. */
  bytes?: number;
  /** When it was started, as experimaestro wrote it: by the clock there; absent when unknown. */
  startedAt?: string;
  /** How long it took, in seconds; absent until it has ended, or when unknown. */
  duration?: number;
  /** Whether an earlier copy left some of its files out, as a record in the workspace tells. */
  partial?: true;
}

/** Which jobs to list, and how. */
export interface ListJobsOptions
  extends ConnectionOptions, Pick<CopyOptions, "states" | "tasks" | "tags"> {
  /** Whether to find the sizes of jobs, for which every file is visited. @default {true} */
  sizes?: boolean;
  /**
   * The order: by `size`, the largest first; by `age`, the latest start first; by `name`.
   *
   * @default {undefined} as `jobs.jsonl` lists them
   */
  sort?: Order;
}

/** The jobs of one run. */
export interface JobList {
  /** The run's id. */
  runId: string;
  /** The jobs that were chosen. */
  jobs: JobSummary[];
  /** Their bytes, each folder counted once; absent when sizes were not asked for. */
  bytes?: number;
  /** What is damaged of the run's list, and what of the choice no job has. */
  warnings: CopyProblem[];
}

/**
 * Lists the jobs of a run: the state, tags, size, start and duration of each, and whether an earlier
 * copy left some of its files out. States are found as for a copy, by the markers in the job's
 * folder; start and duration are those in its `.experimaestro/status.json`. Nothing is written.
 *
 * experimaestro shows the same in its monitor; its `read_jobs_jsonl` is `readJobs` here, which reads
 * only the list. Needs the same permissions as `listExperiments`.
 *
 * @param workspace The workspace, or words as for `findWorkspace`.
 * @param experimentId The experiment.
 * @param runId The run. Default: `current`, for the current one.
 * @param options Which jobs to list, and how. By default all, with their sizes.
 * @returns The jobs, those without a folder among them.
 * @throws {CopyError} `not-found`, when there is no such run; `connection`, when the host cannot be
 * reached; `usage`, when an id or an option is invalid.
 *
 * @example
 * ```ts
 * import { listJobs } from "@xpm/copy";
 * import { assertEquals } from "@std/assert";
 *
 * const path = await Deno.makeTempDir();
 * const [run, job] = ["experiments/neuralir/20260118_170744", "jobs/neuralir.train/9de0a6c4"];
 * for (const folder of [run, job]) await Deno.mkdir(`${path}/${folder}`, { recursive: true });
 * await Deno.writeTextFile(
 *   `${path}/${run}/jobs.jsonl`,
 *   '{"job_id": "9de0a6c4", "task_id": "neuralir.train", "tags": {"lr": 1e-3}}\n',
 * );
 * await Deno.writeTextFile(`${path}/${job}/train.done`, "");
 * const jobs = await listJobs({ id: "main", path }, "neuralir", "current", { states: ["done"] });
 * assertEquals(jobs.map(({ jobId, state, bytes }) => [jobId, state, bytes]), [
 *   ["9de0a6c4", "done", 0],
 * ]);
 * ```
 */
export async function listJobs(
  workspace: string | Workspace,
  experimentId: string,
  runId: string = CURRENT,
  options: ListJobsOptions = {},
): Promise<JobSummary[]> {
  return await call(
    { workspace },
    options,
    async (hosts, { workspace }) =>
      (await findJobs(hosts, { workspace, experimentId, runId }, options)).jobs,
    "interrupted",
  );
}

/** A run of a workspace. */
export interface RunOfWorkspace {
  /** The workspace. */
  workspace: Workspace;
  /** The experiment. */
  experimentId: string;
  /** The run, or `current`. */
  runId: string;
}

/** The same at a machine that may be connected already. */
export async function findJobs(
  hosts: Hosts,
  request: RunOfWorkspace,
  options: ListJobsOptions,
): Promise<JobList> {
  const { workspace, experimentId } = request;
  checkId("experiment", experimentId);
  if (request.runId !== CURRENT) checkId("run", request.runId);
  const { sizes = true, sort } = options;
  if (sort !== undefined && !ORDERS.includes(sort)) {
    throw new CopyError("usage", "unknown order of jobs", `choose ${ORDERS.join(", ")}`);
  }
  const chooser = jobChooser(options);
  const host = await hosts.open(workspace);
  const question = { path: workspace.path, experimentId, runId: request.runId };
  const info = await host.look({ ...question, wanted: "jobs" });
  const { run: { runId, status: text }, ...list } = runAt(workspace, info, request);
  const root = info.realPath;
  const status = readRunStatus(text);
  const folder = runFolder(experimentId, runId);
  const listed = await withRunLinks(host, info, folder, list.listed);
  const run = { runId, folder, status, jobs: listed.jobs.filter(chooser.isListed) };
  const seen = await lookAtJobs(host, root, [run], sizes ? [run] : []);
  const end = { ended: status?.ended === true, statusTime: seen.statusTimes.get(folder) };
  const found = run.jobs
    .map((job) => ({ ...job, state: stateForRun(job, seen.jobs.get(jobFolder(job)), end) }))
    .filter(({ state }) => chooser.hasState(state));
  const there = found.map(jobFolder).filter((each) => seen.jobs.has(each));
  const partial = await recordedJobs(host, root);
  const times = await readTimes(host, root, there);
  const jobs = found.map((job): JobSummary => {
    const each = jobFolder(job);
    const bytes = seen.jobs.has(each) ? seen.bytesOf(each) : undefined;
    return {
      ...job,
      ...(bytes !== undefined && { bytes }),
      ...times.get(each),
      ...(partial.has(each) && { partial: true }),
    };
  });
  const unmatched = choiceWarnings(options, listed.jobs, jobs.length > 0);
  const warnings = [...damageOf(folder, listed), ...unmatched];
  const bytes = sizes ? { bytes: seen.total(root, there) } : {};
  return { runId, jobs: sorted(jobs, sort), ...bytes, warnings };
}

function sorted(jobs: JobSummary[], order: Order | undefined): JobSummary[] {
  return inOrder(jobs, order, (job) => ({
    size: job.bytes,
    age: job.startedAt,
    name: jobFolder(job),
  }));
}

/** Reads when jobs began, and how long they took, by their folders. */
async function readTimes(
  host: Pick<Host, "read">,
  root: string,
  folders: string[],
): Promise<Map<string, JobTimes>> {
  const times = new Map<string, JobTimes>();
  let next = 0;
  const paths = folders.map((each) => `${each}/${JOB_META}/${STATUS_FILE}`);
  for await (const [, bytes] of host.read(root, paths, MAX_DOCUMENT)) {
    const folder = folders[next++]!;
    if (bytes !== undefined) times.set(folder, readJobTimes(new TextDecoder().decode(bytes)));
  }
  return times;
}
