/**
 * Files with several names, in several jobs, or in a job and the run.
 *
 * @module
 */

import { rmSync } from "node:fs";
import { assertEquals, assertStringIncludes } from "@std/assert";
import type { CopyResult } from "../../mod.ts";
import { makeSample } from "../../scripts/sample.ts";
import { inEachDirection, useSshd, withPair } from "../support/directions.ts";
import { OWN, withPrograms } from "../support/remote_programs.ts";
import { hasSshd } from "../support/sshd.ts";
import { compareTrees } from "../support/trees.ts";

useSshd();

inEachDirection(
  "copyExperiment() keeps hard links between jobs that are brought together, and names the others",
  async (pair) => {
    const sample = makeSample(pair.source.path, { jobs: 4 });
    const [small, alike, large, vast] = sample.jobs.map(({ folder }) => folder) as string[];
    for (const folder of [large, vast]) Deno.writeFileSync(`${folder}/big`, new Uint8Array(8e6));
    const link = (from: string, name: string, to: string) => {
      Deno.writeTextFileSync(`${from}/${name}`, name);
      Deno.linkSync(`${from}/${name}`, `${to}/${name}`);
    };
    link(small!, "by the stream", alike!);
    link(large!, "by rsync", vast!);
    const inode = (folder: string, name: string) =>
      Deno.lstatSync(`${folder.replace(sample.root, pair.destination.path)}/${name}`).ino;
    const first = await pair.copy(sample);
    assertEquals(first.warnings.filter(({ message }) => message.includes("hard links")), []);
    assertEquals(inode(small!, "by the stream"), inode(alike!, "by the stream"));
    assertEquals(inode(large!, "by rsync"), inode(vast!, "by rsync"));
    rmSync(pair.destination.path, { recursive: true });
    link(small!, "by both", vast!);
    const { warnings } = await pair.copy(sample);
    const [said] = warnings.filter(({ message }) => message.includes("hard links"));
    const named = [sample.jobs[0]!, sample.jobs[3]!].map(({ taskId, jobId }) =>
      `jobs/${taskId}/${jobId}`
    );
    assertStringIncludes(said!.message, `not kept: ${named.sort().join(", ")}. Each of these`);
    compareTrees({ sample, destination: pair.destination.path });
  },
);

Deno.test({
  name: "copyExperiment() keeps a hard link between a job and the run, or names both",
  ignore: !await hasSshd(),
  fn: async () => {
    const tar = `#!/bin/sh
${OWN}
case $*,$(ls FOLDER) in *"-cf -"*,*fails*) $own "$@"; exit 2 ;; esac
exec $own "$@"`;
    await withPrograms({ tar }, async (sshd, folder) => {
      await withPair("remote to local", sshd, async (pair) => {
        const sample = makeSample(pair.source.path, { jobs: 2 });
        const { taskId, jobId, folder: job } = sample.jobs[0]!;
        const run = `experiments/${sample.experimentId}/${sample.runId}`;
        Deno.linkSync(`${sample.root}/${run}/environment.json`, `${job}/document`);
        Deno.writeTextFileSync(`${sample.root}/${run}/notes`, "shared");
        Deno.linkSync(`${sample.root}/${run}/notes`, `${job}/notes`);
        const links = () => Deno.lstatSync(`${pair.destination.path}/${run}/notes`).nlink;
        const warned = ({ warnings }: CopyResult) =>
          warnings.map(({ message }) => message).filter((text) => text.includes("hard links"));
        assertEquals([warned(await pair.copy(sample)), links()], [[], 2]);
        rmSync(pair.destination.path, { recursive: true });
        Deno.writeTextFileSync(`${folder}/fails`, ""); // so rsync brings the jobs
        assertEquals([warned(await pair.copy(sample)), links()], [[
          `hard links between folders were not kept: ${run}, jobs/${taskId}/${jobId}. ` +
          "Each of these folders has its own copy of the shared file",
        ], 1]);
        compareTrees({ sample, destination: pair.destination.path });
      });
    });
  },
});
