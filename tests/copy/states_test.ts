/**
 * The states of jobs that `xpm-copy ls` counts: those that a plan sees.
 *
 * @module
 */

import { renameSync, symlinkSync, writeFileSync } from "node:fs";
import { assertEquals } from "@std/assert";
import type { CopyPlan, JobState } from "../../mod.ts";
import { summarize, type SummaryOptions } from "../../lib/inspect/summarize.ts";
import type { Host } from "../../lib/host/host.ts";
import { Hosts } from "../../lib/host/hosts.ts";
import { makeSample, type Sample } from "../../scripts/sample.ts";
import { type Direction, inEachDirection, type Pair, useSshd } from "../support/directions.ts";

useSshd();

/** Each source once: here, and at a host. */
const directions: Direction[] = ["local to local", "remote to local"];

type States = Partial<Record<JobState, number>>;

/** What a plan sees of the jobs: one that cannot be copied is not there. */
function planned({ jobs }: CopyPlan): States {
  const states: States = {};
  for (const { source, action } of jobs) {
    const state = action === "missing" ? "absent" : source;
    states[state] = (states[state] ?? 0) + 1;
  }
  return states;
}

/** What is listed of a run. */
async function listed(
  { source }: Pair,
  { experimentId, runId }: Sample,
  options: SummaryOptions,
): Promise<States | undefined> {
  await using hosts = new Hosts();
  const found = await summarize(await hosts.open(source), source, options);
  const experiment = found.find((one) => one.experimentId === experimentId);
  return experiment?.runs.find((run) => run.runId === runId)?.jobStates;
}

inEachDirection(
  "summarize() counts the states that a plan sees, whatever status.json says",
  async (pair) => {
    const states = ["done", "failed", "running", "unfinished", "missing", "done", "done"] as const;
    const jobs = states.map((state) => ({ state }));
    const root = pair.source.path;
    // two runs that share their jobs, of which one has ended; then one of another experiment
    const samples = [
      makeSample(root, { jobs, runId: "20260101_000000", ended: true }),
      makeSample(root, { jobs, runId: "20260118_170744", ended: false }),
      makeSample(root, { jobs: 2, experimentId: "other", seed: 2 }),
    ];
    const [first, , third] = samples;
    const now = Date.now() / 1000;
    for (const { runFolder } of samples) await Deno.utime(`${runFolder}/status.json`, now, now + 1);
    const aside = `${pair.root}/aside`;
    renameSync(first!.jobs[5]!.folder, aside);
    symlinkSync(aside, first!.jobs[5]!.folder);
    // finished after its run had last written its state; and one whose marker was removed
    writeFileSync(`${first!.jobs[3]!.folder}/${first!.jobs[3]!.task}.done`, "");
    Deno.removeSync(`${third!.jobs[0]!.folder}/${third!.jobs[0]!.task}.done`);

    const expected: States[] = [
      { done: 3, failed: 1, unfinished: 1, absent: 2 },
      { done: 3, failed: 1, running: 1, absent: 2 },
      { done: 1, unfinished: 1 },
    ];
    for (const jobs of ["states", "sizes"] as const) {
      for (const [at, sample] of samples.entries()) {
        assertEquals(planned(await pair.plan(sample)), expected[at]);
        assertEquals(await listed(pair, sample, { jobs }), expected[at]);
        const { experimentId } = sample;
        assertEquals(await listed(pair, sample, { jobs, experimentId }), expected[at]);
      }
    }
  },
  { directions },
);

inEachDirection(
  "summarize() takes a job for running that was started after its run had ended",
  async (pair) => {
    const jobs = [{ state: "running" }, { state: "running" }] as const;
    const older = makeSample(pair.source.path, { jobs: [...jobs], runId: "20260101_000000" });
    const sample = makeSample(pair.source.path, { jobs: [...jobs], ended: true });
    const job = sample.jobs[0]!;
    const now = Date.now() / 1000;
    for (const { runFolder } of [older, sample]) {
      await Deno.utime(`${runFolder}/status.json`, now - 60, now - 60);
    }
    await Deno.utime(`${job.folder}/${job.task}.pid`, now, now);
    const other = sample.jobs[1]!;
    await Deno.utime(`${other.folder}/${other.task}.pid`, now - 90, now - 90);
    for (const jobs of ["states", "sizes"] as const) {
      assertEquals(await listed(pair, sample, { jobs }), { running: 1, unfinished: 1 });
      assertEquals(await listed(pair, older, { jobs }), { running: 2 });
    }
    assertEquals(planned(await pair.plan(sample)), { running: 1, unfinished: 1 });
  },
  { directions },
);

inEachDirection(
  "summarize() looks at each job once, with as many scans for many runs as for one",
  async (pair) => {
    for (let day = 10; day < 30; day++) {
      makeSample(pair.source.path, { jobs: 5, runId: `202601${day}_000000` });
      makeSample(pair.source.path, { jobs: 3, seed: day, experimentId: `other-${day}` });
    }
    await using hosts = new Hosts();
    const host = await hosts.open(pair.source);
    const scanned: string[][] = [];
    const watched: Pick<Host, "browse" | "scan"> = {
      browse: (request) => host.browse(request),
      scan(request, visit) {
        scanned.push([...request.folders].filter((folder) => folder.startsWith("jobs/")));
        return host.scan(request, visit);
      },
    };
    for (const options of [{}, { experimentId: "neuralir" }]) {
      for (const [jobs, scans] of [["states", 1], ["sizes", 1], [undefined, 0]] as const) {
        scanned.length = 0;
        const found = await summarize(watched, pair.source, { ...options, ...(jobs && { jobs }) });
        assertEquals(found.find((one) => one.experimentId === "neuralir")?.runs.length, 20);
        assertEquals(scanned.length, scans);
        const all = scanned.flat();
        assertEquals(all.length, new Set(all).size);
      }
    }
  },
  { directions },
);
