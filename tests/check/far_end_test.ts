/**
 * What a check needs: one login a host, few permissions, and a program there that makes sums.
 *
 * @module
 */

import { symlinkSync, unlinkSync } from "node:fs";
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { checkExperiment, CopyError, type CopyEvent, copyExperiment } from "../../mod.ts";
import { makeSample } from "../../scripts/sample.ts";
import { findProgram } from "../../scripts/setup.ts";
import { DIRECTIONS, endsHere, withPair } from "../support/directions.ts";
import { runProgram } from "../support/program.ts";
import { withoutProgram } from "../support/remote_programs.ts";
import { makeFolders, runUnder, writeSettings } from "../support/sandbox.ts";
import { hasSshd, loginsOf, startSshd } from "../support/sshd.ts";
import { assertUntouched, readTree } from "../support/trees.ts";
import { withFolder } from "../support/variables.ts";

const ignore = !await hasSshd();

for (const direction of DIRECTIONS) {
  Deno.test({
    name: `xpm-copy --check logs in once a host, and ends with 7 for a difference, ${direction}`,
    ignore,
    fn: async () => {
      await using sshd = await startSshd();
      await withPair(direction, sshd, async (pair) => {
        const sample = makeSample(pair.source.path, { jobs: 3, largeFiles: 1 });
        const logins = Object.values(endsHere(direction)).filter((isHere) => !isHere).length;
        const copied = await runProgram(pair, sample, ["--check", "--checksum"]);
        assertEquals(copied.code, 0, copied.err);
        assertStringIncludes(copied.out, "No differences: compared 3 jobs, ");
        assertEquals(loginsOf(sshd), logins);
        const job = sample.jobs[0]!.folder.slice(sample.root.length);
        unlinkSync(`${pair.destination.path}${job}/large.bin`);
        // it is done, so no copy brings it again
        const again = await runProgram(pair, sample, ["--check", "--json"]);
        assertEquals(again.code, 7, again.err);
        const objects = again.out.trimEnd().split("\n").map((line) => JSON.parse(line));
        const { type, exitCode, result, check } = objects.at(-1);
        assertEquals([type, exitCode, result.complete], ["summary", 7, true]);
        assertEquals([check.same, check.differences, check.checksum], [false, 1, false]);
        const found = objects.filter(({ type }) => type === "difference");
        assertEquals(found.map(({ kind, path }) => [kind, path]), [
          ["missing", `${job.slice(1)}/large.bin`],
        ]);
        assertEquals(loginsOf(sshd), 2 * logins);
      });
    },
  });

  Deno.test({
    name: `xpm-copy check needs no more permissions than docs/guide.md says, ${direction}`,
    ignore,
    fn: async () => {
      await using sshd = await startSshd();
      using folders = makeFolders();
      const { source, destination, settings, temporary, sample } = folders;
      const at = (path: string) => ({ id: path, path });
      const { experimentId, runId } = sample;
      await copyExperiment(at(source), at(destination), experimentId, runId);
      const [here, there] = [readTree(source), readTree(destination)];
      const ends = endsHere(direction);
      const isHere = ends.source && ends.destination;
      const read = [
        settings,
        ...(ends.source ? [source] : []),
        ...(ends.destination ? [destination] : []),
      ];
      const flags = [
        `--allow-read=${read.join()}`,
        "--allow-env=HOME,PATH,TMPDIR,SSH_AUTH_SOCK",
        ...(isHere ? [] : ["--allow-run=ssh", `--allow-write=${temporary}`]),
      ];
      const args = ["check", ...writeSettings(folders, direction, sshd), "--checksum"];
      const { code, out, err } = await runUnder(flags, folders, args);
      assertEquals(code, 0, err);
      assertStringIncludes(out, "No differences: compared 3 jobs, ");
      assertUntouched(source, here);
      assertUntouched(destination, there);
    },
  });
}

/** The programs that make sums, and a folder of the system's others. */
const TOOLS = ["openssl", "sha256sum", "shasum"];

for (const tool of [...TOOLS, undefined]) {
  const missing = tool !== undefined && await findProgram(tool) === undefined;
  Deno.test({
    name: `checkExperiment() makes sums by ${tool ?? "no program, and says so"}, where it is alone`,
    ignore: ignore || missing,
    fn: () =>
      withoutProgram("openssl", async (folder) => {
        for (const other of TOOLS) {
          if (other !== "openssl") unlinkSync(`${folder}/${other}`);
        }
        if (tool !== undefined) symlinkSync((await findProgram(tool))!, `${folder}/${tool}`);
        await using sshd = await startSshd({ environment: { PATH: folder } });
        await withPair("local to remote", sshd, async (pair) => {
          const sample = makeSample(pair.source.path, { jobs: 4 });
          assertEquals((await pair.copy(sample)).errors, []);
          const { source, destination } = pair;
          const { experimentId, runId } = sample;
          const check = (checksum: boolean) =>
            checkExperiment(source, destination, experimentId, runId, { checksum });
          assertEquals((await check(false)).same, true);
          if (tool !== undefined) return assertEquals((await check(true)).differences, []);
          const error = await assertRejects(() => check(true), CopyError);
          assertEquals(error.code, "program");
          assertStringIncludes(error.message, "has neither openssl nor sha256sum nor shasum");
        });
      }),
  });
}

Deno.test("checkExperiment() tells how far it has come with the contents", () =>
  withFolder(async (folder) => {
    const sample = makeSample(`${folder}/a`, { jobs: 3, largeFiles: 2, largeBytes: 2_000_000 });
    const [source, destination] = ["a", "b"].map((id) => ({ id, path: `${folder}/${id}` }));
    const { experimentId, runId } = sample;
    await copyExperiment(source!, destination!, experimentId, runId);
    const told: Extract<CopyEvent, { type: "checking" }>["progress"][] = [];
    const { compared } = await checkExperiment(source!, destination!, experimentId, runId, {
      checksum: true,
      onEvent: (event) => event.type === "checking" && told.push(event.progress),
    });
    const [first, last] = [told[0]!, told.at(-1)!];
    assertEquals([first.bytes, first.files], [0, 0]);
    assertEquals([last.bytes, last.files], [first.totalBytes, first.totalFiles]);
    assert(last.bytes > 4_000_000 && last.bytes <= compared.bytes, `${last.bytes} bytes`);
    assert(told.every(({ bytes }, at) => at === 0 || bytes >= told[at - 1]!.bytes));
  }));

Deno.test("checkExperiment() ends when it is told to", () =>
  withFolder(async (folder) => {
    const sample = makeSample(`${folder}/a`, { jobs: 3 });
    const [source, destination] = ["a", "b"].map((id) => ({ id, path: `${folder}/${id}` }));
    const { experimentId, runId } = sample;
    await copyExperiment(source!, destination!, experimentId, runId);
    const controller = new AbortController();
    const error = await assertRejects(() =>
      checkExperiment(source!, destination!, experimentId, runId, {
        ...{ checksum: true, signal: controller.signal },
        onEvent: ({ type }) => type === "checking" && controller.abort(),
      }), CopyError);
    assertEquals(error.code, "interrupted");
  }));
