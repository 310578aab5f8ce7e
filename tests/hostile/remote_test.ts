/**
 * Hosts that answer nonsense, without end, or with what they were not asked for.
 *
 * @module
 */

import { existsSync, mkdirSync, statSync } from "node:fs";
import { assert, assertEquals } from "@std/assert";
import { hasControl } from "../../lib/text/printable.ts";
import { makeSample } from "../../scripts/sample.ts";
import { type Direction, type Pair, REMOTE, withPair } from "../support/directions.ts";
import { makeOutside } from "../support/outside.ts";
import { assertFailed, runProgram } from "../support/program.ts";
import { OWN, useRemotePrograms } from "../support/remote_programs.ts";
import { hasSshd, type Sshd } from "../support/sshd.ts";
import { compareTrees, namesIn } from "../support/trees.ts";

const ignore = !await hasSshd();
const withPrograms = useRemotePrograms(ignore);

/** Copies, and checks that it ends in a sentence and has put nothing in its place. */
async function assertGivenUp(
  direction: Direction,
  sshd: Sshd,
  code: number,
  sentence: string,
): Promise<void> {
  await withPair(direction, sshd, async (pair) => {
    const sample = makeSample(pair.source.path, { jobs: 1 });
    const outside = makeOutside(pair);
    mkdirSync(pair.destination.path);
    const said = await runProgram(pair, sample);
    assertFailed(said, code, sentence);
    assertEquals(said.err.split("\n").find(hasControl), undefined);
    outside.assertKept();
    for (const folder of ["jobs", "experiments"]) {
      assertEquals(existsSync(`${pair.destination.path}/${folder}`), false);
    }
  });
}

/** What a host may do instead of running a command, and what is said of it. */
const COMMANDS: [what: string, command: string, sentence: string][] = [
  ["random bytes", "head -c 100000 /dev/urandom", "did not answer as expected"],
  ["a greeting", "echo hello", "did not answer as expected"],
  [
    "orders to a terminal",
    "printf '\\033[31m\\302\\2331mx\\n' >&2; exit 1",
    "did not answer as expected: \\u001b[31m\\u009b1mx",
  ],
  ["nothing", "exit 0", "did not answer as expected"],
  ["a greeting without end", "yes", "does not end"],
  ["NULs without end", "cat /dev/zero", "does not end"],
  ["complaints without end", "yes 1>&2", "too much error output"],
];

for (const [what, command, sentence] of COMMANDS) {
  Deno.test({
    name: `xpm-copy gives up a host that answers with ${what}`,
    ignore,
    fn: () =>
      withPrograms({ sh: `#!/bin/sh\n${command}` }, async (sshd) => {
        for (const direction of REMOTE) await assertGivenUp(direction, sshd, 5, sentence);
      }),
  });
}

/** Programs that make the answers of a host wrong, and what is said of it. */
const LIARS: [
  what: string,
  direction: Direction,
  programs: Record<string, string>,
  sentence: string,
][] = [
  [
    "a file of a run without end",
    "remote to local",
    { tr: `#!/bin/sh\n${OWN}\ncase $* in '\\000'*) exec yes ;; *) exec $own "$@" ;; esac` },
    "does not end",
  ],
  [
    "names without end in a job",
    "remote to local",
    {
      find:
        `#!/bin/sh\n${OWN}\n$own "$@"; case $* in *printf*P*) yes "f1 8 1.0 644 $(printf %04000d 1)" | tr '\\n' '\\000' ;; esac`,
    },
    "does not end",
  ],
  [
    "names that lead out of a job",
    "remote to local",
    {
      find:
        `#!/bin/sh\n${OWN}\n$own "$@"; case $* in *-H*) printf 'f1 8 1.0 644 ../../../../outside/secret\\0\\0' ;; esac`,
    },
    "did not answer as expected",
  ],
  [
    "absolute names in a job",
    "remote to local",
    {
      find:
        `#!/bin/sh\n${OWN}\n$own "$@"; case $* in *-H*) printf 'f1 8 1.0 644 /etc/passwd\\0\\0' ;; esac`,
    },
    "did not answer as expected",
  ],
  [
    "no sense for what is in a job",
    "local to remote",
    {
      find:
        `#!/bin/sh\n${OWN}\ncase $* in *-H*) head -c 5000 /dev/urandom ;; *) exec $own "$@" ;; esac`,
    },
    "did not answer as expected",
  ],
];

for (const [what, direction, programs, sentence] of LIARS) {
  Deno.test({
    name: `xpm-copy gives up a host that tells ${what}`,
    ignore,
    fn: () => withPrograms(programs, (sshd) => assertGivenUp(direction, sshd, 5, sentence)),
  });
}

/** A `tar` that sends another archive, made by a script in the folder `$1` of the source. */
function lyingTar(script: string): string {
  return `#!/bin/sh\n${OWN}
case " $* " in *' -cf '*) ;; *) exec $own "$@" ;; esac
cat > /dev/null
task=$(echo jobs/*train*) job=$(echo jobs/*train*/*)
mkdir FOLDER/x
${script}`;
}

/** Archives with what was not asked for: each would write somewhere else if it were unpacked. */
const ARCHIVES: Record<string, string> = {
  "another job":
    "mkdir -p FOLDER/x/jobs/evil/1; echo x > FOLDER/x/jobs/evil/1/evil.done; $own -C FOLDER/x -cf - --format=posix jobs",
  "what would be put back to its place":
    "mkdir -p FOLDER/x/replaced/jobs/evil/1; $own -C FOLDER/x -cf - --format=posix replaced",
  "names that climb out":
    'echo x > FOLDER/x/f; $own -C FOLDER/x -cf - --format=posix -P --transform "s|^f|$job/../../../../../../outside/f|" f',
  "absolute names":
    'echo x > FOLDER/x/f; $own -C FOLDER/x -cf - --format=posix -P --transform "s|^f|$PWD/../outside/f|" f',
  "a hard link to elsewhere":
    'mkdir -p FOLDER/x/$job; echo x > FOLDER/x/a; ln FOLDER/x/a FOLDER/x/$job/b; $own -C FOLDER/x -cf - --format=posix -P --transform "s|^a|/etc/passwd|" a $job/b',
  "a file through a link that it brings":
    'mkdir -p FOLDER/x/$job; ln -s ../../../../../outside FOLDER/x/jobs/link; echo x > FOLDER/x/f; $own -C FOLDER/x -cf - --format=posix -P --transform "s|^f|jobs/link/f|" jobs/link f',
  "another form of archive": "$own -cf - --format=gnu $job",
  "no archive": "head -c 100000 /dev/urandom",
  "more than there is":
    "mkdir -p FOLDER/x/$job; truncate -s 3G FOLDER/x/$job/f; $own -C FOLDER/x -cf - --format=posix $job",
  "data after the archive":
    "$own -cf - --format=posix $job; $own -C / -cf - --format=posix etc/passwd",
};

for (const [what, script] of Object.entries(ARCHIVES)) {
  Deno.test({
    name: `xpm-copy takes nothing from a host that sends ${what}`,
    ignore,
    fn: () =>
      withPrograms(
        { tar: lyingTar(script) },
        (sshd) =>
          withPair("remote to local", sshd, async (pair) => {
            const sample = makeSample(pair.source.path, { jobs: [{ task: "train" }] });
            const outside = makeOutside(pair);
            assertFailed(await runProgram(pair, sample), 1, `${sshd.host} sent `);
            outside.assertKept();
            assertNothingThere(pair);
          }),
      ),
  });
}

function assertNothingThere(pair: Pair): void {
  const area = `${pair.destination.path}/.xpm-staging`;
  assert(namesIn(pair.destination.path).every((name) => name === ".xpm-staging"));
  for (const staging of existsSync(area) ? namesIn(area) : []) {
    const folder = `${area}/${staging}`;
    if (!statSync(folder).isDirectory()) continue;
    const ours = ["about.json", ".unverified", "jobs", "experiments"];
    assert(namesIn(folder).every((name) => ours.includes(name)), folder);
  }
}

/** Ends of an archive: in the middle, and after its first member, where tar would miss nothing. */
const CUTS: Record<string, string> = {
  "in the middle": "head -c 3000; exit 1",
  "between two members, and called whole": "head -c 1536; exit 0",
};

for (const [where, cut] of Object.entries(CUTS)) {
  Deno.test({
    name: `xpm-copy goes on by rsync when an archive that was asked for is cut short ${where}`,
    ignore,
    fn: () =>
      withPrograms(
        { tar: lyingTar(`$own -cf - --format=posix $job | ${cut}`) },
        (sshd) =>
          withPair("remote to local", sshd, async (pair) => {
            const sample = makeSample(pair.source.path, { jobs: [{ task: "train" }] });
            const { code, err } = await runProgram(pair, sample);
            assertEquals(code, 0, err);
            compareTrees({ sample, destination: pair.destination.path });
          }),
      ),
  });
}

Deno.test({
  name: "xpm-copy keeps its staging folder and its socket from others",
  ignore,
  fn: () =>
    withPrograms({}, async (sshd) => {
      for (const direction of ["local to local", ...REMOTE] as const) {
        await withPair(direction, sshd, async (pair) => {
          const sample = makeSample(pair.source.path, { jobs: 1 });
          const modes = new Map<string, number>();
          let socket = "";
          const note = (path: string) => modes.set(path, statSync(path).mode & 0o777);
          mkdirSync(pair.destination.path);
          // one that stands open is closed
          mkdirSync(`${pair.destination.path}/.xpm-staging`);
          await pair.copy(sample, {
            onEvent(event) {
              const area = `${pair.destination.path}/.xpm-staging`;
              if (namesIn(pair.destination.path).includes(".xpm-staging")) {
                for (const name of namesIn(area)) {
                  if (!name.endsWith(".lock")) note(`${area}/${name}`);
                }
                if (namesIn(area).length > 0) note(area);
              }
              const at = event.type === "command" ? event.command.indexOf("-S") : -1;
              if (event.type === "command" && at >= 0) socket = event.command[at + 1]!;
              if (existsSync(socket)) {
                note(socket.slice(0, socket.lastIndexOf("/")));
                note(socket);
              }
            },
          });
          const isLocal = direction === "local to local";
          assert(modes.size >= (isLocal ? 2 : 4), [...modes.keys()].join(" "));
          for (const [path, mode] of modes) assertEquals(mode & 0o077, 0, path);
        });
      }
    }),
});
