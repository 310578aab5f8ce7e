/**
 * What happens to a copy by way of a data-transfer node when one of two connections is lost, or the
 * program is killed.
 *
 * @module
 */

import { existsSync } from "node:fs";
import { assert, assertEquals } from "@std/assert";
import { type CopyEvent, copyExperiment } from "../../mod.ts";
import { makeSample } from "../../scripts/sample.ts";
import { REMOTE, withPair } from "../support/directions.ts";
import { killedMidway } from "../support/kill.ts";
import { type Nodes, onNodes, withNodes } from "../support/nodes.ts";
import { HAS_PROC, signalAll, until } from "../support/processes.ts";
import { hasSshd, loginsOf, sessionsOf } from "../support/sshd.ts";
import { compareTrees } from "../support/trees.ts";

const ignore = !HAS_PROC || !await hasSshd();

/** What both machines of a site have at work for those who have logged in. */
function atWork({ login, transfer }: Nodes): string[] {
  return [...sessionsOf(login), ...sessionsOf(transfer)].map(({ words }) => words.join(" "));
}

for (const lost of ["login", "transfer"] as const) {
  for (const direction of REMOTE) {
    Deno.test({
      name: `copyExperiment() goes on when its ${lost} connection of two is lost, ${direction}`,
      ignore,
      fn: () =>
        withNodes((nodes) =>
          withPair(direction, nodes.login, async (one) => {
            const { source, destination } = onNodes(one, nodes);
            const sample = makeSample(source.path, { jobs: 3, largeFiles: 1, largeBytes: 8e6 });
            const retries: CopyEvent[] = [];
            let isLost = false;
            let bytes = 0;
            const onEvent = (event: CopyEvent) => {
              if (event.type === "retrying") retries.push(event);
              if (event.type !== "progress" || retries.length > 0) return;
              bytes = event.progress.bytes;
              if (bytes < 500_000 || isLost) return;
              isLost = true;
              signalAll(sessionsOf(nodes[lost]));
            };
            const { experimentId, runId } = sample;
            const options = { bandwidthLimit: 2000, onEvent };
            const result = await copyExperiment(source, destination, experimentId, runId, options);
            assertEquals([result.errors, result.complete, result.jobsCopied], [[], true, 3]);
            assertEquals(retries.length, 1);
            assert(bytes < 20e6, "the other connection went on to the end"); // of 24 million
            assertEquals([loginsOf(nodes.login), loginsOf(nodes.transfer)], [2, 2]);
            compareTrees({ sample, destination: destination.path });
            assertEquals(existsSync(`${destination.path}/.xpm-staging`), false);
            assert(await until(() => atWork(nodes).length === 0), atWork(nodes).join("\n"));
          })
        ),
    });
  }
}

for (const direction of REMOTE) {
  Deno.test({
    name: `xpm-copy that was killed leaves nothing at work at either machine, ${direction}`,
    ignore,
    fn: () =>
      withNodes((nodes) =>
        withPair(direction, nodes.login, async (one) => {
          const pair = onNodes(one, nodes);
          const sample = makeSample(pair.source.path, { jobs: 2, largeFiles: 1, largeBytes: 8e6 });
          await killedMidway(pair, sample);
          await until(() => atWork(nodes).length === 0);
          assertEquals(atWork(nodes), []);
          const { experimentId, runId } = sample;
          const { complete, errors } = await copyExperiment(
            pair.source,
            pair.destination,
            experimentId,
            runId,
          );
          assertEquals([errors, complete], [[], true]);
          compareTrees({ sample, destination: pair.destination.path });
        })
      ),
  });
}
