/**
 * The files of a sample's run.
 *
 * @module
 */

import { dumps, type PythonValue, Verbatim } from "./python_json.ts";
import { objectsOf, reference } from "./sample_objects.ts";
import type { Files, MadeJob, Sample, SampleState } from "./sample_types.ts";

/** The names of the states in the run's `status.json`. */
const STATES: Record<SampleState, string> = {
  done: "done",
  failed: "error",
  running: "running",
  unfinished: "running",
  missing: "done",
  removed: "done",
};

/** The files of a run, by their paths in its folder, without the links. */
export function writeRun(sample: Sample, seed: number, ended: boolean): Files {
  const { root, jobs } = sample;
  const objects = new Map<unknown, PythonValue>();
  for (const { task, n } of jobs) {
    for (const object of objectsOf(root, seed, task, n)) objects.set(object.identifier, object);
  }
  const lines = (values: Iterable<PythonValue>, style: "plain" | "compact") =>
    Array.from(values, (value) => dumps(value, style) + "\n").join("");
  return {
    "jobs.jsonl": lines(jobs.map(jobLine), "plain"),
    "objects.jsonl": lines(objects.values(), "compact"),
    "status.json": dumps(statusOf(sample, ended), "indented"),
    "environment.json": dumps({ python_version: "3.11.7", packages: {} }, "indented"),
    "events/event-0.jsonl": lines(jobs.map((job) => eventOf(sample, job)), "compact"),
    "data/default/experimaestro.json": dumps(savedOf(root, seed, jobs)),
    ".status.json.lock": "",
  };
}

function jobLine(job: MadeJob, at: number): PythonValue {
  return {
    job_id: job.jobId,
    task_id: job.taskId,
    tags: job.task === "prepare" ? {} : { width: job.n + 1 },
    timestamp: new Verbatim(`${1768756064 + at}.3789284`),
    ...(job.state === "removed" ? { transient: 2 } : {}),
  };
}

function statusOf(sample: Sample, ended: boolean): PythonValue {
  const { experimentId, runId, runFolder, jobs } = sample;
  return {
    version: 1,
    experiment_id: experimentId,
    run_id: runId,
    status: ended ? "done" : "running",
    hostname: "sample",
    started_at: "2026-01-18T17:07:44.372099",
    ended_at: ended ? "2026-01-18T17:08:14.010072" : null,
    job_states: Object.fromEntries(jobs.map((job) => [job.jobId, STATES[job.state]])),
    services: {
      board: {
        service_id: "board",
        description: "board",
        class: "neuralir.tasks.Board",
        state_dict: { folder: { __path__: `${runFolder}/data` } },
        experiment_id: experimentId,
        run_id: runId,
        state: "STOPPED",
        url: null,
      },
    },
    actions: {},
    run_tags: [],
    last_updated: "2026-01-18T17:08:14.012139",
  };
}

function eventOf({ experimentId, runId }: Sample, job: MadeJob, at = 0): PythonValue {
  return {
    timestamp: new Verbatim(`${1768756064 + at}.379196`),
    job_id: job.jobId,
    task_id: job.taskId,
    experiment_id: experimentId,
    scheduler_state: "submitted",
    run_id: runId,
    tags: [],
    event_type: "ExperimentJobStateEvent",
  };
}

/** The configuration that is saved with the experiment: that of the last job. */
function savedOf(root: string, seed: number, jobs: MadeJob[]): PythonValue {
  const last = jobs.at(-1);
  if (last === undefined) return { objects: [], data: [] };
  return {
    objects: objectsOf(root, seed, last.task, last.n, true),
    data: [{ type: "python", value: reference(last.jobId) }],
  };
}
