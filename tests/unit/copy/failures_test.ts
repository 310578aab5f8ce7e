/**
 * What has not come by the stream, after it was tried twice.
 *
 * @module
 */

import { assertEquals, assertRejects } from "@std/assert";
import type { Context } from "../../../lib/copy/context.ts";
import { type Failures, whatFailed } from "../../../lib/copy/failures.ts";
import type { Load } from "../../../lib/copy/loads.ts";
import type { Route } from "../../../lib/copy/route.ts";
import type { Streamed } from "../../../lib/copy/passage.ts";
import { CopyError } from "../../../lib/errors.ts";
import type { Host } from "../../../lib/host/host.ts";
import type { Entry } from "../../../lib/system/entry.ts";
import { plannedJob } from "../../support/planned_job.ts";

const RUN = "experiments/e/20260118_170744";
const JOBS = ["1", "12", "2"].map((id) => plannedJob("t", id));

/** What became of a stream. */
interface Case {
  complaints?: string[];
  trouble?: string;
  ended?: boolean;
  /** What could not go by it, by the folder. */
  left?: Record<string, string>;
  differing?: string[];
  /** What is at the source by now, by folder; and what of that is as it came. */
  there?: Record<string, Entry[]>;
  alike?: string[];
}

/** What has failed, by the ids of the jobs. */
async function failed(
  {
    complaints = [],
    trouble = "",
    ended = true,
    left = {},
    differing = [],
    there = {},
    alike = [],
  }: Case,
): Promise<{ jobs: Record<string, string>; run: Failures["run"] }> {
  const rewriter = {
    ended,
    left: new Map(Object.entries(left)),
    differing: (found: ReadonlyMap<string, unknown>) =>
      [...found.keys()].filter((folder) => !alike.includes(folder)),
  };
  const streamed = { rewriter, complaints, trouble, differing, whole: false };
  const source: Pick<Host, "scan"> = {
    scan({ folders }, visit) {
      for (const folder of folders) for (const one of there[folder] ?? []) visit(folder, one);
      return Promise.resolve([]);
    },
  };
  const surveyed = {
    hosts: { source },
    infos: { source: { realPath: "/ws", state: "workspace", records: false } },
    found: { source: { jobs: new Map(), run: new Map() } },
    plan: { run: { inProgress: false } },
  };
  const load: Load = {
    staging: "/s",
    jobs: JOBS,
    links: [],
    settled: [],
    withRun: true,
    last: true,
  };
  const route: Route = {
    whole: [],
    apart: JOBS,
    run: RUN,
    isRunApart: true,
    isSecond: true,
    alone: false,
  };
  const { jobs, run } = await whatFailed(
    streamed as unknown as Streamed,
    route,
    load,
    { surveyed, options: {} } as unknown as Context,
  );
  return { jobs: Object.fromEntries([...jobs].map(([{ jobId }, why]) => [jobId, why])), run };
}

Deno.test("whatFailed() finds the job of each complaint, and keeps its first", async () => {
  const complaints = [
    "tar: jobs/t/12/out: Cannot open: Permission denied",
    "tar: jobs/t/12: file changed as we read it",
    'rsync: [sender] opendir "/ws/jobs/t/2" failed: Permission denied (13)',
  ];
  assertEquals(await failed({ complaints }), {
    jobs: { 12: complaints[0]!, 2: complaints[2]! },
    run: undefined,
  });
});

Deno.test("whatFailed() fails with a complaint that is about no job, and says whose it is", async () => {
  for (
    const [line, said] of [
      ["tar: write error", "tar failed: write error"],
      ["tar: jobs/t/123/out: Cannot open", "tar failed: jobs/t/123/out: Cannot open"],
      ["rsync: write failed", "rsync failed: rsync: write failed"],
    ] as const
  ) {
    const error = await assertRejects(() => failed({ complaints: [line] }), CopyError);
    assertEquals([error.code, error.message], ["program", said]);
  }
});

Deno.test("whatFailed() fails with what the other end said, or where the archive was cut short", async () => {
  await assertRejects(() => failed({ trouble: "tar: no" }), CopyError, "tar failed: no");
  await assertRejects(() => failed({ ended: false }), CopyError, "its archive was cut short");
});

Deno.test("whatFailed() names what could not go by the stream, of a job or of the run", async () => {
  assertEquals(await failed({ left: { "jobs/t/1": "a", [RUN]: "b" } }), {
    jobs: { 1: "a could not be used as it was received" },
    run: "b could not be used as it was received",
  });
});

Deno.test("whatFailed() looks again at what differs: what is gone, and what still differs, has failed", async () => {
  const folder: Entry = { path: "", kind: "folder", size: 0, mtime: "1700000000", mode: 0o755 };
  const differs = "what was received is incomplete: a document, a link or a folder is missing";
  assertEquals(
    await failed({
      complaints: ["tar: jobs/t/12/x: Cannot open"],
      differing: ["jobs/t/1", "jobs/t/12", "jobs/t/2"],
      there: { "jobs/t/2": [folder] },
    }),
    {
      jobs: { 12: "tar: jobs/t/12/x: Cannot open", 1: differs, 2: differs },
      run: undefined,
    },
  );
  const ofRun = { differing: [RUN], there: { [RUN]: [folder] } };
  assertEquals((await failed(ofRun)).run, differs);
  assertEquals((await failed({ ...ofRun, alike: [RUN] })).run, undefined, "it changed meanwhile");
});
