/**
 * Copies to hosts and back from there, whatever login shell, rsync and tar they have: a few of all
 * combinations, and all of them in `deno task test:hosts`. `docs/hosts.md` tells the outcome.
 *
 * @module
 */

import { existsSync, symlinkSync } from "node:fs";
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { makeSample } from "../../scripts/sample.ts";
import { ROOT } from "../../scripts/modules.ts";
import { findProgram } from "../../scripts/setup.ts";
import { CopyError } from "../../mod.ts";
import { withPair } from "../support/directions.ts";
import { shell } from "../support/shell.ts";
import { hasSshd, startSshd } from "../support/sshd.ts";
import { assertUntouched, compareTrees, readTree } from "../support/trees.ts";
import { withFolder } from "../support/variables.ts";
import { ALL, type Combination, FEW, missingOf, rsyncOf, RSYNCS, SHELLS, TARS } from "./matrix.ts";

const noSshd = !await hasSshd();

/** Not every tar keeps the times of links and folders. */
function forgetTimes(root: string): void {
  shell(root, "find . -exec touch -h -d @1600000000 {} +");
}

/** Copies to such a host, once more, and from there: back, and to another host that is like it. */
async function tryHost({ shell, rsync, tar }: Combination): Promise<void> {
  await withFolder(async (folder) => {
    symlinkSync((await rsyncOf(rsync))!, `${folder}/rsync`);
    symlinkSync((await findProgram(TARS[tar]!))!, `${folder}/tar`);
    const [program, ...applet] = SHELLS[shell]!.split(" ");
    const login = [await findProgram(program!), ...applet].join(" ");
    await using sshd = await startSshd({
      environment: { PATH: `${folder}:${Deno.env.get("PATH")}` },
      config: [`ForceCommand exec ${login} -c "$SSH_ORIGINAL_COMMAND"`],
    });
    await withPair("local to remote", sshd, async (there) => {
      const sample = makeSample(there.source.path, {
        jobs: 3,
        largeFiles: 1,
        largeBytes: 3_000_000,
      });
      const { errors, complete } = await there.copy(sample);
      assertEquals([errors, complete], [[], true]);
      const before = readTree(there.destination.path);
      assertEquals((await there.copy(sample)).jobsSkipped, 3);
      assertUntouched(there.destination.path, before);
      for (const direction of ["remote to local", "remote to remote"] as const) {
        await withPair(direction, sshd, async (pair) => {
          const onwards = pair.between({ source: there.destination.path });
          const result = await onwards.copy(sample);
          assertEquals([result.errors, result.complete], [[], true], direction);
          for (const { path } of [there.source, there.destination, onwards.destination]) {
            forgetTimes(path);
          }
          compareTrees({ sample, destination: there.destination.path });
          compareTrees({ sample, destination: onwards.destination.path });
        });
      }
    });
  });
}

const tried = Deno.env.get("XPM_HOSTS") === "full" ? ALL : FEW;
const missing = await Promise.all(tried.map(missingOf));
for (const [at, combination] of tried.entries()) {
  const { shell, rsync, tar } = combination;
  const lacks = missing[at]!.length > 0 ? ` (there is no ${missing[at]!.join(" and no ")})` : "";
  const version = rsync === "own" ? "this machine's rsync" : `rsync ${rsync}`;
  Deno.test({
    name: `copyExperiment() copies to and from a host of ${shell}, ${version} and ${tar}${lacks}`,
    ignore: noSshd || lacks !== "",
    fn: () => tryHost(combination),
  });
}

const bash = await findProgram("bash");

Deno.test({
  name: "copyExperiment() says of a host whose login shell is rbash what is needed there",
  ignore: noSshd || bash === undefined,
  async fn() {
    await using sshd = await startSshd({
      config: [`ForceCommand exec ${bash} --restricted -c "$SSH_ORIGINAL_COMMAND"`],
    });
    await withPair("local to remote", sshd, async (pair) => {
      const sample = makeSample(pair.source.path, { jobs: 1 });
      const error = await assertRejects(() => pair.copy(sample), CopyError);
      assertEquals(error.code, "connection");
      assertStringIncludes(error.message, "exec: restricted");
      assertStringIncludes(error.hint ?? "", "a copy needs a login shell there");
      assertEquals(existsSync(pair.destination.path), false);
    });
  },
});

Deno.test("docs/hosts.md tells of all that the matrix tries", () => {
  const text = Deno.readTextFileSync(`${ROOT}/docs/hosts.md`);
  const cells = text.split("\n").filter((line) => line.startsWith("|"))
    .flatMap((line) => line.split("|").map((cell) => cell.trim()));
  const versions = RSYNCS.filter((version) => version !== "own");
  for (const what of [...Object.keys(SHELLS), ...Object.keys(TARS), "rbash"]) {
    assert(cells.includes(what), what);
  }
  for (const version of versions) assert(cells.includes(`rsync ${version}`), version);
});
