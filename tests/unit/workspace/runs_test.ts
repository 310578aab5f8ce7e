import { assertEquals } from "@std/assert";
import {
  compareRuns,
  formatRunId,
  latestByName,
  readRunStatus,
  readTransientJobs,
  withoutStates,
} from "../../../lib/workspace/runs.ts";

Deno.test("formatRunId() shows a run's id as a date, other names as they are", () => {
  const cases: [string, string][] = [
    ["20260118_170744", "2026-01-18 17:07:44"],
    ["20260118_170744.1", "2026-01-18 17:07:44 (1)"],
    ["20260118_170744.10", "2026-01-18 17:07:44 (10)"],
    ["20260118_170744.", "20260118_170744."],
    ["20260118_170744.x", "20260118_170744.x"],
    ["20260118_170744.1.2", "20260118_170744.1.2"],
    ["20260118-170744", "20260118-170744"],
    ["2026118_170744", "2026118_170744"],
    ["x20260118_170744", "x20260118_170744"],
    ["20260118_170744\n", "20260118_170744\n"],
    ["current", "current"],
    ["", ""],
  ];
  for (const [runId, shown] of cases) assertEquals(formatRunId(runId), shown);
});

Deno.test("compareRuns() orders by time, then by the number after the dot; other names first", () => {
  const ordered = [
    "20260118-170744",
    "20260118_170744.x",
    "Baseline",
    "baseline",
    "zzz",
    "20251231_235959.99",
    "20260118_170743",
    "20260118_170744",
    "20260118_170744.2",
    "20260118_170744.10",
    "20260118_170745",
  ];
  for (const [left, a] of ordered.entries()) {
    for (const [right, b] of ordered.entries()) {
      assertEquals(Math.sign(compareRuns(a, b)), Math.sign(left - right), `${a}, ${b}`);
    }
  }
  assertEquals(ordered.toReversed().sort(compareRuns), ordered);
});

Deno.test("latestByName() is the last by name, as experimaestro takes it", () => {
  assertEquals(latestByName([]), undefined);
  assertEquals(latestByName(["20260118_170744", "20250101_000000"]), "20260118_170744");
  assertEquals(latestByName(["a.10", "a.2", "a"]), "a.2");
  assertEquals(latestByName(["20260118_170744", "Baseline"]), "Baseline");
  assertEquals(latestByName(["current"]), undefined);
});

Deno.test("readRunStatus() reads what experimaestro writes", () => {
  const content = `{
  "version": 1, "status": "done", "hostname": "vm",
  "started_at": "2026-11-23T21:52:12.372099", "ended_at": "2026-11-23T21:52:14.010072",
  "job_states": {"20378a": "done", "346dc3": "error"}, "run_tags": ["best", "é"],
  "carbon_impact": {"co2_kg": NaN}
}`;
  assertEquals(readRunStatus(content), {
    ended: true,
    startedAt: "2026-11-23T21:52:12.372099",
    hostname: "vm",
    jobStates: new Map([["20378a", "done"], ["346dc3", "error"]]),
    tags: ["best", "é"],
  });
});

Deno.test("readRunStatus() takes a run for ended only when ended_at is a text", () => {
  const ended = (value: string) => readRunStatus(`{"ended_at": ${value}}`)?.ended;
  assertEquals(ended('"2026-11-23T21:52:14"'), true);
  assertEquals(ended("null"), false);
  assertEquals(ended("{}"), false);
  assertEquals(readRunStatus("{}")?.ended, false);
  assertEquals(readRunStatus('{"status": "done"}')?.ended, false);
});

Deno.test("readRunStatus() takes a run for ended of which experimaestro knows no more than that", () => {
  const ended = (status: string, times: string) =>
    readRunStatus(`{"status": "${status}", ${times}}`)?.ended;
  const none = '"started_at": null, "ended_at": null';
  assertEquals([ended("done", none), ended("failed", none), ended("running", none)], [
    true,
    true,
    false,
  ]);
  assertEquals(ended("done", '"started_at": "2026-11-23T21:52:12", "ended_at": null'), false);
});

Deno.test("readRunStatus() reads odd values as none", () => {
  const nothing = { startedAt: undefined, hostname: undefined, jobStates: new Map(), tags: [] };
  assertEquals(readRunStatus("{}"), { ended: false, ...nothing });
  const odd = '{"started_at": 3, "hostname": null, "job_states": ["done"], "run_tags": "best"}';
  assertEquals(readRunStatus(odd), { ended: false, ...nothing });
  const mixed = '{"job_states": {"a": null, "b": 3, "__proto__": "x"}, "run_tags": [1, "a", null]}';
  const read = readRunStatus(mixed);
  assertEquals([...read!.jobStates], [["__proto__", "x"]]);
  assertEquals(read?.tags, ["a"]);
});

Deno.test("readRunStatus() and readTransientJobs() run out of nothing, however deep a text is", () => {
  const deep = "[".repeat(100_000) + "]".repeat(100_000);
  assertEquals(readRunStatus(`{"job_states": {"a": ${deep}}}`), undefined);
  assertEquals(readTransientJobs(`{"job_id": ${deep}}`), new Set());
});

Deno.test("readRunStatus() is undefined of what is no object, or not there", () => {
  for (const content of [undefined, "", "null", "[]", '"x"', "{", '{"a": 1,}', "\ufeff{}"]) {
    assertEquals(readRunStatus(content), undefined, content);
  }
});

Deno.test("withoutStates() keeps what readRunStatus() tells, of jobs only that they were not needed", () => {
  const states = '"job_states": {"a": "done", "__proto__": "unscheduled", "b": "unscheduled"}';
  for (
    const known of [
      '"status": "done", "started_at": "2026-11-23T21:52:12", "ended_at": "2026-11-23T21:52:14"',
      '"hostname": "vm", "run_tags": ["best", "é\\ud800", 1], "carbon_impact": {"co2_kg": NaN}',
      '"status": "failed", "started_at": null, "ended_at": null',
      '"status": 3, "hostname": {}, "run_tags": "best"',
    ]
  ) {
    const content = `{${known}, ${states}}`;
    const jobStates = new Map([["__proto__", "unscheduled"], ["b", "unscheduled"]]);
    assertEquals(readRunStatus(withoutStates(content)), { ...readRunStatus(content)!, jobStates });
  }
  for (const content of [undefined, "", "[]", "{torn"]) {
    assertEquals(withoutStates(content), content);
  }
});

Deno.test("readTransientJobs() reads the jobs of events, and passes over lines it cannot read", () => {
  const line = (id: string) =>
    `{"event_type": "x", "job_id": ${id}, "scheduler_state": "transient"}`;
  const lines = [
    line('"9de0"'),
    "",
    "{torn",
    line('"a58c"'),
    line('"9de0"'),
    line("3"),
    "[]",
    "{}",
    // as experimaestro 2.0 has it, also of jobs that are not
    '{"job_id": "4aee", "transient": 2, "event_type": "JobSubmittedEvent"}',
    '{"job_id": "6619", "transient": 1, "event_type": "JobSubmittedEvent"}',
    '{"job_id": "b0b0", "transient": 0, "tags": {"transient": 2}}',
    '{"job_id": "c0c0", "transient": "2", "scheduler_state": "done"}',
  ];
  const expected = new Set(["9de0", "a58c", "4aee", "6619"]);
  assertEquals(readTransientJobs(lines.join("\n")), expected);
  assertEquals(readTransientJobs(""), new Set());
});
