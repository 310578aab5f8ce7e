/**
 * Folders of a project, which several people share: what is copied there gets their group, and no
 * more permissions than they leave.
 *
 * @module
 */

import { chmodSync, chownSync, linkSync, mkdirSync, rmSync, symlinkSync } from "node:fs";
import { assert, assertEquals } from "@std/assert";
import { makeSample, type Sample } from "../../scripts/sample.ts";
import { findProgram } from "../../scripts/setup.ts";
import type { CopyOptions } from "../../mod.ts";
import { inEachDirection, onEachHost, type Pair, useSshd } from "../support/directions.ts";
import { shell } from "../support/shell.ts";
import { readTree } from "../support/trees.ts";

useSshd();

/** A group that nothing else here has. */
const PROJECT = 54321;
/** The bit by which a folder passes on its group. */
const SETGID = 0o2000;

// only root can give a folder to a group that it is not in
const ignore = Deno.uid() !== 0;

/** What rsync does by itself, and what travels as a stream, with large files beside it. */
const WAYS: [string, CopyOptions][] = [["as a stream", {}], ["by rsync", {
  bandwidthLimit: 1_000_000,
}]];

/** A sample of files, folders, links of all kinds, each with a group of its own. */
function makeVaried(pair: Pair): Sample {
  const sample = makeSample(pair.source.path, { jobs: 3, largeFiles: 1, largeBytes: 20_000_000 });
  const [, first, second] = sample.jobs;
  shell(
    first!.folder,
    "mkdir -p 'a b/c' open; echo 1 > 'a b/c/f'; chmod 777 open; chmod 664 'a b/c/f'",
  );
  symlinkSync("c/f", `${first!.folder}/a b/link`);
  linkSync(`${first!.folder}/a b/c/f`, `${first!.folder}/same`);
  shell(second!.folder, "mkdir closed; echo 1 > closed/f; chmod 555 closed");
  shell(pair.source.path, "chown -hR 0:12345 .");
  return sample;
}

/** Checks the group of all there is, and that folders pass it on. */
function assertOfProject(root: string): void {
  for (const [path, { kind, owner, info }] of readTree(root)) {
    assertEquals(owner, `0:${PROJECT}`, `${kind} ${path}`);
    if (kind === "folder") assert(Number(info.mode) & SETGID, `${path} passes its group on`);
  }
}

/** Gives a folder to the project. */
function share(folder: string): void {
  mkdirSync(folder, { recursive: true });
  chownSync(folder, 0, PROJECT);
  chmodSync(folder, 0o2775);
}

for (const [way, options] of WAYS) {
  inEachDirection(
    `copyExperiment() gives all to the group of a folder with the setgid bit, ${way}`,
    async (pair) => {
      share(pair.destination.path);
      const sample = makeVaried(pair);
      const { errors, jobsCopied, complete } = await pair.copy(sample, options);
      assertEquals([errors, jobsCopied, complete], [[], 3, true]);
      assertOfProject(pair.destination.path);
      // a run that is refreshed, with what only the old one holds, and a job that is replaced
      shell(
        pair.destination.path,
        "cd experiments/*/2*; mkdir own; echo 1 > own/f; chgrp -R 0 own; chmod g-s own",
      );
      shell(pair.destination.path, "rm jobs/*/*/prepare.done");
      shell(pair.source.path, "touch -d @2000000000 experiments/*/2*/status.json");
      const again = await pair.copy(sample, options);
      assertEquals([again.errors, again.jobsReplaced.length, again.run], [[], 1, "replace"]);
      assertOfProject(pair.destination.path);
    },
    { ignore },
  );

  onEachHost(
    `copyExperiment() heeds a setgid bit of jobs alone, ${way}`,
    async (pair) => {
      share(`${pair.destination.path}/jobs`);
      chmodSync(pair.destination.path, 0o755);
      chownSync(pair.destination.path, 0, 0);
      const sample = makeVaried(pair);
      assertEquals((await pair.copy(sample, options)).complete, true);
      assertOfProject(`${pair.destination.path}/jobs`);
      assertEquals(readTree(pair.destination.path).has(".xpm-staging"), false);
    },
    { ignore },
  );

  const hasAcl = await findProgram("setfacl") !== undefined;
  onEachHost(
    `copyExperiment() heeds the default access list of a folder, ${way}`,
    async (pair) => {
      mkdirSync(pair.destination.path);
      shell(pair.destination.path, "setfacl -d -m u:65534:rwX,g::r-x,o::--- .");
      const sample = makeVaried(pair);
      const { errors, complete } = await pair.copy(sample, options);
      assertEquals([errors, complete], [[], true]);
      for (const [path, { kind, info }] of readTree(pair.destination.path)) {
        if (path === "" || kind === "link") continue;
        assertEquals(Number(info.mode) & 0o007, 0, `${path} is closed to others`);
        const list = shell(pair.destination.path, 'getfacl -np -- "$1"', path);
        assert(list.includes("user:65534:rwx"), `${path}: ${list}`);
      }
    },
    { ignore: ignore || !hasAcl },
  );
}

onEachHost("copyExperiment() goes on in a folder of a project as it began", async (pair) => {
  share(pair.destination.path);
  const sample = makeVaried(pair);
  const stopped = new AbortController();
  const stop = pair.copy(sample, {
    bandwidthLimit: 4000,
    signal: stopped.signal,
    onEvent(event) {
      if (event.type === "progress" && event.progress.bytes > 1_000_000) stopped.abort();
    },
  });
  assertEquals(await stop.then(() => "done", ({ code }) => code), "interrupted");
  assertEquals((await pair.copy(sample)).complete, true);
  assertOfProject(pair.destination.path);
  rmSync(pair.destination.path, { recursive: true });
}, { ignore });
