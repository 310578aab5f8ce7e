/**
 * A host of which all programs are busybox's, `tar` among them.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { makeSample } from "../../scripts/sample.ts";
import { withPair } from "../support/directions.ts";
import { shell } from "../support/shell.ts";
import { hasSshd, startSshd } from "../support/sshd.ts";
import { makeStandIn, missingFor, type StandInOptions } from "../support/stand_in.ts";
import { assertUntouched, compareTrees, readTree } from "../support/trees.ts";

const BUSYBOX: StandInOptions = { shell: "busybox", tar: "busybox", busybox: true };

/** Gives all there is one time: such a host keeps none of links and folders. */
function forgetTimes(root: string): void {
  shell(root, "find . -exec touch -h -d @1600000000 {} +");
}

// BUG when this was written: the times of what was rewritten were lost, and the run always replaced.
Deno.test({
  name: "copyExperiment() copies to and from a host of busybox, and has nothing to do after that",
  ignore: !await hasSshd() || (await missingFor(BUSYBOX)).length > 0,
  async fn() {
    using host = await makeStandIn(BUSYBOX);
    await using sshd = await startSshd({ environment: { PATH: host.path } });
    await withPair("local to remote", sshd, async (there) => {
      const sample = makeSample(there.source.path, { jobs: 2 });
      const { errors, jobsCopied, run, complete } = await there.copy(sample);
      assertEquals([errors, jobsCopied, run, complete], [[], 2, "copy", true]);
      const before = readTree(there.destination.path);
      const again = await there.copy(sample);
      assertEquals([again.errors, again.jobsSkipped, again.run], [[], 2, "skip"]);
      assertUntouched(there.destination.path, before);
      forgetTimes(there.source.path);
      forgetTimes(there.destination.path);
      compareTrees({ sample, destination: there.destination.path });
      await withPair("remote to local", sshd, async (pair) => {
        const back = pair.between({ source: there.destination.path });
        for (const expected of [[2, "copy"], [0, "skip"]] as const) {
          const result = await back.copy(sample);
          assertEquals<unknown>([result.errors, result.jobsCopied, result.run], [[], ...expected]);
        }
        forgetTimes(back.destination.path);
        compareTrees({ sample, destination: back.destination.path });
      });
    });
  },
});
