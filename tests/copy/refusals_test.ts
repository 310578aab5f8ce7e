/**
 * What is refused, with which code and in which words; nothing is written then.
 *
 * @module
 */

import { hasControl } from "../../lib/text/printable.ts";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { makeSample } from "../../scripts/sample.ts";
import { CopyError, type CopyErrorCode, copyExperiment, type CopyOptions } from "../../mod.ts";
import {
  inEachDirection,
  onEachHost,
  type Pair,
  type RunName,
  useSshd,
} from "../support/directions.ts";
import { assertUntouched, compareTrees, namesIn, readTree } from "../support/trees.ts";

useSshd();

/** A copy that is refused: the code, what the message holds, and how the copy is asked for. */
async function assertRefused(
  code: CopyErrorCode,
  message: string,
  pair: Pair,
  run: RunName,
  options: CopyOptions = {},
): Promise<void> {
  const before = readTree(pair.root);
  const error = await assertRejects(() => pair.copy(run, options), CopyError);
  assertStringIncludes(error.message, message);
  assertEquals(error.code, code);
  assert(!hasControl(error.message), error.message);
  assertUntouched(pair.root, before);
}

const onDisk = { directions: ["local to local"] } as const;

inEachDirection(
  "copyExperiment() refuses one workspace as both ends, also through links",
  async (pair) => {
    const sample = makeSample(pair.source.path, { jobs: 1 });
    symlinkSync("source", `${pair.root}/alias`);
    for (const destination of ["source", "source/", "alias", "x/../source", "source/."]) {
      await assertRefused("refused", "are the same folder", pair.between({ destination }), sample);
    }
  },
  onDisk,
);

inEachDirection(
  "copyExperiment() refuses workspaces one inside the other, also through links",
  async (pair) => {
    const sample = makeSample(pair.source.path, { jobs: 1 });
    const inner = makeSample(`${pair.source.path}/deep/inner`, { jobs: 1 });
    symlinkSync("source/deep", `${pair.root}/alias`);
    mkdirSync(`${pair.root}/destination`);
    symlinkSync("../source/jobs", `${pair.root}/destination/jobs`);
    for (const destination of ["source/jobs", "source/new/folder", "alias", "alias/inner"]) {
      await assertRefused(
        "refused",
        " is inside the source ",
        pair.between({ destination }),
        sample,
      );
    }
    for (const destination of ["source", "source/deep", "alias"]) {
      await assertRefused(
        "refused",
        " is inside the destination ",
        pair.between({ source: "alias/inner", destination }),
        inner,
      );
    }
    await assertRefused("refused", "are the same folder", pair, sample);
  },
  onDisk,
);

onEachHost("copyExperiment() takes workspaces side by side for no nest", async (pair) => {
  const sample = makeSample(pair.source.path, { jobs: 1 });
  const beside = pair.between({ destination: "source-2" });
  assertEquals((await beside.copy(sample)).complete, true);
});

onEachHost(
  "copyExperiment() refuses a folder of something else, but with create",
  async (pair) => {
    const sample = makeSample(pair.source.path, { jobs: 1 });
    mkdirSync(pair.destination.path);
    writeFileSync(`${pair.destination.path}/thesis.tex`, "mine");
    await assertRefused("refused", `${pair.destination.path}`, pair, sample);
    await assertRefused("refused", "is not empty and not a workspace", pair, sample);
    assertEquals((await pair.copy(sample, { create: true })).complete, true);
    compareTrees({ sample, destination: pair.destination.path });
    assertEquals(Deno.readTextFileSync(`${pair.destination.path}/thesis.tex`), "mine");
    assertEquals(namesIn(pair.destination.path), [
      ".__experimaestro__",
      "experiments",
      "jobs",
      "thesis.tex",
    ]);
  },
);

onEachHost(
  "copyExperiment() needs no create for a folder that is empty or has jobs",
  async (pair) => {
    const sample = makeSample(pair.source.path, { jobs: 1 });
    mkdirSync(`${pair.root}/with/jobs`, { recursive: true });
    writeFileSync(`${pair.root}/with/notes`, "");
    mkdirSync(`${pair.root}/empty`);
    for (const destination of ["empty", "with"]) {
      assertEquals((await pair.between({ destination }).copy(sample)).complete, true, destination);
    }
  },
);

inEachDirection("copyExperiment() refuses a destination that is a file", async (pair) => {
  const sample = makeSample(pair.source.path, { jobs: 1 });
  writeFileSync(pair.destination.path, "");
  await assertRefused("refused", pair.destination.path, pair, sample);
  await assertRefused(
    "refused",
    pair.destination.path,
    pair.between({ destination: "destination/x" }),
    sample,
  );
});

onEachHost(
  "copyExperiment() says what of workspace, experiment and run is not there",
  async (pair) => {
    const sample = makeSample(pair.source.path, { jobs: 1 });
    const missing = pair.between({ source: "nowhere" });
    await assertRefused("not-found", `there is no folder ${pair.root}/nowhere`, missing, sample);
    const ask = (experimentId: string, runId: string) => ({ experimentId, runId });
    await assertRefused(
      "not-found",
      "no experiment other in source",
      pair,
      ask("other", sample.runId),
    );
    await assertRefused(
      "not-found",
      "has no run 20990101",
      pair,
      ask("neuralir", "20990101_000000"),
    );
    Deno.removeSync(`${sample.runFolder}/jobs.jsonl`);
    await assertRefused("not-found", "has no jobs.jsonl", pair, sample);
    // without a link that names a run, the latest is current, as for experimaestro
    const latest = `run ${sample.runId} of neuralir has no jobs.jsonl`;
    Deno.removeSync(`${sample.runFolder}/../current`);
    await assertRefused("not-found", latest, pair, ask("neuralir", "current"));
    symlinkSync("20990101_000000", `${sample.runFolder}/../current`);
    await assertRefused("not-found", "has no current run", pair, ask("neuralir", "current"));
  },
);

onEachHost("copyExperiment() does not take a link for a run", async (pair) => {
  const sample = makeSample(pair.source.path, { jobs: 1 });
  symlinkSync(sample.runId, `${sample.runFolder}/../latest`);
  await assertRefused("not-found", "has no run latest", pair, { ...sample, runId: "latest" });
});

onEachHost(
  "copyExperiment() refuses what cannot be an id, a path or a pattern",
  async (pair) => {
    const sample = makeSample(pair.source.path, { jobs: 1 });
    for (
      const id of ["", ".", "..", "a/b", "/etc", "-x", ".hidden", "a\nb", "a\0b", "x".repeat(256)]
    ) {
      await assertRefused("usage", "invalid experiment id", pair, {
        ...sample,
        experimentId: id,
      });
      await assertRefused("usage", "invalid run id", pair, { ...sample, runId: id });
    }
    const control = "cannot contain control characters";
    await assertRefused("usage", control, pair.between({ destination: "a\nb" }), sample);
    await assertRefused("usage", control, pair.between({ source: "a\u001b[2Jb" }), sample);
    for (const pattern of ["", "/", "a\nb", "**", "a\\*"]) {
      await assertRefused("usage", "--exclude ", pair, sample, { exclude: [pattern] });
    }
  },
);

inEachDirection(
  "copyExperiment() refuses hosts that ssh could take for an option, and two remote ends",
  async (pair) => {
    const sample = makeSample(pair.source.path, { jobs: 1 });
    const copy = (from: string | undefined, to: string | undefined) =>
      copyExperiment(
        { ...pair.source, ...(from !== undefined && { ssh: { host: from } }) },
        { ...pair.destination, ...(to !== undefined && { ssh: { host: to } }) },
        sample.experimentId,
        sample.runId,
      );
    const before = readTree(pair.root);
    for (const host of ["-oProxyCommand=touch x", "", "a b", "-"]) {
      for (const [from, to] of [[host, undefined], [undefined, host], [host, host]]) {
        const error = await assertRejects(() => copy(from, to), CopyError, "is not a valid host");
        assertEquals(error.code, "usage");
      }
    }
    assertUntouched(pair.root, before);
  },
  onDisk,
);

inEachDirection(
  "copyExperiment() calls a host that does not answer a matter of connection",
  async (pair) => {
    const sample = makeSample(pair.source.path, { jobs: 1 });
    const options = ["-F", "none", "-p", "1", "-o", "BatchMode=yes"];
    const away = { ...pair.destination, ssh: { host: "127.0.0.1", options } };
    const before = readTree(pair.root);
    const error = await assertRejects(
      () => copyExperiment(pair.source, away, sample.experimentId, sample.runId),
      CopyError,
      "cannot connect to 127.0.0.1",
    );
    assertEquals(error.code, "connection");
    assertUntouched(pair.root, before);
  },
  onDisk,
);
