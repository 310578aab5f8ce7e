/**
 * What works at a host when its connection is gone: nothing goes on there for nobody, even where it
 * neither reads nor writes.
 *
 * @module
 */

import { existsSync, mkdirSync } from "node:fs";
import { assert, assertEquals } from "@std/assert";
import { makeSample } from "../../scripts/sample.ts";
import { type Direction, type Pair, withPair } from "../support/directions.ts";
import { startCommand } from "../support/kill.ts";
import { HAS_PROC, type Process, processes, signalAll, until } from "../support/processes.ts";
import { OWN, withPrograms } from "../support/remote_programs.ts";
import { hasSshd, sessionsOf, type Sshd } from "../support/sshd.ts";
import { shell } from "../support/shell.ts";

const ignore = !HAS_PROC || !await hasSshd();

const COPY = "copy neuralir current --from source --to destination --yes";

/** A command, and a program at its far end that will not end by itself once it has such arguments. */
interface Stuck {
  words: string;
  direction: Direction;
  program: string;
  args: string;
}

const STUCK: Record<string, Stuck> = {
  "looks at a workspace": { words: COPY, direction: "local to remote", program: "df", args: "*" },
  "lists experiments": {
    words: "ls source --json",
    direction: "remote to local",
    program: "tr",
    args: "*",
  },
  "scans jobs": {
    words: COPY,
    direction: "remote to local",
    program: "find",
    args: "*-H*",
  },
  "removes what an earlier copy has left": {
    words: "clean destination --yes",
    direction: "local to remote",
    program: "du",
    args: "*",
  },
  "keeps what only the old run holds": {
    words: COPY,
    direction: "local to remote",
    program: "rsync",
    args: "*--ignore-existing*",
  },
};

/** How the connection is lost, and what stands there meanwhile. */
type Loss = [what: string, stand: string, lose: (client: Process, sessions: Process[]) => void];
const LOSSES: Loss[] = [
  ["spins when the program is killed", "while :; do :; done", (client) => {
    Deno.kill(client.pid, "SIGKILL");
  }],
  ["waits when the connection is cut", "sleep 600", (client, sessions) => {
    signalAll([client, ...sessions.filter(({ words }) => /^sshd/.test(words[0]!))]);
  }],
];

/** Something to copy, and what makes the far end do all that it can do. */
function prepare(pair: Pair): void {
  makeSample(pair.source.path, { jobs: 2 });
  makeSample(pair.destination.path, { jobs: 2 });
  shell(pair.source.path, "touch -d @2000000000 experiments/*/2*/status.json");
  mkdirSync(`${pair.destination.path}/.xpm-staging/0123456789abcdef`, { recursive: true });
}

for (const [doing, { words, direction, program, args }] of Object.entries(STUCK)) {
  for (const [what, stand, lose] of LOSSES) {
    const script = `#!/bin/sh\n${OWN}\ncase "$*" in ${args}) ;; *) exec $own "$@" ;; esac
: > FOLDER/started\n${stand}\n`;
    // BUG when this was written: all of these went on for ever.
    Deno.test({
      name: `xpm-copy leaves nothing at work at a host that ${doing} and ${what}`,
      ignore,
      fn: () =>
        withPrograms(
          { [program]: script },
          (sshd, folder) =>
            withPair(direction, sshd, async (pair) => {
              prepare(pair);
              const started = () => existsSync(`${folder}/started`);
              await loseThere(sshd, pair, words, started, lose);
            }),
        ),
    });
  }
}

async function loseThere(
  sshd: Sshd,
  pair: Pair,
  words: string,
  started: () => boolean,
  lose: (client: Process, sessions: Process[]) => void,
): Promise<void> {
  const { process, ended } = await startCommand(pair, { args: words.split(" ") });
  const isStarted = await until(started);
  const all = processes();
  const client = all.find(({ pid }) => pid === process.pid)!;
  const sessions = sessionsOf(sshd, all);
  const there = sessions.map(({ pid }) => pid);
  if (!isStarted) process.kill();
  else lose(client, sessions);
  const { err } = await ended;
  assert(isStarted, `it never came to that: ${err}`);
  assert(there.length > 0);
  const left = () => processes().filter(({ pid }) => there.includes(pid));
  await until(() => left().length === 0);
  const named = left().map(({ words }) => words.join(" "));
  signalAll(left());
  assertEquals(named, []);
}
