/**
 * A stock Mac at either end: openrsync, bsdtar, and programs that know no option of GNU's.
 *
 * @module
 */

import { chmodSync, existsSync, linkSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { assertEquals } from "@std/assert";
import { makeSample, type Sample } from "../../scripts/sample.ts";
import { findProgram } from "../../scripts/setup.ts";
import { DIRECTIONS, type Pair, withPair } from "../support/directions.ts";
import { installMac } from "../support/mac.ts";
import { assertFailed, runProgram } from "../support/program.ts";
import { shell } from "../support/shell.ts";
import { hasSshd, startSshd } from "../support/sshd.ts";
import { assertUntouched, compareTrees, namesIn, readTree } from "../support/trees.ts";
import { withFolder, withVariables } from "../support/variables.ts";

const ignore = !await hasSshd() || await findProgram("bsdtar") === undefined;

/** A sample with what rsync and tar treat each in its own way. */
function makeVaried(root: string): Sample {
  const sample = makeSample(root, { jobs: 3, largeFiles: 1, largeBytes: 3_000_000 });
  for (const [index, { folder }] of sample.jobs.entries()) {
    mkdirSync(`${folder}/a b/c`, { recursive: true });
    writeFileSync(`${folder}/a b/c/é`, "text");
    symlinkSync("c/é", `${folder}/a b/link`);
    if (index === 1) linkSync(`${folder}/a b/c/é`, `${folder}/same`);
    if (index === 2) chmodSync(`${folder}/a b/c`, 0o555);
  }
  return sample;
}

/** protocol 29 has times of whole seconds, and busybox's and BSD's programs tell no more. */
function forgetTimes(root: string): void {
  shell(root, "find . -exec touch -h -d @1600000000 {} +");
}

/** Copies, and once more. */
async function copyTwice(pair: Pair, sample: Sample): Promise<void> {
  const rsyncs = { bandwidthLimit: 1_000_000 }; // not only what is large
  const { errors, jobsCopied, run, complete } = await pair.copy(sample, rsyncs);
  assertEquals([errors, jobsCopied, run, complete], [[], 3, "copy", true]);
  assertEquals(namesIn(pair.destination.path), [".__experimaestro__", "experiments", "jobs"]);
  const before = readTree(pair.destination.path);
  const again = await pair.copy(sample);
  assertEquals([again.errors, again.jobsSkipped, again.run], [[], 3, "skip"]);
  assertUntouched(pair.destination.path, before);
  forgetTimes(pair.source.path);
  forgetTimes(pair.destination.path);
  compareTrees({ sample, destination: pair.destination.path });
}

// BUG when this was written: openrsync cut our far command at its quotes, and "unexpected end of file"
// was all it said; what it sent was refused by rsync at the host, since its list lacked folders.
for (const direction of DIRECTIONS) {
  Deno.test({
    name: `copyExperiment() copies by a stock Mac as this machine, ${direction}`,
    ignore,
    fn: () =>
      withFolder(async (folder) => {
        await installMac(folder);
        await using sshd = await startSshd();
        await withVariables({ PATH: `${folder}:${Deno.env.get("PATH")}` }, () =>
          withPair(direction, sshd, (pair) => copyTwice(pair, makeVaried(pair.source.path))));
      }),
  });
}

Deno.test({
  name: "copyExperiment() copies to a stock Mac as a host",
  ignore,
  fn: () =>
    withFolder(async (folder) => {
      await installMac(folder);
      const PATH = `${folder}:${Deno.env.get("PATH")}`;
      await using sshd = await startSshd({ environment: { PATH } });
      await withPair("local to remote", sshd, (pair) =>
        copyTwice(pair, makeVaried(pair.source.path)));
    }),
});

Deno.test({
  name: "xpm-copy copies nothing from a stock Mac as a host, and says what to install there",
  ignore,
  fn: () =>
    withFolder(async (folder) => {
      await installMac(folder);
      const PATH = `${folder}:${Deno.env.get("PATH")}`;
      await using sshd = await startSshd({ environment: { PATH } });
      await withPair("remote to local", sshd, async (pair) => {
        const said = await runProgram(pair, makeVaried(pair.source.path));
        assertFailed(said, 1, `the rsync on ${sshd.host} cannot send these files (openrsync: `);
        assertEquals(existsSync(pair.destination.path), false);
      });
    }),
});

// BUG when this was written: what openrsync sent had the group of the source, below folders that had
// lost the setgid bit.
for (const direction of ["local to remote", "remote to local"] as const) {
  Deno.test({
    name: `copyExperiment() heeds the setgid bit by a stock Mac as this machine, ${direction}`,
    ignore: ignore || Deno.uid() !== 0,
    fn: () =>
      withFolder(async (folder) => {
        await installMac(folder);
        await using sshd = await startSshd();
        await withVariables({ PATH: `${folder}:${Deno.env.get("PATH")}` }, () =>
          withPair(direction, sshd, async (pair) => {
            mkdirSync(pair.destination.path);
            shell(pair.destination.path, "chgrp 54321 .; chmod 2775 .");
            const sample = makeVaried(pair.source.path);
            assertEquals((await pair.copy(sample, { bandwidthLimit: 1_000_000 })).complete, true);
            for (const [path, { kind, owner, info }] of readTree(pair.destination.path)) {
              const passesOn = kind !== "folder" || (Number(info.mode) & 0o2000) !== 0;
              assertEquals([owner, passesOn], ["0:54321", true], path);
            }
          }));
      }),
  });
}
