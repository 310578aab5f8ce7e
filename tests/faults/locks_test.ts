/**
 * Copies that meet at one destination: on its own machine and by ssh, living and dead.
 *
 * @module
 */

import { existsSync, mkdirSync, renameSync, utimesSync, writeFileSync } from "node:fs";
import { assert, assertEquals, assertRejects } from "@std/assert";
import { CopyError, type CopyEvent, copyExperiment, type Workspace } from "../../mod.ts";
import { makeSample, type Sample } from "../../scripts/sample.ts";
import { type Pair, REMOTE, withPair } from "../support/directions.ts";
import { HAS_PROC, processes, until } from "../support/processes.ts";
import { killedMidway } from "../support/kill.ts";
import { OWN, withPrograms } from "../support/remote_programs.ts";
import { hasSshd, sessionsOf, type Sshd, startSshd } from "../support/sshd.ts";
import { compareTrees, namesIn } from "../support/trees.ts";

const reachable = await hasSshd();

/** The destination as seen from its own machine, and from another one. */
function sides({ destination: { path } }: Pair, sshd: Sshd): Record<"here" | "by ssh", Workspace> {
  return {
    here: { id: "destination", path },
    "by ssh": { id: "destination", path, ssh: { host: sshd.host, options: sshd.options } },
  };
}

async function withBoth(
  check: (pair: Pair, sides: Record<"here" | "by ssh", Workspace>, sshd: Sshd) => Promise<void>,
): Promise<void> {
  await using sshd = await startSshd();
  await withPair("local to local", undefined, (pair) => check(pair, sides(pair, sshd), sshd));
}

/** Copies until something of it is under way, and tells how it ends. */
async function underWay(
  source: Workspace,
  destination: Workspace,
  { experimentId, runId }: Sample,
): Promise<{ ended: Promise<[copied: number, complete: boolean]> }> {
  let ended: Promise<[number, boolean]> | undefined;
  await new Promise<void>((resolve) => {
    const onEvent = ({ type }: CopyEvent) => type === "progress" && resolve();
    const options = { bandwidthLimit: 1000, onEvent };
    ended = copyExperiment(source, destination, experimentId, runId, options)
      .then(({ jobsCopied, complete }) => [jobsCopied, complete]);
  });
  return { ended: ended! };
}

for (const [first, second] of [["here", "by ssh"], ["by ssh", "here"]] as const) {
  Deno.test({
    name: `copyExperiment() ${second} waits for the same copy that goes on ${first}`,
    ignore: !reachable,
    fn: () =>
      withBoth(async (pair, to) => {
        const sample = makeSample(pair.source.path, { jobs: 2, largeFiles: 1, largeBytes: 2e6 });
        const { experimentId, runId } = sample;
        const one = await underWay(pair.source, to[first], sample);
        const waits: string[] = [];
        const other = await copyExperiment(pair.source, to[second], experimentId, runId, {
          onEvent: (event) => event.type === "waiting" && waits.push(event.folder),
        });
        assertEquals(await one.ended, [2, true]);
        assertEquals([other.jobsSkipped, other.complete, waits.length], [2, true, 1]);
        compareTrees({ sample, destination: pair.destination.path });
        assertEquals(namesIn(pair.destination.path), [".__experimaestro__", "experiments", "jobs"]);
      }),
  });
}

/** The staging folder of the copy that is under way. */
function stagingOf(destination: string): string {
  const area = `${destination}/.xpm-staging`;
  return `${area}/${namesIn(area).find((name) => /^[0-9a-f]{16}$/.test(name))}`;
}

for (const side of ["here", "by ssh"] as const) {
  Deno.test({
    name: `copyExperiment() ${side} takes over at once from one that was killed there`,
    ignore: !reachable || !HAS_PROC,
    fn: () =>
      withBoth(async (pair, to) => {
        const sample = makeSample(pair.source.path, { jobs: 2, largeFiles: 1, largeBytes: 2e6 });
        const left = await killedMidway(pair, sample);
        const staging = stagingOf(pair.destination.path);
        const [owner] = namesIn(`${staging}.lock`);
        assert(owner!.startsWith("held:"), owner);
        let orphans: number[] = [];
        const events: string[] = [];
        const { experimentId, runId } = sample;
        const result = await copyExperiment(pair.source, to[side], experimentId, runId, {
          onEvent({ type }) {
            events.push(type);
            // the staging folder is ours from here on
            if (type === "planned") {
              orphans = processes()
                .filter(({ folder }) => folder.startsWith(pair.destination.path))
                .map(({ pid }) => pid).filter((pid) => left.includes(pid));
            }
          },
        });
        assertEquals(orphans, []);
        assertEquals([result.complete, events.includes("waiting")], [true, false]);
        compareTrees({ sample, destination: pair.destination.path });
        assertEquals(namesIn(pair.destination.path), [".__experimaestro__", "experiments", "jobs"]);
      }),
  });

  Deno.test({
    name: `copyExperiment() ${side} takes over from another machine after two silent minutes only`,
    ignore: !reachable,
    fn: () =>
      withBoth(async (pair, to) => {
        const sample = makeSample(pair.source.path, { jobs: 1 });
        const { experimentId, runId } = sample;
        await killedStaging(pair, sample);
        const owner = `${stagingOf(pair.destination.path)}.lock/held:elsewhere:1`;
        const touch = (secondsAgo: number) => {
          const then = Date.now() / 1000 - secondsAgo;
          utimesSync(owner, then, then);
        };
        touch(100);
        const stop = new AbortController();
        const stopped = () =>
          copyExperiment(pair.source, to[side], experimentId, runId, {
            signal: stop.signal,
            onEvent: ({ type }) => type === "waiting" && stop.abort(),
          });
        assertEquals((await assertRejects(stopped, CopyError)).code, "interrupted");
        touch(130);
        const done = await copyExperiment(pair.source, to[side], experimentId, runId);
        assertEquals(done.complete, true);
      }),
  });

  Deno.test({
    name: `copyExperiment() ${side} publishes nothing when another has taken over meanwhile`,
    ignore: !reachable,
    fn: () =>
      withBoth(async (pair, to) => {
        const sample = makeSample(pair.source.path, { jobs: 2, largeFiles: 1, largeBytes: 1e6 });
        const { experimentId, runId } = sample;
        // this machine has slept, and its lock was void
        const onEvent = ({ type }: CopyEvent) => {
          if (type !== "planned") return;
          const lock = `${stagingOf(pair.destination.path)}.lock`;
          for (const name of namesIn(lock)) {
            renameSync(`${lock}/${name}`, `${lock}/held:elsewhere:1`);
          }
        };
        const error = await assertRejects(
          () => copyExperiment(pair.source, to[side], experimentId, runId, { onEvent }),
          CopyError,
          "another copy took over ",
        );
        assertEquals(error.code, "refused");
        assertEquals(existsSync(`${pair.destination.path}/jobs`), false);
        assertEquals(namesIn(`${stagingOf(pair.destination.path)}.lock`), ["held:elsewhere:1"]);
      }),
  });

  Deno.test({
    name: `copyExperiment() ${side} puts back what another copy has left between two renames`,
    ignore: !reachable,
    fn: () =>
      withBoth(async (pair, to) => {
        const sample = makeSample(pair.source.path, { jobs: 2 });
        const other = makeSample(pair.destination.path, { jobs: 3, experimentId: "other" });
        const { taskId, jobId } = other.jobs[2]!;
        const [job, run] = [`jobs/${taskId}/${jobId}`, `experiments/other/${other.runId}`];
        const there = pair.destination.path;
        for (const folder of [job, run]) {
          const aside = `${there}/.xpm-staging/0123456789abcdef/replaced/${folder}`;
          mkdirSync(aside.slice(0, aside.lastIndexOf("/")), { recursive: true });
          renameSync(`${there}/${folder}`, aside);
        }
        const { experimentId, runId } = sample;
        await copyExperiment(pair.source, to[side], experimentId, runId);
        for (const folder of [job, run]) assertEquals(existsSync(`${there}/${folder}`), true);
      }),
  });
}

/** Leaves the staging folder of a copy that was stopped, with a lock from elsewhere. */
async function killedStaging(pair: Pair, sample: Sample): Promise<void> {
  const stop = new AbortController();
  const copy = () =>
    pair.copy(sample, {
      signal: stop.signal,
      bandwidthLimit: 100_000,
      onEvent: ({ type }) => type === "progress" && stop.abort(),
    });
  await assertRejects(copy, CopyError);
  const staging = stagingOf(pair.destination.path);
  mkdirSync(`${staging}.lock`);
  writeFileSync(`${staging}.lock/held:elsewhere:1`, "");
}

Deno.test({
  name: "copyExperiment() that is killed leaves nobody behind at the remote end",
  ignore: !reachable || !HAS_PROC,
  async fn() {
    await using sshd = await startSshd();
    for (const direction of REMOTE) {
      await withPair(direction, sshd, async (pair) => {
        const sample = makeSample(pair.source.path, { jobs: 2, largeFiles: 1, largeBytes: 2e6 });
        const left = await killedMidway(pair, sample);
        const gone = () =>
          sessionsOf(sshd).length === 0 &&
          !processes().some(({ pid }) => left.includes(pid));
        assert(await until(gone), `${direction}: ${JSON.stringify(sessionsOf(sshd))}`);
      });
    }
  },
});

Deno.test({
  name: "copyExperiment() that is stopped while it waits leaves nobody waiting at the other end",
  ignore: !reachable || !HAS_PROC,
  fn: () =>
    withBoth(async (pair, to, sshd) => {
      const sample = makeSample(pair.source.path, { jobs: 1 });
      const { experimentId, runId } = sample;
      await killedStaging(pair, sample);
      const stop = new AbortController();
      const stopped = () =>
        copyExperiment(pair.source, to["by ssh"], experimentId, runId, {
          signal: stop.signal,
          onEvent: ({ type }) => type === "waiting" && stop.abort(),
        });
      assertEquals((await assertRejects(stopped, CopyError)).code, "interrupted");
      assert(await until(() => sessionsOf(sshd).length === 0), "somebody waits");
    }),
});

/**
 * What another copy may do, once, and before which program at the other end, by its arguments.
 *
 * BUG when this was written: a folder in which another copy had just begun was taken for one that is
 * no workspace, and an area that had just gone for one that cannot be written.
 */
const MEANWHILE: Record<string, [program: string, args: string, script: string]> = {
  "begins": ["ls", '"-A "*/destination', 'mkdir "$2/.xpm-staging"'],
  "ends": ["mkdir", "*/.xpm-staging/*.lock", 'rmdir "${1%/*}"'],
};

for (const [what, [program, args, script]] of Object.entries(MEANWHILE)) {
  Deno.test({
    name: `copyExperiment() by ssh does not mind another copy that ${what} at the same moment`,
    ignore: !reachable,
    fn: () => {
      const once =
        `case $* in ${args}) [ -e FOLDER/done ] || { : > FOLDER/done; ${script}; } ;; esac`;
      const programs = { [program]: `#!/bin/sh\n${OWN}\n${once}\nexec $own "$@"` };
      return withPrograms(programs, (sshd) =>
        withPair("local to remote", sshd, async (pair) => {
          mkdirSync(pair.destination.path);
          const sample = makeSample(pair.source.path, { jobs: 1 });
          const result = await pair.copy(sample);
          assertEquals([result.errors, result.complete], [[], true]);
          compareTrees({ sample, destination: pair.destination.path });
        }));
    },
  });
}
