/**
 * Remote hosts of many kinds: login shells, start-up files that print, small programs.
 *
 * @module
 */

import { mkdirSync, symlinkSync } from "node:fs";
import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { findProgram } from "../../scripts/setup.ts";
import { makeSample } from "../../scripts/sample.ts";
import { CopyError, listExperiments } from "../../mod.ts";
import { type Pair, withPair } from "../support/directions.ts";
import { shell } from "../support/shell.ts";
import { hasSshd, startSshd } from "../support/sshd.ts";
import { compareTrees, namesIn } from "../support/trees.ts";

const ignore = !await hasSshd();

/** Copies a sample to the remote end of a pair, replaces some of it, and copies it from there. */
async function copyThereAndBack(there: Pair, back: Pair): Promise<void> {
  const sample = makeSample(there.source.path, { jobs: 4 });
  shell(
    sample.jobs[0]!.folder,
    "ln -s ../.. up; mkdir 'a b'; ln -s \"$1/jobs\" 'a b/in'",
    sample.root,
  );
  const first = await there.copy(sample);
  assertEquals([first.errors, first.jobsCopied, first.complete], [[], 4, true]);
  compareTrees({ sample, destination: there.destination.path });
  shell(there.destination.path, "rm jobs/*/*/train.done; echo mine > experiments/*/*/mine");
  shell(sample.runFolder, "touch -d 2100-01-01 status.json");
  const second = await there.copy(sample);
  assertEquals([second.errors, second.jobsReplaced.length, second.run], [[], 1, "replace"]);
  Deno.removeSync(`${there.destination.path}/experiments/neuralir/${sample.runId}/mine`);
  shell(there.destination.path, 'touch -r "$1" experiments/*/2*', sample.runFolder);
  compareTrees({ sample, destination: there.destination.path });
  const third = await back.copy(sample);
  assertEquals([third.errors, third.jobsCopied, third.complete], [[], 4, true]);
  compareTrees({ sample, destination: back.destination.path });
  assertEquals(namesIn(back.destination.path), [".__experimaestro__", "experiments", "jobs"]);
  assertEquals(namesIn(there.destination.path), [".__experimaestro__", "experiments", "jobs"]);
}

/** Does that with an sshd of its own. */
async function tryRemote(
  config: string[],
  environment: Record<string, string> = {},
): Promise<void> {
  const home = Deno.makeTempDirSync({ prefix: "xpm-home-" });
  try {
    await using sshd = await startSshd({ config, environment: { HOME: home, ...environment } });
    await withPair(
      "local to remote",
      sshd,
      (there) =>
        withPair(
          "remote to local",
          sshd,
          (pair) => copyThereAndBack(there, pair.between({ source: there.destination.path })),
        ),
    );
  } finally {
    Deno.removeSync(home, { recursive: true });
  }
}

for (const name of ["bash", "dash", "zsh", "fish", "tcsh", "ksh", "busybox ash"]) {
  const [program, ...applet] = name.split(" ");
  const path = await findProgram(program!);
  Deno.test({
    name: `copyExperiment() copies to and from a host whose login shell is ${name}`,
    ignore: ignore || path === undefined,
    // sshd hands the command to the login shell just so
    fn: () =>
      tryRemote([`ForceCommand exec ${[path, ...applet].join(" ")} -c "$SSH_ORIGINAL_COMMAND"`]),
  });
}

const busybox = await findProgram("busybox");

Deno.test({
  name: "copyExperiment() copies to and from a host with the programs of busybox",
  ignore: ignore || busybox === undefined,
  async fn() {
    const folder = Deno.makeTempDirSync({ prefix: "xpm-busybox-" });
    try {
      const { stdout } = new Deno.Command(busybox!, { args: ["--list"] }).outputSync();
      const applets = new TextDecoder().decode(stdout).split("\n");
      for (const applet of applets) {
        if (applet !== "" && applet !== "tar") symlinkSync(busybox!, `${folder}/${applet}`);
      }
      for (const program of ["rsync", "tar"]) {
        symlinkSync((await findProgram(program))!, `${folder}/${program}`);
      }
      await tryRemote([], { PATH: folder });
    } finally {
      Deno.removeSync(folder, { recursive: true });
    }
  },
});

Deno.test({
  name: "copyExperiment() does not mind what a login prints on standard error, or before it",
  ignore,
  async fn() {
    const folder = Deno.makeTempDirSync({ prefix: "xpm-banner-" });
    try {
      Deno.writeTextFileSync(`${folder}/banner`, "Authorized use only\n");
      await tryRemote([
        `Banner ${folder}/banner`,
        'ForceCommand echo "Welcome" >&2; exec sh -c "$SSH_ORIGINAL_COMMAND"',
      ]);
    } finally {
      Deno.removeSync(folder, { recursive: true });
    }
  },
});

/** What a start-up file prints, with what could be taken for an answer in it. */
const BANNER = "printf 'Welcome\\nend\\000 end\\000path\\000/etc\\000'";

Deno.test({
  name: "copyExperiment() does not take what a login prints for an answer",
  ignore,
  async fn() {
    // rsync itself cannot do with it: here it is spared
    const spared = `case "$SSH_ORIGINAL_COMMAND" in rsync*) ;; *) ${BANNER} ;; esac`;
    await tryRemote([`ForceCommand ${spared}; exec sh -c "$SSH_ORIGINAL_COMMAND"`]);
  },
});

Deno.test({
  name: "copyExperiment() says why, when a login prints to rsync",
  ignore,
  async fn() {
    await using sshd = await startSshd({
      config: [`ForceCommand ${BANNER}; exec sh -c "$SSH_ORIGINAL_COMMAND"`],
    });
    await withPair("local to remote", sshd, async (pair) => {
      const sample = makeSample(pair.source.path, { jobs: 1 });
      const error = await assertRejects(() => pair.copy(sample), CopyError);
      assertStringIncludes(error.message, "is your shell clean");
      const there = pair.destination.path;
      assertEquals(namesIn(there).filter((name) => name !== ".xpm-staging"), []);
      mkdirSync(`${there}/experiments/other`, { recursive: true });
      assertEquals(await listExperiments(pair.destination), ["other"]);
    });
  },
});
