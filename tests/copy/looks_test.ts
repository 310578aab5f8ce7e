/**
 * How often a copy looks at its ends: each look at a host is a round trip.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { LocalHost } from "../../lib/host/local/host.ts";
import { SshHost } from "../../lib/host/ssh/host.ts";
import { makeSample } from "../../scripts/sample.ts";
import { inEachDirection, useSshd } from "../support/directions.ts";

useSshd();

/** Does something; answers what was looked at meanwhile. */
async function looksDuring(action: () => Promise<void>): Promise<string[]> {
  const looked: string[] = [];
  const hosts: Pick<LocalHost, "look">[] = [LocalHost.prototype, SshHost.prototype];
  const undo = hosts.map((host) => {
    const { look } = host;
    host.look = function (question) {
      looked.push(question.path);
      return look.call(this, question);
    };
    return () => host.look = look;
  });
  try {
    await action();
  } finally {
    for (const each of undo) each();
  }
  return looked;
}

// BUG when this was written: an end on this machine was looked at twice.
inEachDirection("copyExperiment() looks once at each end", async (pair) => {
  const sample = makeSample(pair.source.path, { jobs: 2 });
  const looked = await looksDuring(async () => {
    const result = await pair.copy(sample);
    assertEquals([result.errors, result.complete], [[], true]);
  });
  assertEquals(looked, [pair.source.path, pair.destination.path]);
});

inEachDirection(
  "copyExperiment() takes no other run of the destination for the current one",
  async (pair) => {
    makeSample(pair.destination.path, {
      jobs: 1,
      runId: "20250101_000000",
      ended: true,
    });
    const sample = makeSample(pair.source.path, { jobs: 2 });
    const looked = await looksDuring(async () => {
      const result = await pair.copy({ ...sample, runId: "current" });
      assertEquals([result.errors, result.runId, result.run], [[], sample.runId, "copy"]);
    });
    // both hosts are asked before it is known which run is the current one
    const again = pair.direction === "remote to remote" ? [pair.destination.path] : [];
    assertEquals(looked, [pair.source.path, pair.destination.path, ...again]);
  },
);
