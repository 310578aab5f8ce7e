/**
 * Several rsyncs, or streams of small files, at once over one login, and what may end them.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import type { CopyEvent } from "../../mod.ts";
import { makeSample, type Sample } from "../../scripts/sample.ts";
import { type Direction, type Pair, REMOTE, withPair } from "../support/directions.ts";
import { stagedBytes, startProgram } from "../support/kill.ts";
import {
  descendants,
  HAS_PROC,
  type Process,
  processes,
  signalAll,
  until,
} from "../support/processes.ts";
import { hasSshd, sessionsOf, startSshd } from "../support/sshd.ts";
import { compareTrees, namesIn } from "../support/trees.ts";

const ignore = !HAS_PROC || !await hasSshd();

/** How many there are, and how fast all together: some seconds for what is copied. */
const [STREAMS, RATE] = [3, 3000];

function makeLarge(pair: Pair): Sample {
  return makeSample(pair.source.path, { jobs: 4, largeFiles: 4, largeBytes: 4_000_000 });
}

/** One file that comes by ranges. */
function makeOneLarge(pair: Pair): Sample {
  return makeSample(pair.source.path, { jobs: 1, largeFiles: 1, largeBytes: 96_000_000 });
}

/** Files that come by streams: on average they are not large. */
function makeSmall(pair: Pair): Sample {
  return makeSample(pair.source.path, { jobs: 48, largeFiles: 48, largeBytes: 2_000_000 });
}

/** What is copied, and what dies midway of what a server has started. */
interface Death {
  make: (pair: Pair) => Sample;
  victims: (started: Process[]) => Process[];
  /** The most KiB a second; 0: no limit, or a file would not come by ranges. */
  rate: number;
  /** How often the copy is tried again. */
  retried: number;
  /** In which directions. Default: in all. */
  directions?: readonly Direction[];
}

const all = (started: Process[]) => started;
const DEATHS: Record<string, Death> = {
  "several rsyncs is tried again when the connection is lost": {
    ...{ make: makeLarge, victims: all, rate: RATE, retried: 1 },
  },
  "several rsyncs is tried again when one of them dies": {
    ...{ make: makeLarge, rate: RATE, retried: 1 },
    victims: (started) => started.filter(isRsync).slice(0, 1),
  },
  "several streams is tried again when the connection is lost": {
    ...{ make: makeSmall, victims: all, rate: 0, retried: 1 },
  },
  "several streams is tried again when one of those that unpack dies": {
    ...{ make: makeSmall, rate: 0, retried: 1 },
    victims: (started) => started.filter((one) => isTar(one, "-xpf")).slice(0, 1),
    directions: ["local to remote", "remote to remote"],
  },
  "several streams leaves to rsync what one that was cut short did not bring": {
    ...{ make: makeSmall, rate: 0, retried: 0 },
    victims: (started) => started.filter((one) => isTar(one, "-cf")).slice(0, 1),
    directions: ["remote to local", "remote to remote"],
  },
  "ranges is tried again when the connection is lost": {
    ...{ make: makeOneLarge, victims: all, rate: 0, retried: 1 },
  },
  "ranges leaves those that fail to rsync": {
    ...{ make: makeOneLarge, rate: 0, retried: 0 },
    victims: (started) => started.filter(isRange),
  },
};

function isTar({ words }: Process, option: string): boolean {
  return /(^|\/)tar$/.test(words[0] ?? "") && words.includes(option);
}

/** Whether it reads or writes a range; a shell reads its program by a `dd`, too, byte by byte. */
function isRange({ words }: Process): boolean {
  return words[0] === "dd" && words.includes("bs=1048576");
}

function isRsync({ words }: Process): boolean {
  return /(^|\/)rsync$/.test(words[0] ?? "");
}

/** What is killed midway: what works on it, and how many bytes are never all there then. */
interface Killing {
  make: (pair: Pair) => Sample;
  limit: string[];
  works: (one: Process) => boolean;
  most: number;
}

const KILLED: Record<string, Killing> = {
  "several rsyncs": {
    make: makeLarge,
    limit: ["--bwlimit", `${RATE}`],
    works: isRsync,
    most: 16e6,
  },
  "several streams": {
    ...{ make: makeSmall, limit: [], most: 96e6 },
    works: (one) => isTar(one, "-xpf"),
  },
};

for (const direction of REMOTE) {
  for (const [what, death] of Object.entries(DEATHS)) {
    // a relayed rsync that dies at its host does not look like a lost connection
    if (what.endsWith("one of them dies") && direction === "remote to remote") continue;
    if (death.directions?.includes(direction) === false) continue;
    Deno.test({
      name: `copyExperiment() by ${what}, ${direction}`,
      ignore,
      async fn() {
        await using sshd = await startSshd();
        await withPair(direction, sshd, async (pair) => {
          const sample = death.make(pair);
          const events: CopyEvent[] = [];
          let killed = 0;
          const result = await pair.copy(sample, {
            streams: STREAMS,
            bandwidthLimit: death.rate,
            onEvent(event) {
              events.push(event);
              if (killed > 0 || event.type !== "progress" || event.progress.bytes < 2e6) return;
              const found = death.victims(sessionsOf(sshd));
              killed = found.length;
              signalAll(found);
            },
          });
          assert(killed > 0);
          const retried = events.filter(({ type }) => type === "retrying").length;
          assertEquals([result.errors, result.complete, retried], [[], true, death.retried]);
          const last = events.findLast((event) => event.type === "progress");
          assert(last?.type === "progress" && last.progress.bytes === last.progress.totalBytes);
          compareTrees({ sample, destination: pair.destination.path });
          assertEquals(namesIn(pair.destination.path), [
            ...[".__experimaestro__", "experiments", "jobs"],
          ]);
        });
      },
    });
  }

  Deno.test({
    name: `copyExperiment() by ranges publishes no file that rsync has not confirmed, ${direction}`,
    ignore,
    async fn() {
      await using sshd = await startSshd();
      await withPair(direction, sshd, async (pair) => {
        const options = { jobs: 1, largeFiles: 1, largeBytes: 24_000_000 };
        const sample = makeSample(pair.source.path, options);
        let isGone = false;
        const result = await pair.copy(sample, {
          streams: STREAMS,
          onEvent(event) {
            if (isGone || event.type !== "progress" || event.progress.bytes === 0) return;
            isGone = true;
            Deno.removeSync(`${sample.jobs[0]!.folder}/large.bin`);
          },
        });
        assertEquals([result.errors, isGone], [[], true]);
        compareTrees({ sample, destination: pair.destination.path });
      });
    },
  });

  for (const [what, { make, limit, works, most }] of Object.entries(KILLED)) {
    Deno.test({
      name: `xpm-copy by ${what} that was killed leaves no process, and goes on, ${direction}`,
      ignore,
      async fn() {
        await using sshd = await startSshd();
        await withPair(direction, sshd, async (pair) => {
          const sample = make(pair);
          const args = ["--streams", `${STREAMS}`, ...limit];
          const { process, ended } = await startProgram(pair, sample, { args });
          const to = pair.destination.path;
          let left: Process[] = [];
          const isAmid = () => {
            left = [...sessionsOf(sshd), ...descendants(process.pid)];
            return left.filter(works).length >= STREAMS && stagedBytes(to) > 2e6;
          };
          assert(await until(isAmid), "not all of them came to work");
          process.kill("SIGKILL");
          await ended;
          const pids = new Set(left.map(({ pid }) => pid));
          const alive = () => processes().filter(({ pid }) => pids.has(pid));
          await until(() => alive().length === 0);
          assertEquals(alive().map(({ words }) => words.join(" ")), []);
          const came = stagedBytes(to);
          assert(came > 1e6 && came < most, `${came}`);
          const result = await pair.copy(sample, { streams: STREAMS });
          assertEquals([result.errors, result.complete], [[], true]);
          compareTrees({ sample, destination: to });
        });
      },
    });
  }
}
