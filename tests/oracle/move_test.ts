/**
 * A moved run in the eyes of experimaestro, and the source that it has left.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { moveExperiment, type Workspace } from "../../mod.ts";
import { namesIn } from "../support/trees.ts";
import { assertFaithful } from "./faithful.ts";
import { ODD, onOneMachine, type Oracle } from "./oracle.ts";

await onOneMachine(
  "moveExperiment() makes what experimaestro takes for its own, and leaves what it accepts",
  async (oracle, at) => {
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
  },
);

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
