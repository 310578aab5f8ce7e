/**
 * Several rsyncs at once over one login, and what may end them.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import type { CopyEvent } from "../../mod.ts";
import { makeSample, type Sample } from "../../scripts/sample.ts";
import { type Pair, REMOTE, withPair } from "../support/directions.ts";
import { stagedBytes, startProgram } from "../support/kill.ts";
import { descendants, HAS_PROC, type Process, processes, until } from "../support/processes.ts";
import { hasSshd, type Sshd, startSshd } from "../support/sshd.ts";
import { compareTrees, namesIn } from "../support/trees.ts";

const ignore = !HAS_PROC || !await hasSshd();

/** How many rsyncs there are, and how fast all together: some seconds for what is copied. */
const [STREAMS, RATE] = [3, 3000];

function makeLarge(pair: Pair): Sample {
  return makeSample(pair.source.path, { jobs: 4, largeFiles: 4, largeBytes: 4_000_000 });
}

/** What a server has started for those who have logged in. */
function sessions({ dir }: Sshd): Process[] {
  const server = processes().find(({ words }) => words.join(" ").includes(`${dir}/sshd_config`));
  return descendants(server!.pid);
}

function kill(some: Process[]): void {
  for (const { pid } of some) {
    try {
      Deno.kill(pid, "SIGKILL");
    } catch {
      // it has just ended
    }
  }
}

/** Processes of a server that a test kills midway. */
const VICTIMS: Record<string, (sshd: Sshd) => Process[]> = {
  "the connection is lost": sessions,
  "one of them dies": (sshd) => sessions(sshd).filter(isRsync).slice(0, 1),
};

function isRsync({ words }: Process): boolean {
  return /(^|\/)rsync$/.test(words[0] ?? "");
}

for (const direction of REMOTE) {
  for (const [what, victims] of Object.entries(VICTIMS)) {
    // a relayed rsync that dies at its host does not look like a lost connection
    if (victims !== sessions && direction === "remote to remote") continue;
    Deno.test({
      name: `copyExperiment() by several rsyncs is tried again when ${what}, ${direction}`,
      ignore,
      async fn() {
        await using sshd = await startSshd();
        await withPair(direction, sshd, async (pair) => {
          const sample = makeLarge(pair);
          const events: CopyEvent[] = [];
          let killed = 0;
          const result = await pair.copy(sample, {
            streams: STREAMS,
            bandwidthLimit: RATE,
            onEvent(event) {
              events.push(event);
              if (killed > 0 || event.type !== "progress" || event.progress.bytes < 2e6) return;
              const found = victims(sshd);
              killed = found.length;
              kill(found);
            },
          });
          assert(killed > 0);
          const retried = events.filter(({ type }) => type === "retrying").length;
          assertEquals([result.errors, result.complete, retried], [[], true, 1]);
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
    name: `xpm-copy by several rsyncs that was killed leaves no process, and goes on, ${direction}`,
    ignore,
    async fn() {
      await using sshd = await startSshd();
      await withPair(direction, sshd, async (pair) => {
        const sample = makeLarge(pair);
        const args = ["--streams", `${STREAMS}`, "--bwlimit", `${RATE}`];
        const { process, ended } = await startProgram(pair, sample, { args });
        const to = pair.destination.path;
        assert(await until(() => stagedBytes(to) > 2e6, 30), "nothing came");
        const left = [...sessions(sshd), ...descendants(process.pid)];
        assert(left.filter(isRsync).length >= STREAMS);
        process.kill("SIGKILL");
        await ended;
        const pids = new Set(left.map(({ pid }) => pid));
        const alive = () => processes().filter(({ pid }) => pids.has(pid));
        await until(() => alive().length === 0);
        assertEquals(alive().map(({ words }) => words.join(" ")), []);
        const came = stagedBytes(to);
        assert(came > 1e6 && came < 16e6, `${came}`);
        const result = await pair.copy(sample, { streams: STREAMS });
        assertEquals([result.errors, result.complete], [[], true]);
        compareTrees({ sample, destination: to });
      });
    },
  });
}
