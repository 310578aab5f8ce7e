import { assertEquals } from "@std/assert";
import { jobsOf, jobState, readJobsFile } from "../../../lib/workspace/jobs.ts";

function line(jobId: string, taskId = "neuralir.train"): string {
  return `{"job_id": ${JSON.stringify(jobId)}, "task_id": ${JSON.stringify(taskId)}, "tags": {}}`;
}

Deno.test("readJobsFile() reads lines as experimaestro writes them", () => {
  const content = '{"job_id": "20378a61", "task_id": "neuralir.prepare", "tags": {}, ' +
    '"timestamp": 1795470732.3789284}\n' +
    '{"job_id": "a71c", "task_id": "neuralir.train", "tags": {"lr": 1e-07, "é": "\\u00e9"}, ' +
    '"timestamp": 1.5, "transient": 2, "later": [NaN]}\n';
  assertEquals(readJobsFile(content), {
    jobs: [
      {
        jobId: "20378a61",
        taskId: "neuralir.prepare",
        tags: {},
        timestamp: 1795470732.3789284,
        transient: 0,
      },
      {
        jobId: "a71c",
        taskId: "neuralir.train",
        tags: { lr: 1e-7, é: "é" },
        timestamp: 1.5,
        transient: 2,
      },
    ],
    problems: [],
  });
  assertEquals(readJobsFile(""), { jobs: [], problems: [] });
});

Deno.test("jobsOf() takes the links of a run that has no list, and says which name no job", () => {
  const job = (taskId: string, jobId: string) => ({ taskId, jobId, tags: {}, transient: 0 });
  assertEquals(jobsOf({ jobs: undefined, linked: "t.b/2\nt.a/1\n-x/1" }), {
    jobs: [job("t.a", "1"), job("t.b", "2")],
    problems: ["jobs: invalid task id '-x': it begins with '-'"],
  });
  assertEquals(jobsOf({ jobs: line("1", "t.c"), linked: "t.a/1" })?.jobs, [job("t.c", "1")]);
  assertEquals(jobsOf({ jobs: "{}" })?.problems, ["jobs.jsonl, line 1: no job_id or no task_id"]);
  assertEquals(jobsOf({ jobs: undefined }), undefined);
});

Deno.test("readJobsFile() takes what is odd in tags, timestamp and transient for none", () => {
  const read = (rest: string) => readJobsFile(`{"job_id": "1", "task_id": "t"${rest}}`).jobs[0];
  const plainJob = { jobId: "1", taskId: "t", tags: {}, transient: 0 };
  assertEquals(read(""), plainJob);
  assertEquals(read(', "tags": [1], "timestamp": "now", "transient": "2"'), plainJob);
  assertEquals(read(', "tags": null, "timestamp": true, "transient": true'), plainJob);
  assertEquals(read(', "transient": 1'), { ...plainJob, transient: 1 });
  assertEquals(read(', "tags": {"a": NaN, "b": -Infinity, "c": 12345678901234567890}')?.tags, {
    a: NaN,
    b: -Infinity,
    c: 12345678901234567890,
  });
  const tags = read(', "tags": {"__proto__": 1, "a": {"b": [null, true]}}')!.tags;
  assertEquals(Object.entries(tags), [["__proto__", 1], ["a", { b: [null, true] }]]);
});

Deno.test("readJobsFile() names each wrong line and goes on", () => {
  const content = [
    line("1"),
    "",
    "  \t",
    "[1]",
    '"x"',
    "null",
    "not JSON",
    `${line("2")}${line("3")}`,
    "{}",
    '{"job_id": "1"}',
    '{"job_id": 1, "task_id": "t"}',
    '{"task_id": "t", "job_id": null}',
    line("1"),
    line("4"),
    line("5").slice(0, -3),
  ].join("\n");
  const { jobs, problems } = readJobsFile(content);
  assertEquals(jobs.map(({ jobId }) => jobId), ["1", "4"]);
  assertEquals(problems, [
    "line 4: not an object",
    "line 5: not an object",
    "line 6: not an object",
    "line 7: not JSON",
    "line 8: not JSON",
    "line 9: no job_id or no task_id",
    "line 10: no job_id or no task_id",
    "line 11: no job_id or no task_id",
    "line 12: no job_id or no task_id",
    "line 15: not JSON",
  ]);
});

Deno.test("readJobsFile() reads lines that end as on Windows, and a last one without its end", () => {
  const { jobs, problems } = readJobsFile(`${line("1")}\r\n${line("2")}`);
  assertEquals(jobs.map(({ jobId }) => jobId), ["1", "2"]);
  assertEquals(problems, []);
});

Deno.test("readJobsFile() takes blank lines for no fault, wherever they are", () => {
  const { jobs, problems } = readJobsFile(`\n${line("1")}\n\n \t\r\n${line("2")}\n\n\n`);
  assertEquals(jobs.map(({ jobId }) => jobId), ["1", "2"]);
  assertEquals(problems, []);
  assertEquals(readJobsFile("\n"), { jobs: [], problems: [] });
});

Deno.test("readJobsFile() takes a repeated job for one, as its later line says, and an id of two tasks for two jobs", () => {
  const again = line("1", "a").replace("{}", '{"x":1}');
  const { jobs, problems } = readJobsFile(`${line("1", "a")}\n${line("1", "b")}\n${again}\n`);
  assertEquals(jobs.map(({ taskId, tags }) => [taskId, tags]), [["a", { x: 1 }], ["b", {}]]);
  assertEquals(problems, []);
});

Deno.test("readJobsFile() keeps a repeated job if one of its lines keeps it, in whatever order", () => {
  const transient = (mode: number) => line("1").replace(/}$/, `, "transient": ${mode}}`);
  const read = (...lines: string[]) =>
    readJobsFile(lines.join("\n")).jobs.map((job) => job.transient);
  assertEquals(read(transient(2), line("1")), [0]);
  assertEquals(read(line("1"), transient(2)), [0]);
  assertEquals(read(transient(2), transient(1)), [1]);
  assertEquals(read(transient(1), transient(2), transient(2)), [1]);
  assertEquals(read(transient(2), transient(2)), [2]);
});

Deno.test("readJobsFile() passes over a line of more than a MiB, and takes one of just that", () => {
  const padded = (length: number) =>
    line("1").replace("{}", `{${" ".repeat(length - line("1").length)}}`);
  assertEquals(padded(1 << 20).length, 1 << 20);
  assertEquals(readJobsFile(padded(1 << 20)).problems, []);
  assertEquals(readJobsFile(padded((1 << 20) + 1) + "\n" + line("2")).problems, [
    "line 1: longer than a MiB",
  ]);
});

Deno.test("readJobsFile() lets no id through that is not one name", () => {
  const wrong: [string, string][] = [
    ["", "invalid job id '': it is empty"],
    ["..", "invalid job id '..': it begins with '.'"],
    ["../../etc", "invalid job id '../../etc': it contains a '/'"],
    ["/etc/passwd", "invalid job id '/etc/passwd': it contains a '/'"],
    ["a/b", "invalid job id 'a/b': it contains a '/'"],
    ["-rf", "invalid job id '-rf': it begins with '-'"],
    [".hidden", "invalid job id '.hidden': it begins with '.'"],
    ["a\nb", "invalid job id 'a\\u000ab': it contains a control character"],
    ["a\u0000", "invalid job id 'a\\u0000': it contains a control character"],
  ];
  for (const [id, message] of wrong) {
    assertEquals(readJobsFile(line(id)), { jobs: [], problems: [`line 1: ${message}`] });
    assertEquals(readJobsFile(line("1", id)), {
      jobs: [],
      problems: [`line 1: ${message.replace("job id", "task id")}`],
    });
  }
});

Deno.test("readJobsFile() names a line of absurd nesting, and does not run out of stack", () => {
  assertEquals(readJobsFile("[".repeat(500_000)), { jobs: [], problems: ["line 1: not JSON"] });
});

Deno.test("jobState() reads the markers of the job's own name", () => {
  const state = (names: string[], runEnded: boolean) =>
    jobState("neuralir.train", new Set(names), runEnded);
  for (const ended of [true, false]) {
    assertEquals(state(["train.done"], ended), "done");
    assertEquals(state(["train.done", "train.failed", "train.pid"], ended), "done");
    assertEquals(state(["train.failed", "train.pid"], ended), "failed");
    assertEquals(state([], ended), "unfinished");
    assertEquals(
      state(["neuralir.train.done", ".done", "eval.pid", "TRAIN.done"], ended),
      "unfinished",
    );
  }
  assertEquals(state(["train.pid"], false), "running");
  assertEquals(state(["train.pid"], true), "unfinished");
  assertEquals(jobState("train", new Set(["train.done"]), true), "done");
});
