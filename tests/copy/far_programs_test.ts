/**
 * A host whose rsync and tar are not on the PATH of a plain ssh command: the settings tell where they
 * are.
 *
 * @module
 */

import { existsSync, mkdirSync, readFileSync, utimesSync, writeFileSync } from "node:fs";
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { CopyError, copyExperiment, doctor, type SshSettings, type Workspace } from "../../mod.ts";
import { makeSample } from "../../scripts/sample.ts";
import { findProgram } from "../../scripts/setup.ts";
import { type Direction, type Pair, REMOTE, withPair } from "../support/directions.ts";
import { installMac } from "../support/mac.ts";
import { installPrograms, withoutProgram } from "../support/remote_programs.ts";
import { connectionsTo, hasSshd, type Sshd, startSshd } from "../support/sshd.ts";
import { compareTrees } from "../support/trees.ts";
import { withFolder, withVariables } from "../support/variables.ts";

const ignore = !await hasSshd();

/** Where they are: below the home folder, and by an absolute path. */
type Paths = Required<Pick<SshSettings, "rsyncPath" | "tarPath">>;

/** Does something with a host that has them elsewhere, under other names, and notes who starts them. */
async function withModules(
  check: (sshd: Sshd, paths: Paths, started: () => string[]) => Promise<void>,
): Promise<void> {
  const [rsync, tar] = await Promise.all(["rsync", "tar"].map(findProgram));
  await withoutProgram("rsync", async (folder) => {
    Deno.removeSync(`${folder}/tar`);
    await using sshd = await startSshd({ environment: { PATH: folder } });
    const [home, software] = [`${sshd.dir}/home/sw`, `${sshd.dir}/sw`];
    for (const each of [home, software]) mkdirSync(each);
    const noting = (program: string) =>
      `#!/bin/sh\necho "$0 $*" >> ${home}/log; exec ${program} "$@"`;
    installPrograms(home, { "a+rsync": noting(rsync!) });
    installPrograms(software, { "tar-1.35": noting(tar!) });
    const paths = { rsyncPath: "~/sw/a+rsync", tarPath: `${software}/tar-1.35` };
    await check(sshd, paths, () => readFileSync(`${home}/log`, "utf8").split("\n"));
  });
}

/** The same workspace, with these of its host. */
function withPaths(workspace: Workspace, paths: Partial<Paths>): Workspace {
  return workspace.ssh ? { ...workspace, ssh: { ...workspace.ssh, ...paths } } : workspace;
}

function between(pair: Pair, paths: Partial<Paths>): Pair["copy"] {
  const [from, to] = [pair.source, pair.destination].map((end) => withPaths(end, paths));
  return ({ experimentId, runId }, options) =>
    copyExperiment(from!, to!, experimentId, runId, options);
}

async function checkCopies(
  direction: Direction,
  sshd: Sshd,
  paths: Paths,
  started: () => string[],
): Promise<void> {
  await withPair(direction, sshd, async (pair) => {
    const sample = makeSample(pair.source.path, { jobs: 4, largeFiles: 1, largeBytes: 3e6 });
    const copy = between(pair, paths);
    const first = await copy(sample);
    assertEquals([first.errors, first.complete], [[], true]);
    compareTrees({ sample, destination: pair.destination.path });
    // what the run has at the destination only is carried over by rsync there
    const run = `experiments/${sample.experimentId}/${sample.runId}`;
    writeFileSync(`${pair.destination.path}/${run}/notes`, "added there");
    const soon = Date.now() / 1000 + 100;
    utimesSync(`${pair.source.path}/${run}/status.json`, soon, soon);
    const second = await copy(sample);
    assertEquals([second.errors, second.complete], [[], true]);
    assert(existsSync(`${pair.destination.path}/${run}/notes`));
    assertEquals(existsSync(`${pair.destination.path}/.xpm-staging`), false);
    const lines = started().join("\n");
    assertStringIncludes(lines, "/sw/a+rsync ");
    assertStringIncludes(lines, paths.tarPath);
    if (direction !== "remote to local") {
      assertStringIncludes(lines, "a+rsync -aHS --ignore-existing ");
    }
  });
}

for (const direction of REMOTE) {
  Deno.test({
    name: `copyExperiment() uses rsyncPath and tarPath of a host, ${direction}`,
    ignore,
    fn: () => withModules((sshd, paths, started) => checkCopies(direction, sshd, paths, started)),
  });
}

Deno.test({
  name: "copyExperiment() uses rsyncPath and tarPath within one host",
  ignore,
  fn: () =>
    withModules((sshd, paths, started) =>
      checkCopies("remote to remote", { ...sshd, elsewhere: sshd }, paths, started)
    ),
});

// its words for a host have no quotes
for (const direction of ["local to remote", "remote to local"] as const) {
  Deno.test({
    name: `copyExperiment() uses rsyncPath of a host by a stock Mac as this machine, ${direction}`,
    ignore: ignore || await findProgram("bsdtar") === undefined,
    fn: () =>
      withModules((sshd, paths, started) =>
        withFolder(async (folder) => {
          await installMac(folder);
          const variables = { PATH: `${folder}:${Deno.env.get("PATH")}` };
          await withVariables(variables, () =>
            withPair(direction, sshd, async (pair) => {
              const large = { largeFiles: 1, largeBytes: 3e6 };
              const sample = makeSample(pair.source.path, { jobs: 2, ...large });
              const { errors, complete } = await between(pair, paths)(sample);
              assertEquals([errors, complete], [[], true]);
              assertStringIncludes(started().join("\n"), "/sw/a+rsync --server ");
            }));
        })
      ),
  });
}

for (const key of ["rsyncPath", "tarPath"] as const) {
  for (const end of ["source", "destination"] as const) {
    Deno.test({
      name: `copyExperiment() says that there is no ${key} at the ${end}, and copies nothing`,
      ignore,
      fn: () =>
        withModules((sshd, paths) =>
          withPair("remote to remote", sshd, async (pair) => {
            const sample = makeSample(pair.source.path, { jobs: 1 });
            const wrong = { ...paths, [key]: "~/gone/program" };
            const ends = {
              source: withPaths(pair.source, end === "source" ? wrong : paths),
              destination: withPaths(pair.destination, end === "destination" ? wrong : paths),
            };
            const error = await assertRejects(
              () => between({ ...pair, ...ends }, {})(sample),
              CopyError,
            );
            const program = key === "rsyncPath" ? "rsync" : "tar";
            assertEquals([error.code, error.message, error.hint], [
              "program",
              `there is no ${program} ~/gone/program on ${pair[end].ssh!.host}`,
              `correct ${key} of ${end} in copy.jsonc`,
            ]);
            assertEquals(existsSync(pair.destination.path), false);
          })
        ),
    });
  }
}

Deno.test({
  name:
    "copyExperiment() refuses a rsyncPath or tarPath that a shell may act upon, without a login",
  ignore,
  async fn() {
    await using sshd = await startSshd();
    await withPair("local to remote", sshd, async (pair) => {
      const sample = makeSample(pair.source.path, { jobs: 1 });
      for (
        const path of ["$(touch harm)/rsync", "/a;b", "/a b", "~me/rsync", "rsync", "/a\nb", "/"]
      ) {
        for (const key of ["rsyncPath", "tarPath"] as const) {
          const error = await assertRejects(
            () => between(pair, { [key]: path })(sample),
            CopyError,
          );
          assertEquals(error.code, "usage", path);
          assertStringIncludes(error.message, `is no ${key}: it `);
        }
      }
      assertEquals(connectionsTo(sshd), 0);
    });
  },
});

Deno.test({
  name: "doctor() tells of rsyncPath and tarPath, and of those that lead nowhere",
  ignore,
  fn: () =>
    withModules((sshd, paths) =>
      withPair("local to remote", sshd, async (pair) => {
        mkdirSync(`${pair.destination.path}/jobs`, { recursive: true });
        const wrong = { rsyncPath: "/gone/rsync", tarPath: "~/gone/tar" };
        const [, good, bad] = await doctor([
          withPaths(pair.destination, paths),
          withPaths(pair.destination, wrong),
        ]);
        const of = (found: typeof good, check: string) =>
          found!.findings.find((one) => one.check === check)!;
        assertEquals([good!.from, good!.to, bad!.from, bad!.to], [true, true, false, false]);
        for (const [check, key] of [["rsync", "rsyncPath"], ["tar", "tarPath"]] as const) {
          assert(of(good, check).message.endsWith(` (${paths[key]})`), of(good, check).message);
          assertEquals(of(bad, check).message, `there is no ${check} ${wrong[key]}`);
          assertEquals(of(bad, check).hint, `correct ${key} in copy.jsonc`);
        }
      })
    ),
});
