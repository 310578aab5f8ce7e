/**
 * Copies within one machine behind ssh: content stays there.
 *
 * @module
 */

import { writeFileSync } from "node:fs";
import { assert, assertEquals } from "@std/assert";
import { copyExperiment, planCopy } from "../../mod.ts";
import { makeSample } from "../../scripts/sample.ts";
import { countingProxy } from "../support/counting_proxy.ts";
import { type Pair, withPair } from "../support/directions.ts";
import { noise } from "../support/files.ts";
import { setTimes } from "../support/shell.ts";
import { hasSshd, startSshd } from "../support/sshd.ts";
import { assertMoved, compareTrees, readTree } from "../support/trees.ts";

/** A run with large and small files, of as many bytes. */
function makeHeavy(pair: Pair) {
  const sample = makeSample(pair.source.path, { jobs: 3, largeFiles: 1, largeBytes: 1e6 });
  for (const { folder } of sample.jobs) {
    writeFileSync(`${folder}/noise.bin`, noise(4 << 20));
    for (const name of ["a", "b", "c"]) writeFileSync(`${folder}/${name}.bin`, noise(100_000));
    setTimes(folder);
  }
  return sample;
}

const WAYS = { "by one name": "127.0.0.1", "by two names": "localhost" };

for (const [way, address] of Object.entries(WAYS)) {
  Deno.test({
    name: `copyExperiment() within one machine behind ssh, ${way}, lets no content leave it`,
    ignore: !await hasSshd(),
    async fn() {
      await using sshd = await startSshd();
      using from = countingProxy(sshd, address);
      using to = countingProxy(sshd, "127.0.0.1");
      const [source, destination] = way === "by one name" ? [to, to] : [from, to];
      await withPair("remote to remote", sshd, async (pair) => {
        const sample = makeHeavy(pair);
        const before = readTree(pair.source.path);
        const request = [
          { ...pair.source, ssh: source.login },
          { ...pair.destination, ssh: destination.login },
          sample.experimentId,
          sample.runId,
        ] as const;
        const result = await copyExperiment(...request);
        assertEquals([result.errors, result.complete], [[], true]);
        compareTrees({ sample, destination: pair.destination.path });
        assertMoved(pair.source.path, before);
        const passed = from.bytes() + to.bytes();
        assert(passed < 1e6, `${passed} bytes have passed`);
        const again = await planCopy(...request);
        assertEquals(again.bytes, 0);
      });
    },
  });
}
