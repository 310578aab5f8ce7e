import { assertEquals, assertThrows } from "@std/assert";
import { CopyError } from "../../../lib/errors.ts";
import {
  checkId,
  type IdKind,
  jobFolder,
  jobName,
  leadsTo,
  LEFT_BEHIND_IN_RUN,
  leftBehindInJob,
  runFolder,
} from "../../../lib/workspace/layout.ts";
import { hasControl, printable } from "../../../lib/text/printable.ts";

Deno.test("checkId() gives back an id that is one name", () => {
  const ids = [
    "neuralir",
    "neuralir.tasks.train",
    "20260118_170744.1",
    "a b'c\"$(d)\\`e`",
    "é😀",
    "a-b..c",
    "~",
    " ",
    "*",
    "x".repeat(255),
    "é".repeat(127),
  ];
  for (const id of ids) assertEquals(checkId("experiment", id), id);
});

Deno.test("checkId() refuses every id that is not one name, and says why", () => {
  const cases: [IdKind, string, string][] = [
    ["experiment", "", "invalid experiment id '': it is empty"],
    ["run", ".", "invalid run id '.': it begins with '.'"],
    ["run", "..", "invalid run id '..': it begins with '.'"],
    ["task", ".xpm-staging", "invalid task id '.xpm-staging': it begins with '.'"],
    ["job", "-rf", "invalid job id '-rf': it begins with '-'"],
    ["job", "a/b", "invalid job id 'a/b': it contains a '/'"],
    ["job", "/", "invalid job id '/': it contains a '/'"],
    ["job", "../x", "invalid job id '../x': it contains a '/'"],
    ["job", "a\n", "invalid job id 'a\\u000a': it contains a control character"],
    ["job", "\u0000", "invalid job id '\\u0000': it contains a control character"],
    [
      "job",
      "\u001b[31m",
      "invalid job id '\\u001b[31m': it contains a control character",
    ],
    ["job", "\u007f", "invalid job id '\\u007f': it contains a control character"],
    ["job", "\u0085/", "invalid job id '\\u0085/': it contains a control character"],
    ["job", "\u202egnp", "invalid job id '\\u202egnp': it contains a control character"],
    ["job", "a\ud800", "invalid job id 'a\ud800': it contains half a character"],
    ["job", "\u2028", "invalid job id '\\u2028': it contains a control character"],
    [
      "run",
      "x".repeat(256),
      `invalid run id '${"x".repeat(80)}...': it is longer than 255 bytes`,
    ],
    [
      "run",
      "é".repeat(128),
      `invalid run id '${"é".repeat(80)}...': it is longer than 255 bytes`,
    ],
  ];
  for (const [kind, id, message] of cases) {
    const error = assertThrows(() => checkId(kind, id), CopyError);
    assertEquals(error.code, "usage");
    assertEquals(error.message, message);
  }
});

Deno.test("printable() shows control characters, and leaves all else", () => {
  assertEquals(
    printable("a\n\u001b[0m\u0000\u007f\u009f\u2029"),
    "a\\u000a\\u001b[0m\\u0000\\u007f\\u009f\\u2029",
  );
  assertEquals(printable("a b\\n é😀'\"\u00a0"), "a b\\n é😀'\"\u00a0");
  assertEquals(printable("caf\udce9 \udc80"), "caf\\xe9 \\x80");
  assertEquals([hasControl("a\r"), hasControl("é \u00a0")], [true, false]);
});

Deno.test("jobName() is the last part of the task", () => {
  assertEquals(jobName("neuralir.tasks.train"), "train");
  assertEquals(jobName("train"), "train");
  assertEquals(jobName("a.b-c d"), "b-c d");
});

Deno.test("jobFolder() and runFolder() are relative to the workspace", () => {
  assertEquals(jobFolder({ taskId: "a.b", jobId: "1" }), "jobs/a.b/1");
  assertEquals(runFolder("e", "20260118_170744"), "experiments/e/20260118_170744");
});

Deno.test("leftBehindInJob() names exactly the pid and lock files of the job's own name", () => {
  assertEquals(leftBehindInJob("neuralir.train"), [
    "train.pid",
    "train.lock",
    ".experimaestro/train.lock",
  ]);
  assertEquals(LEFT_BEHIND_IN_RUN, ["jobs", ".status.json.lock"]);
});

Deno.test("leadsTo() is true of a link to a folder of the same task and job", () => {
  const folder = "jobs/neuralir.train/9de0";
  const targets: [string, boolean][] = [
    ["/fast/nlp/jobs/neuralir.train/9de0", true],
    ["/jobs/neuralir.train/9de0", true],
    ["jobs/neuralir.train/9de0", true],
    ["../../../nlp/jobs/neuralir.train/9de0//", true],
    ["/fast/jobs/neuralir.train/9de1", false],
    ["/fast/jobs/neuralir.train/9de01", false],
    ["/fast/jobs/neuralir.eval/9de0", false],
    ["/fast/xjobs/neuralir.train/9de0", false],
    ["/fast/jobs/neuralir.train/9de0/out", false],
    ["/fast/jobs/neuralir.train/9de0/..", false],
    ["9de0", false],
    ["/etc", false],
    ["", false],
  ];
  for (const [target, leads] of targets) assertEquals(leadsTo(target, folder), leads, target);
});
