import { assertEquals } from "@std/assert";
import type { FoundRunFolder } from "../../../lib/copy/inventory.ts";
import type { PlanOptions } from "../../../lib/copy/plan.ts";
import { planRun } from "../../../lib/copy/plan_run.ts";
import type { PlannedJob, PlannedRun } from "../../../lib/copy/types.ts";
import type { CurrentRun, WorkspaceInfo } from "../../../lib/host/host.ts";
import type { Entry } from "../../../lib/system/entry.ts";
import { runLink } from "../../../lib/workspace/layout.ts";
import { readRunStatus } from "../../../lib/workspace/runs.ts";

const RUN = "20260118_170744";
const STARTED = "2026-01-18T17:07:44";
const HERE = { started_at: STARTED, hostname: "hpc" };
const ENDED = { ...HERE, ended_at: "2026-01-18T18:00:00" };
const LINK = "jobs/neuralir.train/9de0";

const JOB: PlannedJob = {
  taskId: "neuralir.train",
  jobId: "9de0",
  action: "skip",
  source: "unseen",
  destination: "done",
  bytes: 0,
  files: 0,
  incomplete: false,
};

function file(path: string, mtime = "1768755000.500000000", size = 10): [string, Entry] {
  return [path, { path, kind: "file", size, mtime, mode: 0o644 }];
}

function other(path: string, kind: Entry["kind"], mtime = "1768755000.0"): [string, Entry] {
  return [path, { path, kind, size: 4096, mtime, mode: 0o755 }];
}

/** A run's folder with a status, a list of jobs, the link to its job, and more. */
function folder(...more: [string, Entry][]): FoundRunFolder {
  return new Map([
    other("", "folder"),
    file("status.json"),
    file("jobs.jsonl"),
    other("jobs", "folder"),
    other("jobs/neuralir.train", "folder"),
    other(LINK, "link"),
    ...more,
  ]);
}

/** What stands at an end: the run with this status, and `current` with that. */
function info(
  status: object | string | undefined,
  current?: CurrentRun,
  currentStatus?: object,
): WorkspaceInfo {
  return {
    path: "/ws",
    realPath: "/ws",
    state: "workspace",
    marker: true,
    jobsPath: "/ws/jobs",
    experimentsPath: "/ws/experiments",
    jobsStaging: "/ws/.xpm-staging",
    experimentsStaging: "/ws/.xpm-staging",
    partialsPath: "/ws/partials",
    partialsStaging: "/ws/.xpm-staging",
    linkedStaging: undefined,
    records: false,
    store: false,
    staged: [],
    freeBytes: undefined,
    freeFiles: undefined,
    experimentExists: true,
    inXp: false,
    current,
    currentStatus: currentStatus && JSON.stringify(currentStatus),
    run: status === undefined ? undefined : {
      runId: RUN,
      jobs: "",
      transient: "",
      status: typeof status === "string" ? status : JSON.stringify(status),
    },
  };
}

interface Situation {
  /** The run's `status.json` at the source. */
  source?: object | string;
  /** The run's `status.json` at the destination. */
  destination?: object | string;
  /** The run's folder at the source. */
  from?: FoundRunFolder;
  /** The run's folder at the destination. */
  to?: FoundRunFolder;
  jobs?: PlannedJob[];
  /** The destination's current run, by the link or by another way, and the status of that run. */
  current?: string | CurrentRun;
  currentStatus?: object;
  /** What tells of the current run at the source. */
  sourceBy?: CurrentRun["by"];
  options?: PlanOptions;
  runId?: string;
}

/** Plans a run that has ended and is the same at both ends, but for what is said. */
function plan(situation: Situation): PlannedRun {
  const { source = ENDED, destination = ENDED, from = folder(), to = folder() } = situation;
  const { jobs = [JOB], current, currentStatus, runId = RUN, sourceBy = "link" } = situation;
  const there = typeof current === "string" ? { runId: current, by: "link" as const } : current;
  const infos = {
    source: info(source, { runId: RUN, by: sourceBy }),
    destination: info(to.size === 0 ? undefined : destination, there, currentStatus),
  };
  const statuses = {
    source: readRunStatus(infos.source.run?.status),
    destination: readRunStatus(infos.destination.run?.status),
  };
  const { options } = situation;
  return planRun(runId, jobs, { source: from, destination: to }, statuses, infos, options);
}

function decision(situation: Situation): string {
  const { action, reason } = plan(situation);
  return reason === undefined ? action : `${action}: ${reason}`;
}

const NEWER = "replace: newer at the source";
const LEFT = "leave: in progress at the destination";

Deno.test("planRun() copies a run that is not at the destination", () => {
  const from = folder(file("objects.jsonl", "1.5", 32), other("data", "folder"));
  assertEquals(plan({ from, to: new Map() }), {
    action: "copy",
    bytes: 52,
    files: 3,
    inProgress: false,
    isCurrent: true,
    becomesCurrent: true,
  });
});

Deno.test("planRun() skips a run that is the same at both ends", () => {
  assertEquals(plan({}), {
    action: "skip",
    bytes: 20,
    files: 2,
    inProgress: false,
    isCurrent: true,
    becomesCurrent: true,
  });
});

Deno.test("planRun() says whether the run is what current names at the source", () => {
  assertEquals(plan({}).isCurrent, true);
  assertEquals(plan({ runId: `${RUN}.1` }).isCurrent, false);
});

Deno.test("planRun() replaces a run that lacks a file, a folder or a link of the source", () => {
  for (const more of [file("results/x"), other("results", "folder"), other("x", "link")]) {
    assertEquals(decision({ from: folder(more) }), NEWER);
  }
});

Deno.test("planRun() replaces a run of which a file or a link is older", () => {
  const times: [source: string, destination: string, expected: string][] = [
    ["1768755001.000000000", "1768755000.999999999", NEWER],
    ["1768755000.501", "1768755000.500999999", NEWER],
    ["1768755000.500999999", "1768755000.500", "skip"],
    ["1768755000.5", "1768755000.500000000", "skip"],
    ["1768755000", "1768755000.000000000", "skip"],
    ["1768755000.05", "1768755000.4", "skip"],
    ["999999999.9", "1768755000.0", "skip"],
  ];
  for (const [source, destination, expected] of times) {
    const situation = {
      from: folder(file("objects.jsonl", source)),
      to: folder(file("objects.jsonl", destination)),
    };
    assertEquals(decision(situation), expected, `${source}, ${destination}`);
  }
  const link = {
    from: folder(other("runs/x", "link", "2")),
    to: folder(other("runs/x", "link", "1")),
  };
  assertEquals(decision(link), NEWER);
});

Deno.test("planRun() does not mind a folder's time, nor what only the destination has", () => {
  const from = folder(other("results", "folder", "1768755009.0"));
  const to = folder(other("results", "folder"), file("results/added", "1768755099.0"));
  assertEquals(decision({ from, to }), "skip");
});

Deno.test("planRun() does not mind links to jobs that only the source has, or has newer", () => {
  const from = folder(other("jobs/t", "folder"), other("jobs/t/1", "link"));
  from.set(...other(LINK, "link", "1768755099.0"));
  assertEquals(decision({ from }), "skip");
});

Deno.test("planRun() replaces a run that lacks the link to a job that will stand", () => {
  const to = folder();
  to.delete(LINK);
  const reason = "replace: links to jobs are missing at the destination";
  assertEquals(decision({ to }), reason);
  assertEquals(
    decision({ to, jobs: [{ ...JOB, action: "copy", destination: "absent" }] }),
    reason,
  );
  for (const action of ["missing", "wait", "removed"] as const) {
    assertEquals(decision({ to, jobs: [{ ...JOB, action, destination: "absent" }] }), "skip");
  }
});

Deno.test("planRun() replaces a copy that was made before the run ended", () => {
  assertEquals(decision({ destination: HERE }), NEWER);
  assertEquals(decision({ destination: "{torn" }), NEWER);
});

Deno.test("planRun() skips a copy of a run that is still in progress and has nothing new", () => {
  assertEquals(decision({ source: HERE, destination: HERE }), "skip");
});

Deno.test("planRun() leaves a run that was started at the destination and has not ended", () => {
  const from = folder(file("new"));
  assertEquals(decision({ from, destination: { ...HERE, hostname: "laptop" } }), LEFT);
  assertEquals(decision({ from, destination: { ...HERE, started_at: "2026-02-01" } }), LEFT);
  assertEquals(
    decision({ from, destination: HERE, jobs: [{ ...JOB, destination: "running" }] }),
    LEFT,
  );
  const ended = { ...ENDED, hostname: "laptop" };
  assertEquals(decision({ from, destination: ended }), NEWER, "ended there");
  assertEquals(
    decision({ from, destination: ENDED, jobs: [{ ...JOB, destination: "running" }] }),
    NEWER,
  );
});

// A run that was thought killed was copied with --ended; that copy, or a file of it, comes back.
Deno.test("planRun() leaves a run in progress that went on since a copy of it was marked as ended", () => {
  const to = folder(file("status.json", "1768755060.5"));
  const options = { ended: true };
  assertEquals(decision({ source: HERE, destination: HERE, to, options }), LEFT);
  assertEquals(decision({ source: ENDED, destination: HERE, to }), LEFT);
  assertEquals(decision({ source: ENDED, destination: "{torn", to }), NEWER);
});

Deno.test("planRun() tells a run in progress at the source, and never makes it current", () => {
  for (const to of [new Map(), folder()]) {
    const planned = plan({ source: HERE, destination: HERE, to });
    assertEquals([planned.inProgress, planned.becomesCurrent], [true, false]);
  }
  assertEquals(plan({ source: HERE, to: new Map() }).action, "copy");
});

Deno.test("planRun() with ended takes a run in progress at the source as over, and lets it become current", () => {
  const seen = (situation: Situation) => {
    const { inProgress, takenAsEnded, becomesCurrent, action } = plan({
      ...situation,
      options: { ended: true },
    });
    return [inProgress, takenAsEnded, becomesCurrent, action];
  };
  assertEquals(seen({ source: HERE, to: new Map() }), [false, true, true, "copy"]);
  // a copy that is marked as ended is as good, and is not copied again and again
  assertEquals(seen({ source: HERE, destination: HERE }), [false, true, true, "replace"]);
  assertEquals(seen({ source: HERE, destination: ENDED }), [false, true, true, "skip"]);
  // it says nothing of a run that is in progress at the destination
  const elsewhere = { ...HERE, hostname: "x" };
  assertEquals(seen({ source: HERE, destination: elsewhere }), [false, true, false, "leave"]);
  assertEquals(seen({ source: ENDED, to: new Map() }), [false, undefined, true, "copy"]);
  assertEquals(seen({ source: "{", to: new Map() }), [false, undefined, true, "copy"]);
});

Deno.test("planRun() names the run in progress that keeps current", () => {
  const kept = (situation: Situation) => plan({ to: new Map(), ...situation }).currentKept;
  const [older, later] = ["20260117_000000", "20260119_000000"];
  assertEquals(kept({ current: older, currentStatus: HERE }), older);
  assertEquals(kept({ current: older, currentStatus: ENDED }), undefined);
  assertEquals(kept({ current: later, currentStatus: HERE }), undefined);
  assertEquals(kept({ current: older, currentStatus: HERE, source: HERE }), undefined);
});

/** Whether a run that is copied becomes current. */
function becomesCurrent(current: string | undefined, currentStatus?: object, runId = RUN): boolean {
  return plan({
    to: new Map(),
    runId,
    ...(current && { current }),
    ...(currentStatus && { currentStatus }),
  }).becomesCurrent;
}

Deno.test("planRun() makes a run current where no current is", () => {
  assertEquals(becomesCurrent(undefined), true);
});

Deno.test("planRun() makes a run current when it is newer and the current one has ended", () => {
  assertEquals(becomesCurrent("20260118_170743", ENDED), true);
  assertEquals(becomesCurrent("20260118_170743", HERE), false);
  assertEquals(becomesCurrent("20260118_170745", ENDED), false);
  assertEquals(becomesCurrent("20260118_170745", HERE), false);
  assertEquals(becomesCurrent(RUN, ENDED), false);
  assertEquals(becomesCurrent(RUN, HERE), false);
  assertEquals(becomesCurrent(`${RUN}.2`, ENDED, `${RUN}.10`), true);
  assertEquals(becomesCurrent(`${RUN}.10`, ENDED, `${RUN}.2`), false);
  assertEquals(becomesCurrent(RUN, ENDED, `${RUN}.1`), true);
  assertEquals(becomesCurrent("baseline", ENDED), true);
});

Deno.test("planRun() takes a current whose run is gone for one that has ended", () => {
  assertEquals(becomesCurrent("20260118_170743"), true);
  assertEquals(becomesCurrent("20260118_170745"), false);
});

Deno.test("planRun() makes no link to an older run where experimaestro takes the latest one", () => {
  const becomes = (runId: string, by: CurrentRun["by"], currentStatus: object = ENDED) =>
    plan({ to: new Map(), current: { runId, by }, currentStatus }).becomesCurrent;
  assertEquals(becomes("20260118_170745", "latest"), false);
  assertEquals(becomes("20260118_170743", "latest"), true);
  // it is the latest already, and what no link names is not protected by being in progress
  assertEquals(becomes(RUN, "latest"), true);
  assertEquals(becomes("20260118_170743", "latest", HERE), true);
});

Deno.test("planRun() makes no link where experimaestro before 2.1.1 would take it for a run", () => {
  const older = { runId: "20260117_000000", by: "older link" } as const;
  const becomes = (situation: Situation) => plan({ to: new Map(), ...situation }).becomesCurrent;
  assertEquals(becomes({ current: older }), false);
  assertEquals(becomes({ sourceBy: "older link" }), false);
  assertEquals(becomes({ sourceBy: "older link", current: { ...older, by: "latest" } }), false);
  // one that has the link already is of a later version
  assertEquals(becomes({ sourceBy: "older link", current: "20260117_000000" }), true);
  assertEquals(becomes({ sourceBy: "latest" }), true);
});

Deno.test("planRun() moves current for a run that is there already, but not for one it leaves", () => {
  const current = "20260117_000000";
  const skipped = plan({ current, currentStatus: ENDED });
  assertEquals([skipped.action, skipped.becomesCurrent], ["skip", true]);
  const left = plan({ current, currentStatus: ENDED, destination: { ...HERE, hostname: "x" } });
  assertEquals([left.action, left.becomesCurrent], ["leave", false]);
});

Deno.test("runLink() is a job's place in its run", () => {
  assertEquals(runLink({ taskId: "neuralir.train", jobId: "9de0" }), LINK);
});

// A copy that was made while the run was in progress, sent back to where the run has ended since:
// it must not take the place of the run that knows more, whatever else the copy has been given.
Deno.test("planRun() never puts a run in progress in the place of the same run ended", () => {
  const expected = "skip: ended at the destination, in progress at the source";
  const to = folder();
  to.delete(LINK);
  for (const from of [folder(), folder(file("results/added"))]) {
    assertEquals(decision({ source: HERE, destination: ENDED, from, to }), expected);
  }
});
