/**
 * What reaches the disk before what, as a trace of the system calls shows it.
 *
 * @module
 */

import { readFileSync, writeFileSync } from "node:fs";
import { assert, assertEquals } from "@std/assert";
import { moduleFlags, ROOT } from "../../scripts/modules.ts";
import { makeSample, type Sample } from "../../scripts/sample.ts";
import { findProgram } from "../../scripts/setup.ts";
import { withPair } from "../support/directions.ts";
import { hasSshd, startSshd } from "../support/sshd.ts";
import { canTrace } from "../support/strace.ts";
import { compareTrees, readTree } from "../support/trees.ts";

const CALLS = "write,pwrite64,rename,renameat,renameat2,fsync,fdatasync,syncfs";

/** A trace of a copy on this machine. */
interface Trace {
  root: string;
  sample: Sample;
  destination: string;
  calls: string[];
}

/** Copies under strace, and does something with what it saw. */
async function traced(
  { run = "rsync,tar,sync", args = [] as string[] },
  check: (trace: Trace) => void,
): Promise<void> {
  const root = Deno.realPathSync(Deno.makeTempDirSync({ prefix: "xpm-sync-" }));
  try {
    const sample = makeSample(`${root}/from`, { jobs: 6 });
    const destination = `${root}/to`;
    writeFileSync(`${root}/settings.yaml`, "workspaces: []\n");
    const flags = ["--no-prompt", `--allow-run=${run}`, "--allow-env", `--allow-read=${root}`];
    const { code, stderr } = await new Deno.Command("strace", {
      args: [
        ...["-f", "-y", "-s", "8", "-e", `trace=${CALLS}`, "-o", `${root}/trace`],
        ...[Deno.execPath(), "run", ...flags, `--allow-write=${destination}`],
        ...await moduleFlags(),
        ...[`${ROOT}/cli.ts`, sample.experimentId, sample.runId, "--from", sample.root],
        ...["--to", destination, "--settings", `${root}/settings.yaml`, "--yes", ...args],
      ],
    }).output();
    assertEquals(code, 0, new TextDecoder().decode(stderr));
    compareTrees({ sample, destination });
    const calls = readFileSync(`${root}/trace`, "utf8").split("\n");
    check({ root, sample, destination, calls });
  } finally {
    Deno.removeSync(root, { recursive: true });
  }
}

/** The places in a trace where a call is of this kind, on such a path. */
function find(calls: string[], name: RegExp, path: string): number[] {
  return calls.flatMap((call, index) => {
    const [, called, rest] = /^\d+ +(\w+)(\(.*)$/.exec(call) ?? [];
    return called !== undefined && name.test(called) && rest!.includes(path) ? [index] : [];
  });
}

/** Checks that there is something of the one, and that all of it comes before all of the other. */
function assertBefore(what: string, first: number[], second: number[]): void {
  assert(first.length > 0 && second.length > 0, `${what}: ${first.length}, ${second.length}`);
  assert(first.at(-1)! < second[0]!, `${what}: ${first.at(-1)} is not before ${second[0]}`);
}

/** What every way to sync has in common: renames, syncs of the folders, the run last. */
function assertOrder({ calls, sample, destination }: Trace): void {
  const synced = (path: string) => find(calls, /^fsync$/, `<${path}>`);
  const moved = (path: string) => find(calls, /^rename/, `, "${path}`);
  const runs = moved(`${destination}/experiments/${sample.experimentId}/`);
  for (const taskId of new Set(sample.jobs.map((job) => job.taskId))) {
    const folder = `${destination}/jobs/${taskId}`;
    const syncs = synced(folder).filter((at) => at > moved(`${folder}/`)[0]!);
    assertBefore("a job's name, and the sync of its folder", moved(`${folder}/`), syncs);
    assertBefore("the sync of a job's folder, and the run", syncs, runs);
  }
  assertBefore("the sync of jobs, and the run", synced(`${destination}/jobs`), runs);
  const folder = `${destination}/experiments/${sample.experimentId}`;
  const last = synced(folder).filter((at) => at > runs[0]!);
  assertBefore("the run, and the sync of its folder", runs, last);
}

Deno.test({
  name: "xpm-copy brings content to the disk before its name, and jobs before the run",
  ignore: !canTrace,
  fn: () =>
    traced({}, (trace) => {
      const { calls, destination } = trace;
      const staging = `${destination}/.xpm-staging/`;
      const written = find(calls, /write/, `<${staging}`).filter((at) =>
        !calls[at]!.includes(".lock")
      );
      const synced = find(calls, /^syncfs$/, `<${staging}`);
      const moved = find(calls, /^rename/, `, "${destination}/`).filter((at) =>
        !calls[at]!.includes(`, "${staging}`)
      );
      assertBefore("what was written, and its sync", written, synced);
      assertBefore("the sync, and the names", synced, moved);
      assertEquals(synced.length, 1, "one sync for all jobs");
      assertOrder(trace);
    }),
});

Deno.test({
  name: "xpm-copy syncs file by file where it may not run sync",
  ignore: !canTrace,
  permissions: "inherit",
  fn: () =>
    traced({ run: "rsync,tar" }, (trace) => {
      const { calls, sample, destination } = trace;
      assertEquals(find(calls, /^syncfs$/, "").length, 0);
      for (const { taskId, jobId } of sample.jobs) {
        const job = `jobs/${taskId}/${jobId}`;
        const names = find(calls, /^rename/, `, "${destination}/${job}"`);
        for (const [path, { kind }] of readTree(`${destination}/${job}`)) {
          if (kind !== "file") continue;
          const synced = calls.flatMap((call, at) =>
            /^\d+ +fsync\(/.test(call) && call.includes(`/${job}/${path}>`) ? [at] : []
          );
          assertBefore(`the sync of ${path}, and the name of its job`, synced, names);
        }
      }
      assertOrder(trace);
    }),
});

Deno.test({
  name: "xpm-copy --no-fsync does not wait for the disk",
  ignore: !canTrace,
  fn: () =>
    traced({ args: ["--no-fsync"] }, ({ calls, root }) => {
      // Deno syncs a cache of its own, where it has not met a module before
      assertEquals(find(calls, /sync/, `<${root}`), []);
    }),
});

Deno.test({
  name: "xpm-copy syncs a remote destination before the jobs, before the run, and after it",
  ignore: !await hasSshd(),
  async fn() {
    const folder = Deno.makeTempDirSync({ prefix: "xpm-sync-" });
    try {
      const script = `#!/bin/sh
cd "$PWD/../.." && echo "$1 $(ls -d jobs/*/* 2> /dev/null | wc -l) $(ls experiments 2> /dev/null | wc -l)" \\
  >> ${folder}/log
exec ${await findProgram("sync")} "$@"
`;
      writeFileSync(`${folder}/sync`, script, { mode: 0o755 });
      await using sshd = await startSshd({
        environment: { PATH: `${folder}:${Deno.env.get("PATH")}` },
      });
      await withPair("local to remote", sshd, async (pair) => {
        const sample = makeSample(pair.source.path, { jobs: 6 });
        await pair.copy(sample);
        assertEquals(readFileSync(`${folder}/log`, "utf8"), "-f 0 0\n-f 6 0\n-f 6 1\n");
        await pair.between({ destination: "other" }).copy(sample, { fsync: false });
        assertEquals(readFileSync(`${folder}/log`, "utf8").split("\n").length, 4);
      });
    } finally {
      Deno.removeSync(folder, { recursive: true });
    }
  },
});
