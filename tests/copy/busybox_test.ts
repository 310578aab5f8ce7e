/**
 * A host of which all programs are busybox's, `tar` among them.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { makeSample, type Sample } from "../../scripts/sample.ts";
import { findProgram } from "../../scripts/setup.ts";
import { type Direction, type Pair, withPair } from "../support/directions.ts";
import { shell } from "../support/shell.ts";
import { hasSshd, type Sshd, startSshd } from "../support/sshd.ts";
import { makeStandIn, missingFor, type StandInOptions } from "../support/stand_in.ts";
import { assertUntouched, compareTrees, readTree } from "../support/trees.ts";
import { withVariables } from "../support/variables.ts";

const BUSYBOX: StandInOptions = { shell: "busybox", tar: "busybox", busybox: true };

/** Gives all there is one time: such a host keeps none of links and folders. */
function forgetTimes(root: string): void {
  shell(root, "find . -exec touch -h -d @1600000000 {} +");
}

/** Compares all but these times. */
function compareForgetting({ destination }: Pair, sample: Sample): void {
  forgetTimes(destination.path);
  compareTrees({ sample, destination: destination.path });
}

const ignore = !await hasSshd() || (await missingFor(BUSYBOX)).length > 0;

/** Copies, and once more, when there is nothing to do. */
async function copyTwice(pair: Pair, sample: Sample): Promise<void> {
  const { errors, jobsCopied, run, complete } = await pair.copy(sample);
  assertEquals([errors, jobsCopied, run, complete], [[], 2, "copy", true]);
  const before = readTree(pair.destination.path);
  const again = await pair.copy(sample);
  assertEquals([again.errors, again.jobsSkipped, again.run], [[], 2, "skip"]);
  assertUntouched(pair.destination.path, before);
}

// BUG when this was written: the times of what was rewritten were lost, and the run always replaced.
Deno.test({
  name: "copyExperiment() copies to and from a host of busybox, and has nothing to do after that",
  ignore,
  async fn() {
    using host = await makeStandIn(BUSYBOX);
    await using sshd = await startSshd({ environment: { PATH: host.path } });
    await withPair("local to remote", sshd, async (there) => {
      const large = { largeFiles: 1, largeBytes: 3_000_000 };
      const sample = makeSample(there.source.path, { jobs: 2, ...large });
      await copyTwice(there, sample);
      forgetTimes(there.source.path);
      compareForgetting(there, sample);
      const within = { ...sshd, elsewhere: sshd };
      const onwards: [Direction, Sshd][] = [
        ["remote to local", sshd],
        ["remote to remote", sshd],
        ["remote to remote", within],
      ];
      for (const [direction, ends] of onwards) {
        await withPair(direction, ends, async (pair) => {
          const from = pair.between({ source: there.destination.path });
          await copyTwice(from, sample);
          compareForgetting(from, sample);
        });
      }
    });
  },
});

// BUG when this was written: where no end had a tar that packs, "short read" was all that was said.
Deno.test({
  name: "copyExperiment() copies by a machine of busybox, on it and with hosts that are like it",
  ignore,
  async fn() {
    using host = await makeStandIn(BUSYBOX);
    for (const program of ["ssh", "ssh-keygen"]) {
      Deno.symlinkSync((await findProgram(program))!, `${host.path}/${program}`);
    }
    await using sshd = await startSshd({ environment: { PATH: host.path } });
    await withVariables({ PATH: host.path }, async () => {
      for (const direction of ["local to local", "local to remote", "remote to local"] as const) {
        await withPair(direction, sshd, async (pair) => {
          const sample = makeSample(pair.source.path, { jobs: 2 });
          await copyTwice(pair, sample);
          forgetTimes(pair.source.path);
          compareForgetting(pair, sample);
        });
      }
    });
  },
});
