/**
 * Bad days at the remote end: no rsync there or an old one, slow logins, no login at all. Each ends
 * well, or in a sentence.
 *
 * @module
 */

import { existsSync, mkdirSync } from "node:fs";
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { CopyError, type CopyEvent } from "../../mod.ts";
import { makeSample } from "../../scripts/sample.ts";
import { findProgram } from "../../scripts/setup.ts";
import { quoteCommand } from "../../lib/text/shell.ts";
import { type Direction, type Pair, withPair } from "../support/directions.ts";
import { assertFailed, runProgram } from "../support/program.ts";
import { withoutProgram, withPrograms } from "../support/remote_programs.ts";
import { shell } from "../support/shell.ts";
import { hasSshd, type Sshd, startSshd } from "../support/sshd.ts";
import { assertUntouched, compareTrees, readTree } from "../support/trees.ts";
import { withVariables } from "../support/variables.ts";

const ignore = !await hasSshd();
const REMOTE = ["local to remote", "remote to local"] as const;

/** A sample whose times have no fractions: rsync before 3.1 sends whole seconds. */
function makeWhole(pair: Pair) {
  const sample = makeSample(pair.source.path, { jobs: 2 });
  shell(sample.root, "find . -exec touch -h -d @1600000000 {} +");
  return sample;
}

/** An rsync that takes what a version takes: what later ones added, it does not know. */
const OLD_RSYNC = `#!/bin/bash
if [ "$1" = --version ]; then echo "LINE"; exit; fi
refuse() { echo "rsync: $1" >&2; exit 1; }
letters= rest=()
for word; do case $word in -[a-zA-Z]*) letters=\${word%%e.*} ;; esac; done
case $letters in *s*)
  [ "VERSION" != 29 ] || refuse "-s: unknown option"
  while IFS= read -r -d '' word && [ -n "$word" ]; do rest+=("$word"); done ;;
esac
for word in "$@" "\${rest[@]}"; do
  case $word in
    --inplace) case $letters in *S*) refuse "--sparse cannot be used with --inplace" ;; esac ;;
    --info=*) [ "VERSION" != 29 ] || refuse "$word: unknown option" ;;
    -@-*) refuse "$word: unknown option" ;;
    --mkpath | --fsync | --open-noatime | --secluded-args) refuse "$word: unknown option" ;;
  esac
done
case $letters in
  *s*) exec REAL "$@" < <(printf '%s\\0' "\${rest[@]}" ""; exec cat 2> /dev/null) ;;
  *) exec REAL "$@" ;;
esac
`;

async function oldRsync(line: string): Promise<string> {
  const version = /protocol version (\d+)/.exec(line)![1]!;
  return OLD_RSYNC.replace("LINE", line).replaceAll("VERSION", version)
    .replaceAll("REAL", (await findProgram("rsync"))!);
}

for (const direction of REMOTE) {
  Deno.test({
    name: `xpm-copy copies, with rsync 3.1.0 at the other end, ${direction}`,
    ignore: ignore || !existsSync("/bin/bash"),
    async fn() {
      const rsync = await oldRsync("rsync  version 3.1.0  protocol version 31");
      await withPrograms({ rsync }, (sshd) =>
        withPair(direction, sshd, async (given) => {
          const pair = given.between({ source: "it's a source", destination: "a $(b) c" });
          const sample = makeWhole(pair);
          const { code, err } = await runProgram(pair, sample);
          assertEquals(code, 0, err);
          assertStringIncludes(err, "rsync 3.1.0 on");
          compareTrees({ sample, destination: pair.destination.path });
        }));
    },
  });
}

const OPENRSYNC = "openrsync: protocol version 29, rsync version 2.6.9 compatible";

for (const line of ["rsync  version 2.6.9  protocol version 29", OPENRSYNC]) {
  const name = line.replace(/\s.*?(2\.6\.9).*/, " $1");
  Deno.test({
    name: `xpm-copy copies to a host with ${name}`,
    ignore: ignore || !existsSync("/bin/bash"),
    fn: async () =>
      await withPrograms(
        { rsync: await oldRsync(line) },
        (sshd) =>
          withPair("local to remote", sshd, async (pair) => {
            const sample = makeWhole(pair);
            const { code, err } = await runProgram(pair, sample);
            assertEquals(code, 0, err);
            compareTrees({ sample, destination: pair.destination.path });
          }),
      ),
  });

  Deno.test({
    name: `xpm-copy copies nothing from a host with ${name}, and says so`,
    ignore: ignore || !existsSync("/bin/bash"),
    fn: async () =>
      await withPrograms(
        { rsync: await oldRsync(line) },
        (sshd) =>
          withPair("remote to local", sshd, async (pair) => {
            const sample = makeWhole(pair);
            const said = await runProgram(pair, sample);
            assertFailed(said, 1, `the rsync on ${sshd.host} cannot send these files (`);
            assertEquals(existsSync(pair.destination.path), false);
          }),
      ),
  });
}

for (const direction of REMOTE) {
  Deno.test({
    name: `xpm-copy names a host without rsync, ${direction}`,
    ignore,
    async fn() {
      await withoutProgram("rsync", async (folder) => {
        await using sshd = await startSshd({ environment: { PATH: folder } });
        await withPair(direction, sshd, async (pair) => {
          const sample = makeSample(pair.source.path, { jobs: 1 });
          const said = await runProgram(pair, sample);
          assertFailed(said, 1, `rsync was not found on ${sshd.host}`);
          assertEquals(existsSync(pair.destination.path), false);
        });
      });
    },
  });

  Deno.test({
    name: `copyExperiment() says that this machine has no rsync before any login, ${direction}`,
    ignore,
    fn: () =>
      withoutProgram("rsync", async (folder) => {
        await using sshd = await startSshd();
        await withPair(direction, sshd, async (pair) => {
          const sample = makeSample(pair.source.path, { jobs: 1 });
          const events: CopyEvent[] = [];
          const copying = () => pair.copy(sample, { onEvent: (event) => events.push(event) });
          const error = await withVariables(
            { PATH: folder },
            () => assertRejects(copying, CopyError),
          );
          assertEquals([error.code, error.message], [
            "program",
            "rsync was not found on this machine's PATH",
          ]);
          assertEquals(events.filter(({ type }) => type === "connecting"), []);
          assertEquals(existsSync(pair.destination.path), false);
        });
      }),
  });
}

/** What macOS's own rsync says of itself. */
const OPENRSYNC_HERE = `#!/bin/sh
[ "$1" = --version ] && echo "${OPENRSYNC}" && exit
exit 1
`;

for (const direction of REMOTE) {
  const remote = direction === "local to remote" ? "destination" : "source";

  Deno.test({
    name:
      `copyExperiment() refuses a path that openrsync here cannot name, before any login, ${direction}`,
    ignore,
    fn: () =>
      withoutProgram("rsync", async (PATH) => {
        Deno.writeTextFileSync(`${PATH}/rsync`, OPENRSYNC_HERE, { mode: 0o755 });
        await using sshd = await startSshd();
        await withPair(direction, sshd, async (given) => {
          const pair = given.between({ [remote]: "with a blank" });
          const sample = makeSample(pair.source.path, { jobs: 1 });
          const events: CopyEvent[] = [];
          const copying = () => pair.copy(sample, { onEvent: (event) => events.push(event) });
          const error = await withVariables({ PATH }, () => assertRejects(copying, CopyError));
          assertStringIncludes(error.message, "this machine's rsync is too old, or is openrsync");
          assertEquals(error.code, "program");
          assertEquals(events.filter(({ type }) => type === "connecting"), []);
          assertEquals(existsSync(pair.destination.path), false);
        });
      }),
  });

  Deno.test({
    name:
      `copyExperiment() makes nothing where a link leads to what openrsync cannot name, ${direction}`,
    ignore,
    fn: () =>
      withoutProgram("rsync", async (PATH) => {
        Deno.writeTextFileSync(`${PATH}/rsync`, OPENRSYNC_HERE, { mode: 0o755 });
        await using sshd = await startSshd();
        await withPair(direction, sshd, async (given) => {
          mkdirSync(`${given.root}/with a blank`);
          Deno.symlinkSync(`${given.root}/with a blank`, `${given.root}/link`);
          const pair = given.between({ [remote]: "link" });
          const sample = makeSample(pair.source.path, { jobs: 1 });
          const error = await withVariables(
            { PATH },
            () => assertRejects(() => pair.copy(sample), CopyError),
          );
          assertStringIncludes(error.message, "this machine's rsync is too old, or is openrsync");
          const made = remote === "source"
            ? existsSync(pair.destination.path)
            : [...Deno.readDirSync(`${given.root}/with a blank`)].length > 0;
          assertEquals(made, false);
        });
      }),
  });
}

Deno.test({
  name: "xpm-copy waits for a login that takes seconds and prints a banner",
  ignore,
  async fn() {
    const config = [
      'ForceCommand sleep 2; case "$SSH_ORIGINAL_COMMAND" in *rsync*) ;; *) echo Welcome ;; esac; ' +
      'exec sh -c "$SSH_ORIGINAL_COMMAND"',
    ];
    await using sshd = await startSshd({ config });
    await withPair("local to remote", sshd, async (pair) => {
      const sample = makeSample(pair.source.path, { jobs: 1 });
      const { code, err } = await runProgram(pair, sample);
      assertEquals(code, 0, err);
      compareTrees({ sample, destination: pair.destination.path });
    });
  },
});

/** What keeps a user from logging in, what ssh says of it, and how it comes about. */
const NO_LOGINS: [string, string, (sshd: Sshd) => string[]][] = [
  ["whose key is not the known one", "Host key verification failed", (sshd) => {
    shell(sshd.dir, 'sed "s/ssh-ed25519 .*/$1/" known_hosts > others', otherKey(sshd));
    return sshd.options.map((option) =>
      option.replace(/^UserKnownHostsFile=.*/, `UserKnownHostsFile=${sshd.dir}/others`)
    );
  }],
  ["that refuses the login", "Permission denied", (sshd) => {
    const at = sshd.options.indexOf(`${sshd.dir}/user_key`);
    return sshd.options.with(at, `${sshd.dir}/host_key`);
  }],
  ["whose port is closed", "Connection refused", (sshd) => {
    using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    return sshd.options.with(sshd.options.indexOf("-p") + 1, String(listener.addr.port));
  }],
];

/** A host key that is not this sshd's. */
function otherKey({ dir }: Sshd): string {
  const [type, key] = Deno.readTextFileSync(`${dir}/user_key.pub`).split(" ");
  return `${type} ${key!.replaceAll("/", "\\/")}`;
}

for (const [what, reason, options] of NO_LOGINS) {
  Deno.test({
    name: `xpm-copy says why there is no connection to a host ${what}`,
    ignore,
    async fn() {
      await using sshd = await startSshd();
      const other = { ...sshd, options: options(sshd) };
      for (const direction of REMOTE) await assertNoConnection(direction, other, reason);
    },
  });
}

async function assertNoConnection(
  direction: Direction,
  sshd: Sshd,
  reason: string,
  args: string[] = [],
) {
  await withPair(direction, sshd, async (pair) => {
    const sample = makeSample(pair.source.path, { jobs: 1 });
    mkdirSync(pair.destination.path);
    const [from, to] = [readTree(pair.source.path), readTree(pair.destination.path)];
    const said = await runProgram(pair, sample, args);
    assertFailed(said, 5, `cannot connect to ${sshd.host}: `);
    assertStringIncludes(said.err, reason);
    assert(!said.err.includes("trying again"), said.err);
    assertStringIncludes(
      said.err,
      `check that  ${quoteCommand(["ssh", ...sshd.options, sshd.host, "true"])}  works`,
    );
    assertUntouched(pair.source.path, from);
    assertUntouched(pair.destination.path, to);
  });
}

Deno.test({
  name: "xpm-copy gives up a host that listens and never answers, as late as it is told",
  ignore,
  async fn() {
    using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    await using sshd = await startSshd();
    const options = sshd.options
      .with(sshd.options.indexOf("-p") + 1, String(listener.addr.port));
    const silent = { ...sshd, options };
    await assertNoConnection("local to remote", silent, "timed out", ["--connect-timeout", "1"]);
  },
});
