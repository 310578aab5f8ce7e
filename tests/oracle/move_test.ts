/**
 * A moved run in the eyes of experimaestro, and the source that it has left.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { moveExperiment, type Workspace } from "../../mod.ts";
import { ensureExperimaestro } from "../../scripts/setup.ts";
import { hasSshd, startSshd } from "../support/sshd.ts";
import { namesIn } from "../support/trees.ts";
import { assertFaithful } from "./faithful.ts";
import { ODD, Oracle } from "./oracle.ts";

const bin = await ensureExperimaestro();
const sshdFound = await hasSshd();

for (const remote of [false, true]) {
  Deno.test({
    name:
      `moveExperiment() makes what experimaestro takes for its own, and leaves what it accepts, ${
        remote ? "remote to remote" : "local to local"
      }`,
    ignore: bin === undefined || remote && !sshdFound,
    async fn() {
      const oracle = await Oracle.make(bin!);
      const sshd = remote ? await startSshd() : undefined;
      try {
        const at = (path: string): Workspace => ({ id: path, path, ...(sshd && { ssh: sshd }) });
        await assertSourceWorks(oracle, at);
        const source = at(oracle.source);
        const destination = at(`${oracle.root}/${ODD}, moved`);
        await assertFaithful(oracle, source, destination, (paths) => paths, async () => {
          const moved = await moveExperiment(source, destination, "oracle", "current");
          assertEquals([moved.kept, moved.complete, moved.removed.length], [[], true, 8]);
          const tasks = namesIn(`${oracle.source}/jobs`); // the folder of a job without one was empty
          assertEquals(tasks.flatMap((task) => namesIn(`${oracle.source}/jobs/${task}`)), []);
          return moved.copied;
        });
      } finally {
        await sshd?.[Symbol.asyncDispose]();
        oracle.remove();
      }
    },
  });
}

/** Moves the first of two runs, which have all their jobs in common: the second is as it was. */
async function assertSourceWorks(oracle: Oracle, at: (path: string) => Workspace): Promise<void> {
  const { experimaestro, second, source } = oracle;
  using _there = oracle.stand(second);
  const [first, last] = second.judgement.runs.toSorted();
  assert(first !== undefined && last !== undefined);
  const there = at(`${oracle.root}/${ODD}, first run`);
  const moved = await moveExperiment(at(source), there, "oracle", first);
  assertEquals(moved.removed.map(({ path }) => path), [`experiments/oracle/${first}`]);
  assertEquals([moved.kept.map(({ why }) => why), moved.complete], [Array(7).fill("shared"), true]);
  const { runs, ...judged } = await experimaestro.judge(source);
  const { runs: _, ...before } = second.judgement;
  assertEquals(runs, [last]);
  assertEquals(judged, before);
  const { orphans, jobs } = await experimaestro.list(source);
  assertEquals([orphans, jobs], ["No orphan jobs found.\n", second.listing.jobs]);
}
