/**
 * Connections that break, or stand still, while a copy goes on.
 *
 * @module
 */

import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { CopyError, type CopyEvent, type CopyOptions } from "../../mod.ts";
import { makeSample, type Sample } from "../../scripts/sample.ts";
import { type Direction, type Pair, withPair } from "../support/directions.ts";
import { descendants, HAS_PROC, processes } from "../support/processes.ts";
import { hasSshd, type Sshd, startSshd } from "../support/sshd.ts";
import { compareTrees, namesIn } from "../support/trees.ts";

const ignore = !HAS_PROC || !await hasSshd();
const REMOTE = ["local to remote", "remote to local"] as const;

/** What a server has started for those who have logged in. */
function sessions({ dir }: Sshd) {
  const server = processes().find(({ words }) => words.join(" ").includes(`${dir}/sshd_config`));
  return server === undefined ? [] : descendants(server.pid);
}

/** Sends a signal to all sessions of a server. */
function signalSessions(sshd: Sshd, signal: Deno.Signal): void {
  for (const { pid } of sessions(sshd)) {
    kill(pid, signal);
  }
}

function kill(pid: number, signal: Deno.Signal): void {
  try {
    Deno.kill(pid, signal);
  } catch {
    // it has just ended
  }
}

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
  const breaking = midway(() => signalSessions(sshd, "SIGKILL"));
  const result = await pair.copy(sample, {
    ...SLOW,
    onEvent(event) {
      events.push(event);
      breaking(event);
    },
  });
  assertEquals([result.complete, result.jobsCopied, result.jobsSkipped], [true, 3, 0]);
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
  const frozen: number[] = [];
  const freezing = midway(() => {
    frozen.push(...sessions(sshd).map(({ pid }) => pid));
    signalSessions(sshd, "SIGSTOP");
  });
  try {
    const onEvent = (event: CopyEvent) => {
      events.push(event);
      freezing(event);
    };
    const result = await pair.copy(sample, { ...options, timeout: 2, onEvent });
    return { result, retried: retries(events) };
  } finally {
    for (const pid of frozen) kill(pid, "SIGKILL");
  }
}

inDirections("copyExperiment() connects again when rsync stands still", async (pair, sshd) => {
  const sample = makeLarge(pair);
  const { result, retried } = await copyFrozen(pair, sshd, sample, SLOW);
  assertEquals([result.complete, retried.length], [true, 1]);
  compareTrees({ sample, destination: pair.destination.path });
  assertEquals(namesIn(pair.destination.path), [".__experimaestro__", "experiments", "jobs"]);
});

inDirections("copyExperiment() connects again when a stream stands still", async (pair, sshd) => {
  const sample = makeSample(pair.source.path, { jobs: 100, largeFiles: 100, largeBytes: 2e5 });
  const { result, retried } = await copyFrozen(pair, sshd, sample, {});
  assertEquals([result.complete, retried.length], [true, 1]);
  compareTrees({ sample, destination: pair.destination.path });
});

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
        signalSessions(sshd, "SIGKILL");
        stopped = sshd.stop();
      });
      const onEvent = (event: CopyEvent) => {
        events.push(event);
        breaking(event);
      };
      const error = await assertRejects(
        () => pair.copy(sample, { ...SLOW, onEvent }),
        CopyError,
        `no connection to ${sshd.host}: `,
      );
      await stopped;
      assertEquals(error.code, "connection");
      assertStringIncludes(error.hint ?? "", "run the same command again");
      assertEquals(retries(events).map(({ seconds }) => seconds), [1, 4, 10]);
    });
  },
});
