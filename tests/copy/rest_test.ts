/**
 * What an earlier copy has left out of a job is all that a later one sends, and all that it changes.
 *
 * @module
 */

import { mkdirSync, symlinkSync } from "node:fs";
import { assert, assertEquals } from "@std/assert";
import { copyExperiment, type CopyOptions } from "../../mod.ts";
import { makeSample, type Sample } from "../../scripts/sample.ts";
import { type CountingProxy, countingProxy } from "../support/counting_proxy.ts";
import { DIRECTIONS, endsHere, type Pair, withPair } from "../support/directions.ts";
import { noise } from "../support/files.ts";
import { shell } from "../support/shell.ts";
import { hasSshd, type Sshd, startSshd } from "../support/sshd.ts";
import { compareTrees, namesIn, readTree } from "../support/trees.ts";

/** Bytes of what is left out first: in two files, a small one, and in a folder of their own. */
const REST = 2 ** 20 + 4 + 2 ** 16;

function make(pair: Pair): Sample {
  const files = {
    "a.ckpt": noise(2 ** 20),
    "large.bin": noise(2 ** 23),
    "out/deep/a.ckpt": "deep",
    "out/small.txt": "small",
    "only/b.ckpt": noise(2 ** 16),
  };
  const sample = makeSample(pair.source.path, { jobs: [{ task: "train", files }, {}] });
  const { folder } = sample.jobs[0]!;
  symlinkSync("../a.ckpt", `${folder}/out/link.ckpt`);
  mkdirSync(`${folder}/tmp/empty`, { recursive: true });
  shell(sample.root, 'find jobs -exec touch -h -d "2025-01-01 00:00:00.123456789" {} +');
  return sample;
}

/** The ways to the remote ends, by which bytes are counted: from elsewhere, or from the same machine. */
function waysOf(sshd: Sshd, isTogether: boolean): Record<"source" | "destination", CountingProxy> {
  const { elsewhere: { host, options } } = sshd;
  const port = Number(options[options.indexOf("-p") + 1]);
  return {
    source: countingProxy(isTogether ? sshd : { host, options, port }, "localhost"),
    destination: countingProxy(sshd, "127.0.0.1"),
  };
}

for (const direction of [...DIRECTIONS, "within one host"] as const) {
  const isTogether = direction === "within one host";
  const isHere = direction === "local to local";
  Deno.test({
    name:
      `copyExperiment() brings exactly the rest: no other content passes, and what is there stays, ${direction}`,
    ignore: !isHere && !await hasSshd(),
    async fn() {
      await using sshd = isHere ? undefined : await startSshd();
      const ways = sshd && waysOf(sshd, isTogether);
      const bytes = () => (ways?.source.bytes() ?? 0) + (ways?.destination.bytes() ?? 0);
      const way = isTogether ? "remote to remote" : direction;
      await withPair(way, sshd, async (pair) => {
        const here = endsHere(way);
        const sample = make(pair);
        const at = (end: "source" | "destination") => (
          { ...pair[end], ...(!here[end] && { ssh: ways![end].login }) }
        );
        const copy = async (options: CopyOptions = {}) => {
          const { experimentId, runId } = sample;
          const ends = [at("source"), at("destination")] as const;
          const result = await copyExperiment(...ends, experimentId, runId, options);
          assertEquals([result.errors, result.complete], [[], true]);
          return result;
        };
        await copy({ exclude: ["*.ckpt", "tmp/"] });
        const folder = `${pair.destination.path}/jobs`;
        const [before, passed] = [readTree(folder), bytes()];
        const rest = await copy();
        assertEquals([rest.jobsCompleted.length, rest.bytes, rest.run], [1, REST, "skip"]);
        const hops = isTogether ? 0 : Number(!here.source) + Number(!here.destination);
        const more = bytes() - passed;
        assert(more >= hops * REST && more < hops * REST + 2 ** 18, `${more} bytes have passed`);
        compareTrees({ sample, destination: pair.destination.path });
        const after = readTree(folder);
        for (const [path, { kind, info }] of before) {
          const now = after.get(path)!.info;
          assertEquals(now.ino, info.ino, path);
          if (kind !== "folder") assertEquals(now.ctimeNs, info.ctimeNs, path);
        }
        const names = [".__experimaestro__", "experiments", "jobs"];
        assertEquals(namesIn(pair.destination.path), names);
      });
      for (const each of Object.values(ways ?? {})) each[Symbol.dispose]();
    },
  });
}
