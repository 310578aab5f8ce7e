/**
 * Login scripts that set what programs heed: variables, functions, options of the shell. Whatever
 * they say, a copy is what it is without them.
 *
 * @module
 */

import { lstatSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { assertEquals, assertRejects } from "@std/assert";
import { findProgram } from "../../scripts/setup.ts";
import { makeSample } from "../../scripts/sample.ts";
import { cleanWorkspace, CopyError, listExperiments } from "../../mod.ts";
import { type Pair, withPair } from "../support/directions.ts";
import { shell } from "../support/shell.ts";
import { hasSshd, type Sshd, startSshd } from "../support/sshd.ts";
import { assertUntouched, compareTrees, namesIn, readTree } from "../support/trees.ts";

const bash = await findProgram("bash");
const ignore = bash === undefined || !await hasSshd();
/** The home of who logs in, with the script that each test writes. */
const home = ignore ? "" : Deno.makeTempDirSync({ prefix: "xpm-home-" });
let sshd: Sshd | undefined;

Deno.test.beforeAll(async () => {
  if (ignore) return;
  // bash takes more from its environment than other shells do: functions, options
  mkdirSync(`${home}/bin`);
  symlinkSync(bash!, `${home}/bin/sh`);
  const command = '. "$HOME/login"; PATH=$HOME/bin:$PATH; eval "$SSH_ORIGINAL_COMMAND"';
  sshd = await startSshd({
    config: [`ForceCommand exec ${bash} -c '${command}'`],
    environment: { HOME: home },
  });
});
Deno.test.afterAll(async () => {
  await sshd?.[Symbol.asyncDispose]();
  if (home !== "") Deno.removeSync(home, { recursive: true });
});

/** A login script that lets these programs, and what the shell knows itself, do something else. */
function functions(script: string): string {
  const names =
    "cd pwd printf echo test tar find stat mv rm ls readlink xargs tr grep du df rsync " +
    "zstd dd head cat mkdir rmdir touch chmod sync sed uname id env sh kill wait trap";
  return `${names.split(" ").map((name) => `${name}() { ${script}; }`).join("\n")}
export -f ${names}`;
}

/** Login scripts; in them \`OTHER\` stands for another workspace with jobs of the same names. */
const SCRIPTS: Record<string, string> = {
  "a CDPATH that leads to another workspace": "export CDPATH=OTHER",
  "a CDPATH with a dot": "export CDPATH=.:OTHER:~",
  "options of tar that leave files out": 'export TAR_OPTIONS="--exclude-vcs --exclude=*.json"',
  "options of tar that remove what it has read": "export TAR_OPTIONS=--remove-files",
  "variables of many programs": `
    export POSIXLY_CORRECT=1 GREP_OPTIONS=--invert-match ZSTD_CLEVEL=19 ZSTD_NBTHREADS=0 GZIP=-9
    export QUOTING_STYLE=shell-always TIME_STYLE=+%s BLOCK_SIZE=1 DU_BLOCK_SIZE=1 COLUMNS=1 LS_COLORS=x
    export RSYNC_PARTIAL_DIR=partial RSYNC_ICONV=utf8,latin1 RSYNC_CHECKSUM_LIST=none RSYNC_RSH=false
    export VERSION_CONTROL=numbered SIMPLE_BACKUP_SUFFIX=.bak LANGUAGE=de LC_ALL=de_DE TZ=Asia/Tokyo`,
  "a separator and start-up files": `
    echo 'echo started; cd /; unset -f say' > ~/startup
    export IFS=/ BASH_ENV=~/startup ENV=~/startup PS4='$(echo traced)'`,
  "options of the shell": `
    set -o noclobber -o nounset -o errexit -o physical -o noglob -o pipefail -o allexport
    shopt -s nullglob failglob dotglob nocasematch extglob 2> /dev/null
    export SHELLOPTS BASHOPTS`,
  "functions that fail": functions("false"),
  "functions that print": functions('builtin echo odd; command "$FUNCNAME" "$@"'),
};

for (const [what, script] of Object.entries(SCRIPTS)) {
  // a host at which all is written and unpacked is there in the last, too
  for (const direction of ["remote to local", "remote to remote"] as const) {
    Deno.test({
      name: `copyExperiment() is not led astray by a login with ${what}, ${direction}`,
      ignore,
      fn: () =>
        withPair(direction, sshd, async (pair) => {
          const other = `${pair.root}/other`;
          makeSample(other, { jobs: 3 });
          const before = readTree(other);
          writeFileSync(`${home}/login`, script.replaceAll("OTHER", other));
          await copyAndRefresh(pair);
          assertUntouched(other, before);
        }),
    });
  }
}

/** Copies, and once more in place of an unfinished job and of the run; by tar, and by rsync. */
async function copyAndRefresh(pair: Pair): Promise<void> {
  const sample = makeSample(pair.source.path, { jobs: 3, largeFiles: 1, largeBytes: 300_000 });
  shell(sample.jobs[0]!.folder, "mkdir -p code/.git; echo x | tee code/.git/HEAD code/.gitignore");
  const source = readTree(pair.source.path);
  const there = pair.destination.path;
  const check = () => {
    compareTrees({ sample, destination: there });
    assertEquals(namesIn(there), [".__experimaestro__", "experiments", "jobs"]);
  };
  const first = await pair.copy(sample);
  assertEquals([first.errors, first.jobsCopied, first.complete], [[], 3, true]);
  check();
  assertUntouched(pair.source.path, source);
  shell(there, "rm jobs/*/*/*.done");
  shell(pair.source.path, "touch -d @2000000000 experiments/*/2*/status.json");
  const { errors, jobsReplaced, run, complete } = await pair.copy(sample, {
    bandwidthLimit: 1_000_000, // this is rsync's
  });
  assertEquals([errors, jobsReplaced.length, run, complete], [[], 3, "replace", true]);
  check();
  for (const end of [pair.source, pair.destination]) {
    assertEquals(await listExperiments(end), [sample.experimentId]);
    assertEquals(await cleanWorkspace(end), []);
  }
}

Deno.test({
  name: "copyExperiment() makes folders as the login's umask has it",
  ignore,
  fn: () =>
    withPair("local to remote", sshd, async (pair) => {
      writeFileSync(`${home}/login`, "umask 027");
      await pair.copy(makeSample(pair.source.path, { jobs: 1 }));
      assertEquals(lstatSync(`${pair.destination.path}/jobs`).mode & 0o777, 0o750);
    }),
});

// BUG when this was written: the program LOOK went round in a circle for ever.
Deno.test({
  name: "copyExperiment() says that a home is no absolute path, and does not look for it for ever",
  ignore,
  fn: () =>
    withPair("local to remote", sshd, async (pair) => {
      writeFileSync(`${home}/login`, "HOME=home");
      const sample = makeSample(pair.source.path, { jobs: 1 });
      const copy = () => pair.between({ destination: "~/experiments" }).copy(sample);
      await assertRejects(copy, CopyError, "HOME is not an absolute path there: home");
      assertEquals((await pair.copy(sample)).complete, true, "an absolute path needs no home");
    }),
});
