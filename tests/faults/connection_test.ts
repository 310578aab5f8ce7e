/**
 * Connections that break, or stand still, while a copy goes on.
 *
 * @module
 */

import { existsSync } from "node:fs";
import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { CopyError, type CopyEvent, type CopyOptions } from "../../mod.ts";
import { makeSample, type Sample } from "../../scripts/sample.ts";
import { type Direction, type Pair, REMOTE, withPair } from "../support/directions.ts";
import { makeFaulty } from "../support/faulty.ts";
import { HAS_PROC, type Process, signalAll, until } from "../support/processes.ts";
import { hasSshd, sessionsOf, type Sshd, startSshd } from "../support/sshd.ts";
import { compareTrees, namesIn } from "../support/trees.ts";

const ignore = !HAS_PROC || !await hasSshd();

/** Jobs of which a large file takes seconds at such a rate, in KiB a second. */
const SLOW = { bandwidthLimit: 2000 };

function makeLarge(pair: Pair) {
  return makeSample(pair.source.path, { jobs: 3, largeFiles: 1, largeBytes: 8_000_000 });
}

/** Does something the first time that a large file is under way. */
function midway(action: () => void): (event: CopyEvent) => void {
  let done = false;
  return (event) => {
    if (done || event.type !== "progress" || event.progress.bytes < 500_000) return;
    done = true;
    action();
  };
}

function retries(events: CopyEvent[]) {
  return events.flatMap((event) => event.type === "retrying" ? [event] : []);
}

function inDirections(name: string, check: (pair: Pair, sshd: Sshd) => Promise<void>) {
  for (const direction of REMOTE) {
    Deno.test({
      name: `${name}, ${direction}`,
      ignore,
      fn: () => withServer(direction, check),
    });
  }
}

async function withServer(
  direction: Direction,
  check: (pair: Pair, sshd: Sshd) => Promise<void>,
): Promise<void> {
  await using sshd = await startSshd();
  await withPair(direction, sshd, (pair) => check(pair, sshd));
}

inDirections("copyExperiment() connects again when its connection was lost", async (pair, sshd) => {
  const sample = makeLarge(pair);
  const events: CopyEvent[] = [];
  const breaking = midway(() => signalAll(sessionsOf(sshd), "SIGKILL"));
  const result = await pair.copy(sample, {
    ...SLOW,
    onEvent(event) {
      events.push(event);
      breaking(event);
    },
  });
  assertEquals([result.complete, result.jobsCopied, result.jobsSkipped], [true, 3, 0]);
  assertEquals(result.bytesBefore, undefined); // this very copy has brought all of it
  const [retry, ...more] = retries(events);
  assertEquals([retry?.attempt, retry?.attempts, retry?.seconds, more], [1, 3, 1, []]);
  assertEquals(events.filter(({ type }) => type === "planned").length, 1);
  assertEquals(events.filter(({ type }) => type === "published").length, 3);
  compareTrees({ sample, destination: pair.destination.path });
  assertEquals(namesIn(pair.destination.path), [".__experimaestro__", "experiments", "jobs"]);
});

/** Copies while the sessions at the other end are frozen midway; they stay so. */
async function copyFrozen(pair: Pair, sshd: Sshd, sample: Sample, options: CopyOptions) {
  const events: CopyEvent[] = [];
  const frozen: Process[] = [];
  const freezing = midway(() => {
    frozen.push(...sessionsOf(sshd));
    signalAll(sessionsOf(sshd), "SIGSTOP");
  });
  try {
    const onEvent = (event: CopyEvent) => {
      events.push(event);
      freezing(event);
    };
    // on a busy machine, an answer that is on its way may take seconds
    const result = await pair.copy(sample, { ...options, timeout: 5, onEvent });
    return { result, retried: retries(events) };
  } finally {
    signalAll(frozen);
  }
}

inDirections("copyExperiment() connects again when rsync stands still", async (pair, sshd) => {
  const sample = makeLarge(pair);
  const { result, retried } = await copyFrozen(pair, sshd, sample, SLOW);
  assertEquals([result.complete, retried[0]?.attempt], [true, 1]);
  compareTrees({ sample, destination: pair.destination.path });
  assertEquals(namesIn(pair.destination.path), [".__experimaestro__", "experiments", "jobs"]);
});

inDirections("copyExperiment() connects again when a stream stands still", async (pair, sshd) => {
  const sample = makeSample(pair.source.path, { jobs: 100, largeFiles: 100, largeBytes: 2e5 });
  const { result, retried } = await copyFrozen(pair, sshd, sample, {});
  assertEquals([result.complete, retried[0]?.attempt], [true, 1]);
  compareTrees({ sample, destination: pair.destination.path });
});

// BUG when this was written: ssh waits for its other channels, and so did we, for ever.
Deno.test({
  name: "copyExperiment() notices that the shell at the other end was killed, and connects again",
  ignore,
  async fn() {
    await using sshd = await startSshd();
    await withPair("local to remote", sshd, async (pair) => {
      const sample = makeSample(pair.source.path, { jobs: 2 });
      const events: CopyEvent[] = [];
      // the copy waits for a lock, as its shell sees it, when that is killed
      const lock = await lockOf(pair, sample);
      Deno.mkdirSync(lock, { recursive: true });
      Deno.writeTextFileSync(`${lock}/held:elsewhere:1`, "");
      const result = await pair.copy(sample, {
        onEvent(event) {
          events.push(event);
          if (event.type !== "waiting" || retries(events).length > 0) return;
          Deno.removeSync(lock, { recursive: true });
          // of the channels that are open it is the first
          const shells = sessionsOf(sshd).filter(({ words }) => words[0] === "sh");
          signalAll([{ pid: Math.min(...shells.map(({ pid }) => pid)) }]);
        },
      });
      assertEquals([result.complete, retries(events).length], [true, 1]);
      compareTrees({ sample, destination: pair.destination.path });
    });
  },
});

// BUG when this was written: the shell went on as if the program had answered, and both waited.
Deno.test({
  name: "copyExperiment() connects again when a program at the other end was killed",
  ignore,
  async fn() {
    const folder = Deno.realPathSync(Deno.makeTempDirSync({ prefix: "xpm-killed-" }));
    // of tar its version, the archive; of mv what is put in its place; killed is who has started it
    for (const [program, start] of [["tar", 2], ["mv", 1]] as const) {
      const there = await makeFaulty(`${folder}/${program}`, [program]);
      await using sshd = await startSshd({ environment: { PATH: there.path } });
      await withPair("local to remote", sshd, async (pair) => {
        const sample = makeSample(pair.source.path, { jobs: 2 });
        const events: CopyEvent[] = [];
        there.plan({ start, what: "kill" });
        const result = await pair.copy(sample, { onEvent: (event) => events.push(event) });
        assertEquals([result.complete, retries(events).length], [true, 1]);
        compareTrees({ sample, destination: pair.destination.path });
      });
    }
    Deno.removeSync(folder, { recursive: true });
  },
});

// BUG when this was written: with nothing to do, nobody looked into the staging folder.
inDirections(
  "copyExperiment() clears away what is left when all was in its place",
  async (pair) => {
    const sample = makeSample(pair.source.path, { jobs: 2 });
    const staging = (await lockOf(pair, sample)).slice(0, -".lock".length);
    await pair.copy(sample);
    Deno.mkdirSync(`${staging}/replaced/jobs/task/job`, { recursive: true });
    const result = await pair.copy(sample);
    assertEquals([result.complete, result.jobsCopied, result.jobsSkipped], [true, 0, 2]);
    assertEquals(namesIn(pair.destination.path), [".__experimaestro__", "experiments", "jobs"]);
  },
);

/** Where the lock of a copy is: a stopped one shows it. */
async function lockOf(pair: Pair, sample: Sample): Promise<string> {
  const area = `${pair.destination.path}/.xpm-staging`;
  const stop = new AbortController();
  let name = "";
  const onEvent = ({ type }: CopyEvent) => {
    if (type !== "planned") return;
    name = namesIn(area).find((name) => name.endsWith(".lock"))!;
    stop.abort();
  };
  await assertRejects(() => pair.copy(sample, { signal: stop.signal, onEvent }));
  // the shell at the other end gives it up
  await until(() => !existsSync(`${area}/${name}`));
  return `${area}/${name}`;
}

Deno.test({
  name: "copyExperiment() tries three times more, with growing pauses, and gives up",
  ignore,
  async fn() {
    await using sshd = await startSshd();
    await withPair("local to remote", sshd, async (pair) => {
      const sample = makeLarge(pair);
      const events: CopyEvent[] = [];
      let stopped: Promise<void> | undefined;
      const breaking = midway(() => {
        signalAll(sessionsOf(sshd), "SIGKILL");
        stopped = sshd.stop();
      });
      const onEvent = (event: CopyEvent) => {
        events.push(event);
        breaking(event);
      };
      const error = await assertRejects(
        () => pair.copy(sample, { ...SLOW, onEvent }),
        CopyError,
        `cannot connect to ${sshd.host}: `,
      );
      await stopped;
      assertEquals(error.code, "connection");
      assertStringIncludes(error.hint ?? "", "run the same command again");
      assertEquals(retries(events).map(({ seconds }) => seconds), [1, 4, 10]);
    });
  },
});
