import { assertEquals, assertThrows } from "@std/assert";
import { failedJobs } from "../../../lib/copy/stage.ts";
import { BATCH_BYTES, BATCH_JOBS, batches } from "../../../lib/copy/batches.ts";
import type { PlannedJob } from "../../../lib/copy/types.ts";
import { CopyError } from "../../../lib/errors.ts";

function planned(jobId: string, bytes: number): PlannedJob {
  return {
    taskId: "neuralir.train",
    jobId,
    action: "copy",
    source: "done",
    destination: "absent",
    bytes,
    files: 1,
    incomplete: false,
  };
}

function sizes(...bytes: number[]): number[][] {
  const jobs = bytes.map((size, index) => planned(String(index), size));
  const cut = batches(jobs);
  assertEquals(cut.flat(), jobs, "every job once, in order");
  return cut.map((batch) => batch.map((job) => job.bytes));
}

Deno.test("batches() hold at least a thousand small jobs, and no more than their limit", () => {
  assertEquals(BATCH_JOBS >= 1000, true);
  const counts = (count: number) =>
    sizes(...Array<number>(count).fill(0)).map((batch) => batch.length);
  assertEquals(counts(0), []);
  assertEquals(counts(1), [1]);
  assertEquals(counts(BATCH_JOBS), [BATCH_JOBS]);
  assertEquals(counts(BATCH_JOBS + 1), [BATCH_JOBS, 1]);
  assertEquals(counts(2 * BATCH_JOBS + 5), [BATCH_JOBS, BATCH_JOBS, 5]);
});

Deno.test("batches() hold no more bytes than their limit, but for one larger job", () => {
  const half = BATCH_BYTES / 2;
  assertEquals(sizes(half, half), [[half, half]]);
  assertEquals(sizes(half, half + 1), [[half], [half + 1]]);
  assertEquals(sizes(half, half, 0, 1), [[half, half, 0], [1]]);
  assertEquals(sizes(BATCH_BYTES * 3, 1, 2), [[BATCH_BYTES * 3], [1, 2]]);
  assertEquals(sizes(1, BATCH_BYTES * 3, 2), [[1], [BATCH_BYTES * 3], [2]]);
  assertEquals(sizes(BATCH_BYTES, 0, BATCH_BYTES), [[BATCH_BYTES, 0], [BATCH_BYTES]]);
});

const JOBS = ["9de0", "9de01", "a [x] é"].map((jobId) => ({ taskId: "neuralir.train", jobId }));

Deno.test("failedJobs() finds the job of each complaint, and keeps its first", () => {
  const lines = [
    'rsync: [sender] send_files failed to open "/ws/jobs/neuralir.train/9de01/m.ckpt": ' +
    "Permission denied (13)",
    'file has vanished: "/ws/jobs/neuralir.train/9de01/x"',
    'rsync: [sender] opendir "/ws/jobs/neuralir.train/a [x] é" failed: Permission denied (13)',
  ];
  assertEquals(
    failedJobs({ complaints: lines, vanished: false }, JOBS),
    new Map([
      [JOBS[1]!, lines[0]!],
      [JOBS[2]!, lines[2]!],
    ]),
  );
  assertEquals(failedJobs({ complaints: [], vanished: true }, JOBS), new Map());
});

Deno.test("failedJobs() finds a job by its folder, by a folder in it, and at either end", () => {
  const folder = "jobs/neuralir.train/9de0";
  const lines = [
    `rsync: [sender] opendir "/ws/${folder}" failed: Permission denied (13)`,
    `rsync: [sender] opendir "/ws/${folder}/out" failed: Permission denied (13)`,
    `rsync: [sender] readlink_stat("/ws/${folder}") failed: Permission denied (13)`,
    `rsync: [sender] change_dir "/ws/${folder}" failed: Permission denied (13)`,
    `rsync: [generator] recv_generator: mkdir "/d/.xpm-staging/x/${folder}" failed: denied (13)`,
    `rsync: [generator] failed to set times on "/d/.xpm-staging/x/${folder}/out": denied (1)`,
    `skipping non-regular file "${folder}/pipe"`,
  ];
  for (const line of lines) {
    const failed = failedJobs({ complaints: [line], vanished: false }, JOBS);
    assertEquals([...failed], [[JOBS[0]!, line]], line);
  }
});

Deno.test("failedJobs() throws a complaint that concerns no job", () => {
  const complaints = [
    'rsync: [sender] send_files failed to open "/ws/experiments/e/1/status.json": denied (13)',
    'rsync: [sender] opendir "/ws/jobs/neuralir.train/9de" failed: Permission denied (13)',
    'rsync: [sender] opendir "/ws/jobs/neuralir.trainx/9de0" failed: Permission denied (13)',
    "rsync: connection unexpectedly closed",
  ];
  for (const line of complaints) {
    const error = assertThrows(
      () => failedJobs({ complaints: [line], vanished: false }, JOBS),
      CopyError,
    );
    assertEquals([error.code, error.message], ["program", `rsync failed: ${line}`]);
  }
});
