/**
 * Copies between two machines behind ssh: rsync's protocol is relayed, and nothing else.
 *
 * @module
 */

import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { CopyError, type CopyEvent } from "../../mod.ts";
import { makeSample, type Sample } from "../../scripts/sample.ts";
import { findProgram } from "../../scripts/setup.ts";
import { type Pair, withPair } from "../support/directions.ts";
import { startProgram } from "../support/kill.ts";
import { HAS_PROC, processes, until } from "../support/processes.ts";
import { OWN, withoutProgram, withPrograms } from "../support/remote_programs.ts";
import { setTimes } from "../support/shell.ts";
import { startSshAgent } from "../support/ssh_agent.ts";
import { hasSshd, type Login, sessionsOf, startSshd } from "../support/sshd.ts";
import { compareTrees, namesIn } from "../support/trees.ts";
import { withFolder, withVariables } from "../support/variables.ts";

const ignore = !await hasSshd();

/** A run of which rsync brings a file. */
function makeLarge(pair: Pair): Sample {
  return makeSample(pair.source.path, { jobs: 2, largeFiles: 1, largeBytes: 8_000_000 });
}

/** What a source may ask to be started at the destination, in the place of `rsync --server …`. */
const ASKED: Record<string, string> = {
  "another program": "sh -c 'touch FOLDER/harm'",
  "a server that sends": "rsync --server --sender -lHogDtprRe.iLsfxCIvu . /etc",
  "a server for another folder": '"${@%.}" /',
  "one option more": '"$@" --delete',
  "one option less": 'rsync --server "$5" "$6" . .',
  "nothing": "",
};

/** An rsync that has its remote shell start something else: as the client it is the source's. */
function asking(words: string): string {
  const script = String.raw`#!/bin/sh
${OWN}
case "$*" in
  *--server*) touch FOLDER/harm ;;
  *RELAY:*)
    for word; do case $word in --rsh=*) ;; *) set -- "$@" "$word" ;; esac; shift; done
    set -- RELAY rsync --server -HogDtprRe.iLsfxCIvu --log-format=X --timeout=300 -@-1 \
      --inplace --no-implied-dirs . .
    set -- ${words}
    sh -c "$XPM_RSH" rsh RELAY "$@" < /dev/null
    exit 12 ;;
esac
exec "$own" "$@"
`;
  return script;
}

for (const [what, words] of Object.entries(ASKED)) {
  Deno.test({
    name: `copyExperiment() starts nothing at the destination where the source asks for ${what}`,
    ignore,
    fn: () =>
      withPrograms(
        { rsync: asking(words) },
        (sshd, folder) =>
          withPair("remote to remote", sshd, async (pair) => {
            const sample = makeLarge(pair);
            const error = await assertRejects(() => pair.copy(sample), CopyError);
            assertEquals(
              [error.code, existsSync(`${folder}/harm`)],
              ["refused", false],
              `${error}`,
            );
            assertStringIncludes(
              error.message,
              "the source's rsync asked for an unexpected server: ",
            );
            assertEquals(existsSync(`${pair.destination.path}/jobs`), false);
          }),
      ),
  });
}

Deno.test({
  name: "xpm-copy between two hosts needs neither rsync nor tar here, and keeps nothing here",
  ignore,
  fn: () =>
    withoutProgram("rsync", async (folder) => {
      Deno.removeSync(`${folder}/tar`);
      await using sshd = await startSshd();
      await withPair("remote to remote", sshd, async (pair) => {
        const sample = makeLarge(pair);
        const { ended } = await startProgram(pair, sample, { env: { PATH: folder } });
        const { code, err } = await ended;
        assertEquals(code, 0, err);
        assertEquals(namesIn(`${pair.root}/tmp`), []);
        compareTrees({ sample, destination: pair.destination.path });
      });
    }),
});

// BUG when this was written: with `ForwardAgent yes` both hosts could use it.
Deno.test({
  name: "copyExperiment() lets no host use the agent, whatever ssh is told",
  ignore,
  fn: () =>
    withFolder(async (folder) => {
      const log = `${folder}/log`;
      const command = `echo "agent: $SSH_AUTH_SOCK" >> ${log}; exec sh -c "$SSH_ORIGINAL_COMMAND"`;
      await using agent = await startSshAgent(folder);
      await using sshd = await startSshd({ config: [`ForceCommand ${command}`] });
      writeFileSync(`${folder}/config`, "ForwardAgent yes\n");
      const asking = ({ host, options }: Login) => ({
        host,
        options: ["-A", "-oForwardAgent=yes", ...options, "-F", `${folder}/config`],
      });
      const both = { ...sshd, ...asking(sshd), elsewhere: asking(sshd.elsewhere) };
      await withVariables({ SSH_AUTH_SOCK: agent.socket }, () =>
        withPair("remote to remote", both, async (pair) => {
          assertEquals((await pair.copy(makeLarge(pair))).complete, true);
        }));
      const noted = readFileSync(log, "utf8").trim().split("\n").map((line) =>
        line.trim()
      );
      assert(noted.length > 2);
      assertEquals([...new Set(noted)], ["agent:"]);
    }),
});

for (const [when, batchMode] of [["at once where nothing is asked", true], ["in turn", false]]) {
  Deno.test({
    name: `copyExperiment() logs in to two hosts ${when}`,
    ignore,
    async fn() {
      await using sshd = await startSshd();
      const options = [...batchMode ? [] : ["-oBatchMode=no"], ...sshd.options];
      await withPair("remote to remote", { ...sshd, options }, async (pair) => {
        const sample = makeSample(pair.source.path, { jobs: 1 });
        const [source, destination] = [pair.source, pair.destination].map(({ ssh }) => ssh!.host);
        const events: string[] = [];
        const onEvent = (event: CopyEvent) => {
          if ("host" in event) events.push(`${event.type} ${event.host}`);
        };
        await pair.copy(sample, { onEvent });
        const second = events.indexOf(`connecting ${destination}`);
        assertEquals(second < events.indexOf(`connected ${source}`), batchMode, `${events}`);
        assertEquals(events.length, 4);
      });
    },
  });
}

Deno.test({
  name: "copyExperiment() lets no word of a login into rsync's protocol",
  ignore,
  async fn() {
    const noise = 'head -c 100000 /dev/zero; echo "RELAY"; printf "\\000\\000"; echo Welcome >&2';
    const config = [`ForceCommand ${noise}; exec sh -c "$SSH_ORIGINAL_COMMAND"`];
    await using sshd = await startSshd({ config });
    await withPair("remote to remote", sshd, async (pair) => {
      const sample = makeLarge(pair);
      const result = await pair.copy(sample);
      assertEquals([result.errors, result.complete], [[], true]);
      compareTrees({ sample, destination: pair.destination.path });
    });
  },
});

for (const name of ["dash", "bash", "ksh", "zsh", "mksh", "busybox"]) {
  const program = await findProgram(name);
  Deno.test({
    name: `copyExperiment() copies between two hosts, and within one, whose sh is ${name}`,
    ignore: ignore || program === undefined,
    fn: () =>
      withPrograms({}, async (sshd, folder) => {
        Deno.symlinkSync(program!, `${folder}/sh`);
        for (const elsewhere of [sshd.elsewhere, sshd]) {
          await withPair("remote to remote", { ...sshd, elsewhere }, async (pair) => {
            const sample = makeLarge(pair);
            for (const name of "a b,new\nline,-n,\\0101,%s,*".split(",")) {
              writeFileSync(`${sample.jobs[0]!.folder}/${name}`, name);
            }
            setTimes(sample.jobs[0]!.folder);
            const result = await pair.copy(sample);
            assertEquals([result.errors, result.complete], [[], true]);
            compareTrees({ sample, destination: pair.destination.path });
            assertEquals((await pair.plan(sample)).bytes, 0);
          });
        }
      }),
  });
}

for (const end of ["source", "destination"] as const) {
  Deno.test({
    name:
      `copyExperiment() says that the rsync at the ${end} is too old for a copy between two hosts`,
    ignore,
    fn: () => {
      const old = `#!/bin/sh\n${OWN}
case "$1:$(uname -n)" in --version:NAME) echo "rsync  version 3.1.2  protocol version 31"; exit ;; esac
exec "$own" "$@"\n`;
      const here = Deno.hostname();
      const rsync = old.replace("NAME", end === "source" ? "elsewhere" : here);
      return withPrograms({ rsync }, (sshd) =>
        withPair("remote to remote", sshd, async (pair) => {
          const sample = makeLarge(pair);
          const { host } = pair[end].ssh!;
          const error = await assertRejects(() => pair.copy(sample), CopyError);
          assertStringIncludes(error.message, `the rsync on ${host} (rsync  version 3.1.2`);
          assertEquals(error.code, "program");
          assertEquals(existsSync(pair.destination.path), false);
        }));
    },
  });
}

// it looks at its files, and not at the channel
Deno.test({
  name: "xpm-copy that was killed leaves no rsync at a source which does not look at its channel",
  ignore: ignore || !HAS_PROC,
  fn: () => {
    const busy = `#!/bin/sh\n${OWN}
case "$*" in *RELAY:*) ;; *) exec "$own" "$@" ;; esac
mkfifo FOLDER/pipe; exec 7<> FOLDER/pipe # its end is that of this
(exec sh -c "$XPM_RSH" rsh RELAY rsync --server -HogDtprRe.iLsfxCIvu --log-format=X --timeout=300 \\
  -@-1 --inplace --no-implied-dirs . . < FOLDER/pipe 7<&-) &
echo $$ > FOLDER/busy
while :; do :; done
`;
    return withPrograms(
      { rsync: busy.replaceAll("(exec", "exec 6>&6; (exec") },
      (sshd, folder) =>
        withPair("remote to remote", sshd, async (pair) => {
          const sample = makeLarge(pair);
          const { process, ended } = await startProgram(pair, sample);
          assert(await until(() => existsSync(`${folder}/busy`)));
          const started = sessionsOf(sshd).map(({ pid }) => pid);
          assert(started.includes(Number(readFileSync(`${folder}/busy`, "utf8"))));
          process.kill("SIGKILL");
          await ended;
          const left = () => processes().filter(({ pid }) => started.includes(pid));
          await until(() => left().length === 0);
          assertEquals(left().map(({ words }) => words.join(" ")), []);
        }),
    );
  },
});
