import { assertEquals } from "@std/assert";
import type { FoundJob } from "../../../lib/copy/found_job.ts";
import type { Inventory } from "../../../lib/copy/inventory.ts";
import { decide, willStand } from "../../../lib/copy/decisions.ts";
import { planJobs, restsOnTimes } from "../../../lib/copy/plan.ts";
import type { JobAction, JobState, PlannedJob } from "../../../lib/copy/types.ts";

import type { Entry } from "../../../lib/system/entry.ts";
import type { JobInfo } from "../../../lib/workspace/jobs.ts";
import type { RunStatus } from "../../../lib/workspace/runs.ts";

const JOB: JobInfo = { taskId: "neuralir.train", jobId: "9de0", tags: {}, transient: 0 };
const FOLDER = "jobs/neuralir.train/9de0";
type State = Exclude<JobState, "unseen">;
const STATES: State[] = ["absent", "done", "failed", "unfinished", "running"];

/** When a job was started; before its run was last heard of. */
const STARTED = "1768754000.000000000";

function entry(kind: Entry["kind"], path = "", mtime = "1768755000.000000000"): Entry {
  return { path, kind, size: 0, mtime, mode: 0o755 };
}

function foundJob(markers: string[], self = entry("folder")): FoundJob {
  return {
    bytes: 300,
    files: 3,
    names: 0,
    bulk: { names: 0, bytes: 0 },
    // what is at the destination is older than the files at the source
    latest: "1768753000.500",
    latestFile: "1768754000.500",
    markers: new Set(markers),
    pidTime: markers.includes("train.pid") ? STARTED : undefined,
    documents: [],
    oversized: [],
    folders: new Map([["", self]]),
    links: [],
    linked: undefined,
    trouble: undefined,
    holes: false,
    special: false,
    large: [],
  };
}

/** What an end holds when the job is in that state there; the run's link to the job is there. */
function inventory(state: State): Inventory {
  const markers = {
    absent: [],
    done: ["train.done", "train.pid"],
    failed: ["train.failed", "train.pid"],
    running: ["train.pid", "other.done"],
    unfinished: ["train.pid", "other.done", "traindone"],
  }[state];
  return {
    jobs: state === "absent" ? new Map() : new Map([[FOLDER, foundJob(markers)]]),
    run: new Map([
      ["status.json", entry("file")],
      ["jobs", entry("folder")],
      [FOLDER, entry("link")],
    ]),
  };
}

function runStatus(ended: boolean): RunStatus {
  return { ended, startedAt: "2026-01-18", hostname: "hpc", jobStates: new Map(), tags: [] };
}

/** Plans one job; its run has ended at an end unless the job runs there. */
function planOne(source: State, destination: State, includeRunning = false): PlannedJob {
  const [planned] = planJobs(
    [JOB],
    { source: inventory(source), destination: inventory(destination) },
    { source: runStatus(source !== "running"), destination: runStatus(destination !== "running") },
    { includeRunning },
  );
  return planned!;
}

/** The cells of the table *What happens to a job*: what is done, whether named, whether exit 3. */
const CELLS: Record<State, Record<State, string>> = {
  done: {
    absent: "copy",
    done: "skip",
    failed: "replace, name",
    unfinished: "replace, name",
    running: "leave, name, exit 3",
  },
  failed: {
    absent: "copy",
    done: "skip",
    failed: "skip",
    unfinished: "replace, name",
    running: "leave, name, exit 3",
  },
  running: {
    absent: "wait, name, exit 3",
    done: "skip",
    failed: "leave, name, exit 3",
    unfinished: "leave, name, exit 3",
    running: "leave, name, exit 3",
  },
  unfinished: {
    absent: "copy, name",
    done: "skip",
    failed: "leave, name",
    unfinished: "leave, name",
    running: "leave, name",
  },
  absent: {
    absent: "missing, name, exit 3",
    done: "skip",
    failed: "leave, name, exit 3",
    unfinished: "leave, name, exit 3",
    running: "leave, name, exit 3",
  },
};

function cell(
  { action, reason, incomplete }: Pick<PlannedJob, "action" | "reason" | "incomplete">,
) {
  return [action, ...(reason ? ["name"] : []), ...(incomplete ? ["exit 3"] : [])].join(", ");
}

for (const source of STATES) {
  for (const destination of STATES) {
    const expected = CELLS[source][destination];
    Deno.test(`planJobs() of ${source} at the source, ${destination} there: ${expected}`, () => {
      const planned = planOne(source, destination);
      assertEquals(cell(planned), expected);
      assertEquals(planned, {
        taskId: "neuralir.train",
        jobId: "9de0",
        action: expected.split(", ")[0] as JobAction,
        source: destination === "done" ? "unseen" : source,
        destination,
        bytes: source === "absent" ? 0 : 300,
        files: source === "absent" ? 0 : 3,
        ...(planned.reason && { reason: planned.reason }),
        incomplete: expected.endsWith("exit 3"),
      });
    });
  }
}

Deno.test("planJobs() names a state of each end in its reasons", () => {
  assertEquals(
    planOne("done", "failed").reason,
    "failed at the destination, done at the source",
  );
  assertEquals(
    planOne("failed", "unfinished").reason,
    "unfinished at the destination, failed at the source",
  );
  assertEquals(planOne("running", "absent").reason, "still running at the source");
  assertEquals(planOne("unfinished", "absent").reason, "neither done nor failed at the source");
  assertEquals(planOne("absent", "absent").reason, "not at the source (removed?)");
  assertEquals(planOne("done", "running").reason, "running at the destination");
});

Deno.test("planJobs() with includeRunning copies a running job as it stands, and names it", () => {
  const copied = planOne("running", "absent", true);
  assertEquals([copied.action, copied.reason], [
    "copy",
    "still running, copied in its current state",
  ]);
  const replaced = planOne("running", "unfinished", true);
  assertEquals([replaced.action, replaced.reason], [
    "replace",
    "still running, copied in its current state",
  ]);
});

Deno.test("planJobs() replaces what is unfinished by what is not done only when it is older", () => {
  const plan = (source: State, there: string | undefined, here: string | undefined) => {
    const [from, to] = [inventory(source), inventory("unfinished")];
    Object.assign(from.jobs.get(FOLDER)!, { latest: "1768759999.500", latestFile: here });
    Object.assign(to.jobs.get(FOLDER)!, { latest: there, latestFile: "1768750000.500" });
    const statuses = { source: runStatus(source !== "running"), destination: runStatus(true) };
    const [planned] = planJobs([JOB], { source: from, destination: to }, statuses, {
      includeRunning: true,
    });
    return cell(planned!);
  };
  for (
    const [there, here, isOlder] of [
      ["1768754000.499", "1768754000.500", true],
      ["1768754000.500000001", "1768754000.500", true], // the same file, told by another system
      ["1768754000.501", "1768754000.500", false],
      ["1768754001.100", "1768754000.900", false],
      ["1768753999", "1768754000.500", true],
      ["1768754000", "1768754000.500", false], // it may be, or not
      ["1768754000.500", "1768754000", false],
      [undefined, "1768754000.500", false],
      ["1768754000.499", undefined, false],
    ] as const
  ) {
    const what = `${there}, ${here}`;
    const replaced = "replace, name";
    assertEquals(plan("failed", there, here), isOlder ? replaced : "leave, name", what);
    assertEquals(plan("running", there, here), isOlder ? replaced : "leave, name, exit 3", what);
    assertEquals(plan("done", there, here), replaced, what);
  }
});

Deno.test("restsOnTimes() is true of the jobs of which more must be known, and of no others", () => {
  const those = (includeRunning: boolean) =>
    STATES.flatMap((source) =>
      STATES.filter((destination) => restsOnTimes({ source, destination }, includeRunning))
        .map((destination) => `${source}, ${destination}`)
    );
  assertEquals(those(false), ["failed, unfinished"]);
  assertEquals(those(true), ["failed, unfinished", "running, unfinished"]);
});

Deno.test("planJobs() with includeRunning changes no other cell", () => {
  for (const source of STATES) {
    for (const destination of STATES) {
      if (source === "running" && ["absent", "unfinished"].includes(destination)) continue;
      assertEquals(
        cell(planOne(source, destination, true)),
        CELLS[source][destination],
        `${source}, ${destination}`,
      );
    }
  }
});

Deno.test("planJobs() takes a pid for stale once the run has ended, at each end by itself", () => {
  const plan = (source: boolean | undefined, destination: boolean | undefined) => {
    const status = (ended: boolean | undefined) =>
      ended === undefined ? undefined : runStatus(ended);
    const [job] = planJobs(
      [JOB],
      { source: inventory("running"), destination: inventory("running") },
      { source: status(source), destination: status(destination) },
    );
    return [job?.source, job?.destination];
  };
  assertEquals(plan(true, true), ["unfinished", "unfinished"]);
  assertEquals(plan(false, true), ["running", "unfinished"]);
  assertEquals(plan(true, false), ["unfinished", "running"]);
  assertEquals(plan(undefined, undefined), ["running", "running"]);
});

// Another run at the same end has started the job again: its own status.json says so, not this one.
Deno.test("planJobs() takes a pid for alive that was written after its run was last heard of", () => {
  const plan = (pidTime: string, status: string | undefined, ended = true) => {
    const job = { ...foundJob(["train.pid"]), pidTime };
    const run = status === undefined
      ? new Map()
      : new Map([["status.json", entry("file", "status.json", status)]]);
    const found = { jobs: new Map([[FOLDER, job]]), run };
    const [planned] = planJobs(
      [JOB],
      { source: found, destination: inventory("absent") },
      { source: runStatus(ended), destination: undefined },
    );
    const [there] = planJobs(
      [JOB],
      { source: inventory("done"), destination: found },
      { source: runStatus(true), destination: runStatus(ended) },
    );
    return [planned?.source, cell(planned!), there?.destination, cell(there!)];
  };
  const running = ["running", "wait, name, exit 3", "running", "leave, name, exit 3"];
  const stale = ["unfinished", "copy, name", "unfinished", "replace, name"];
  assertEquals(plan("1768755000.001", "1768755000.000"), running);
  assertEquals(plan("1768755001", "1768755000.999999999"), running);
  assertEquals(plan("1768755000.0", "1768755000.000"), stale);
  assertEquals(plan("1768755000.000", "1768755000.001"), stale);
  assertEquals(plan("1768755000.123999999", "1768755000.123"), stale, "one end tells only so much");
  assertEquals(plan("999999999.9", "1768755000.0"), stale);
  assertEquals(plan("1768755000.5", undefined), stale, "a run without status.json");
  assertEquals(plan("1768754000.0", "1768755000.0", false), running, "a run in progress");
});

Deno.test("planJobs() takes a job that is done or failed for that, whenever its pid was written", () => {
  for (const state of ["done", "failed"] as const) {
    const source = inventory(state);
    source.jobs.set(FOLDER, { ...source.jobs.get(FOLDER)!, pidTime: "1768759999.0" });
    const [planned] = planJobs(
      [JOB],
      { source, destination: inventory("absent") },
      { source: runStatus(true), destination: undefined },
    );
    assertEquals([planned?.source, planned?.action], [state, "copy"]);
  }
});

/** Plans the job, absent at both ends, of a run whose folder holds these. */
function planMissing(
  job: JobInfo,
  runHolds: string[],
  ended: boolean | undefined,
  state = "done",
  transientJobs = new Set<string>(),
): string {
  const jobStates = new Map([[JOB.jobId, state]]);
  const run = new Map(runHolds.map((path) => [path, entry("folder", path)]));
  const [planned] = planJobs(
    [job],
    { source: { jobs: new Map(), run }, destination: { jobs: new Map(), run: new Map() } },
    {
      source: ended === undefined ? undefined : { ...runStatus(ended), jobStates, transientJobs },
      destination: undefined,
    },
  );
  return cell(planned!);
}

Deno.test("planJobs() with ended takes each pid of a run in progress for stale, at the source alone", () => {
  const plan = (source: boolean, destination: boolean, pidTime: string) => {
    const found = { source: inventory("running"), destination: inventory("running") };
    found.source.jobs.set(FOLDER, { ...found.source.jobs.get(FOLDER)!, pidTime });
    const statuses = { source: runStatus(source), destination: runStatus(destination) };
    const [job] = planJobs([JOB], found, statuses, { ended: true });
    return [job!.source, job!.destination];
  };
  const later = String(Number(STARTED) + 1e6);
  assertEquals(plan(false, false, STARTED), ["unfinished", "running"]);
  assertEquals(plan(false, true, later), ["unfinished", "unfinished"]);
  // of a run that has ended, a later pid is still another run's
  assertEquals(plan(true, true, later), ["running", "unfinished"]);
});

Deno.test("planJobs() with ended misses what the killed run never started", () => {
  const statuses = { source: runStatus(false), destination: undefined };
  const none = { jobs: new Map(), run: new Map() };
  const found = { source: none, destination: none };
  const [job] = planJobs([JOB], found, statuses, { ended: true });
  assertEquals(cell(job!), "missing, name, exit 3");
  assertEquals(job!.reason, "not at the source (never started?)");
});

Deno.test("planJobs() does not miss a job of transient 2, and misses one of transient 1", () => {
  const holds = ["jobs", FOLDER];
  assertEquals(planMissing({ ...JOB, transient: 2 }, holds, true), "removed, name");
  assertEquals(planMissing({ ...JOB, transient: 2 }, holds, false), "removed, name");
  assertEquals(planMissing({ ...JOB, transient: 1 }, holds, true), "missing, name, exit 3");
  assertEquals(planMissing({ ...JOB, transient: 0 }, holds, true), "missing, name, exit 3");
});

Deno.test("planJobs() does not miss a transient job whose link went when the run ended", () => {
  const plan = (holds: string[], ended: boolean | undefined, transient = [JOB.jobId]) =>
    planMissing(JOB, holds, ended, "done", new Set(transient));
  const missing = "missing, name, exit 3";
  assertEquals(plan(["", "jobs", "jobs/neuralir.train"], true), "removed, name");
  assertEquals(plan([""], true), "removed, name");
  assertEquals(plan(["", "jobs", FOLDER], true), missing, "its link is there");
  assertEquals(plan(["", "jobs"], false), missing);
  assertEquals(plan(["", "jobs"], undefined), missing);
  assertEquals(plan(["", "jobs"], true, []), missing, "no event calls it transient");
  assertEquals(plan(["", "jobs"], true, ["a58c"]), missing, "another job is transient");
});

Deno.test("planJobs() does not miss a job that its run never needed", () => {
  assertEquals(planMissing(JOB, ["", "jobs", FOLDER], true, "unscheduled"), "removed, name");
  assertEquals(
    planMissing(JOB, ["", "jobs", FOLDER], false, "unscheduled"),
    "missing, name, exit 3",
  );
  assertEquals(planMissing(JOB, ["", "jobs", FOLDER], true, "error"), "missing, name, exit 3");
});

Deno.test("planJobs() copies a transient job that is there like any other", () => {
  for (const source of STATES) {
    for (const destination of STATES) {
      if (source === "absent" && destination === "absent") continue;
      const [planned] = planJobs(
        [{ ...JOB, transient: 2 }],
        { source: inventory(source), destination: inventory(destination) },
        {
          source: runStatus(source !== "running"),
          destination: runStatus(destination !== "running"),
        },
      );
      assertEquals(cell(planned!), CELLS[source][destination], `${source}, ${destination}`);
    }
  }
});

/** Plans the job, done at the source and absent at the destination, its folder being a link. */
function planLinked(target: string, kind: Entry["kind"]): PlannedJob {
  const job: FoundJob = {
    ...foundJob(kind === "folder" ? ["train.done"] : [], entry(kind)),
    linked: { folder: FOLDER, target, realPath: target },
  };
  const [planned] = planJobs(
    [JOB],
    {
      source: { jobs: new Map([[FOLDER, job]]), run: new Map() },
      destination: inventory("absent"),
    },
    { source: runStatus(true), destination: undefined },
  );
  return planned!;
}

Deno.test("planJobs() copies a job that is a link only when it leads to a folder of that job", () => {
  assertEquals(cell(planLinked(`/fast/nlp/${FOLDER}`, "folder")), "copy");
  assertEquals(cell(planLinked(`../../../nlp/${FOLDER}/`, "folder")), "copy");
  const elsewhere = planLinked("/etc", "folder");
  assertEquals(cell(elsewhere), "missing, name, exit 3");
  assertEquals(elsewhere.reason, "a link to /etc, not a folder of this job");
  assertEquals(
    planLinked("/fast/jobs/neuralir.train/other", "folder").reason,
    "a link to /fast/jobs/neuralir.train/other, not a folder of this job",
  );
  const dangling = planLinked(`/gone/${FOLDER}`, "link");
  assertEquals(cell(dangling), "missing, name, exit 3");
});

Deno.test("planJobs() does not copy a job that is a file", () => {
  const [planned] = planJobs(
    [JOB],
    {
      source: { jobs: new Map([[FOLDER, foundJob([], entry("file"))]]), run: new Map() },
      destination: inventory("absent"),
    },
    { source: runStatus(true), destination: undefined },
  );
  assertEquals(cell(planned!), "missing, name, exit 3");
  assertEquals(planned?.reason, "no folder, not a folder of this job");
});

Deno.test("planJobs() plans jobs in their order, each by its own folder", () => {
  const other: JobInfo = { ...JOB, jobId: "a58c" };
  const planned = planJobs(
    [other, JOB],
    { source: inventory("done"), destination: inventory("absent") },
    { source: runStatus(true), destination: undefined },
  );
  assertEquals(planned.map(({ jobId, action, bytes }) => [jobId, action, bytes]), [
    ["a58c", "missing", 0],
    ["9de0", "copy", 300],
  ]);
});

Deno.test("decide() skips a job that was not looked at", () => {
  const options = { removed: false, includeRunning: false };
  assertEquals(decide("unseen", "done", options), { action: "skip", incomplete: false });
});

Deno.test("willStand() is true of jobs that are there already or will be", () => {
  const standing = STATES.flatMap((source) =>
    STATES.filter((destination) => willStand(planOne(source, destination)))
      .map((destination) => `${source}, ${destination}`)
  );
  const expected = STATES.flatMap((source) =>
    STATES.filter((destination) =>
      destination !== "absent" || ["done", "failed", "unfinished"].includes(source)
    ).map((destination) => `${source}, ${destination}`)
  );
  assertEquals(standing, expected);
});
