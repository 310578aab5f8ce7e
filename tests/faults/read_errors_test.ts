/**
 * Files of the source that cannot be read: once, or at all.
 *
 * @module
 */

import { chmodSync, existsSync, readFileSync } from "node:fs";
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { makeSample, type Sample } from "../../scripts/sample.ts";
import { type CopyEvent, planCopy } from "../../mod.ts";
import { withPair } from "../support/directions.ts";
import { type Faulty, withFaultyPrograms } from "../support/faulty_pair.ts";
import { startProgram } from "../support/kill.ts";
import { OWN, withPrograms } from "../support/remote_programs.ts";
import { shell } from "../support/shell.ts";
import { hasSshd, loginsOf } from "../support/sshd.ts";
import { canTrace, failing } from "../support/strace.ts";
import { compareJobs, compareTrees } from "../support/trees.ts";

/** A tar that cannot read a file, this once, and does with it what GNU tar does. */
const TAR = `#!/bin/sh
${OWN}
case $* in *--no-recursion*) exec $own "$@" ;; *"-cf -"*) ;; *) exec $own "$@" ;; esac
file=$(cat FOLDER/file)
cp -p "$file" FOLDER/kept
head -c "$(wc -c < FOLDER/kept)" /dev/zero > "$file"
touch -r FOLDER/kept "$file"
$own "$@"
cat FOLDER/kept > "$file"
touch -r FOLDER/kept "$file"
exit 2
`;

/** An rsync that does something else in place of its first transfer. */
const rsyncThat = (act: string) =>
  `#!/bin/sh
${OWN}
case $* in --version) exec $own "$@" ;; esac
[ -e FOLDER/acted ] || { touch FOLDER/acted; ${act}; }
exec $own "$@"
`;

/** A sample, and the file of it that is to fail. */
function makeFailing({ pair, aim }: Faulty): { sample: Sample; file: string; path: string } {
  const sample = makeSample(pair.source.path, { jobs: 3, filesPerJob: 10 });
  const { folder, taskId, jobId } = sample.jobs[1]!;
  const name = shell(folder, "find . -type f -size +1k -path '*-1*' | head -n 1").trim().slice(2);
  assert(name !== "");
  aim(`${folder}/${name}`);
  return { sample, file: `${folder}/${name}`, path: `jobs/${taskId}/${jobId}/${name}` };
}

// BUG when these were written: rsync took what tar had filled up with zeros for the file.
withFaultyPrograms(
  "xpm-copy brings what tar could not read",
  { atSource: { tar: TAR } },
  async (faulty) => {
    const { sample } = makeFailing(faulty);
    const { code, err } = await (await faulty.start(sample)).ended;
    assertEquals(code, 0, err);
    compareTrees({ sample, destination: faulty.pair.destination.path });
  },
);

withFaultyPrograms(
  "xpm-copy brings what tar could not read when the connection is lost, too",
  { atSource: { tar: TAR }, here: { rsync: rsyncThat("exit 12") } },
  async (faulty) => {
    const { sample } = makeFailing(faulty);
    const { code, err } = await (await faulty.start(sample)).ended;
    assertEquals(code, 0, err);
    assertStringIncludes(err, "trying again");
    compareTrees({ sample, destination: faulty.pair.destination.path });
  },
);

withFaultyPrograms(
  "xpm-copy brings what tar could not read before the last copy was killed",
  { atSource: { tar: TAR }, here: { rsync: rsyncThat("kill -9 $PPID; exit 1") } },
  async (faulty) => {
    const { sample, file, path } = makeFailing(faulty);
    await (await faulty.start(sample)).ended;
    const to = faulty.pair.destination.path;
    const [staged] = shell(to, 'ls -d .xpm-staging/*/"$1"', path).split("\n");
    const bytes = readFileSync(`${to}/${staged}`);
    assertEquals(bytes.length, readFileSync(file).length);
    assert(bytes.every((byte) => byte === 0)); // tar has filled it up
    const result = await faulty.pair.copy(sample);
    assertEquals([result.errors, result.complete], [[], true]);
    compareTrees({ sample, destination: to });
  },
);

/** A program to which reads of a file fail. */
const UNREADING = `#!/bin/sh
${OWN}
exec strace -f -qq -o /dev/null -P "$(cat FOLDER/file)" -e trace=read,pread64 \\
  -e inject=read,pread64:error=EIO $own "$@"
`;

for (const [how, args] of [["", []], [", by several rsyncs", ["--streams", "3"]]] as const) {
  withFaultyPrograms(
    `xpm-copy names a job of which a file cannot be read, and copies the others${how}`,
    { atSource: { tar: UNREADING, rsync: UNREADING } },
    async (faulty) => {
      const { sample } = makeFailing(faulty);
      const [, failed] = sample.jobs;
      const { code, out, err } = await (await faulty.start(sample, [...args])).ended;
      assertEquals(code, 3, err);
      assertStringIncludes(`${out}${err}`, `${failed!.jobId.slice(0, 8)} was not copied: rsync: `);
      const destination = faulty.pair.destination.path;
      assertEquals(existsSync(`${destination}/jobs/${failed!.taskId}/${failed!.jobId}`), false);
      compareJobs({ sample, destination, jobs: sample.jobs.filter((job) => job !== failed) });
      faulty.aim("/none"); // it can be read again
      const result = await faulty.pair.copy(sample);
      assertEquals([result.errors, result.complete], [[], true]);
      compareTrees({ sample, destination });
    },
    { ignore: !canTrace },
  );
}

for (const [how, mode] of [["in one call", 0o644], ["in pieces", 0o444]] as const) {
  Deno.test({
    name: `xpm-copy names a job whose large file is copied ${how} and cannot be read to its end`,
    ignore: !canTrace,
    fn: () =>
      withPair("local to local", undefined, async (pair) => {
        const sample = makeSample(pair.source.path, {
          jobs: 2,
          largeFiles: 1,
          largeBytes: 2 ** 25,
        });
        const file = `${sample.jobs[0]!.folder}/large.bin`;
        chmodSync(file, mode);
        const under = failing("read,pread64,copy_file_range,sendfile", [file], "2+");
        const { code, out, err } = await (await startProgram(pair, sample, { under })).ended;
        assertEquals(code, 3, err);
        assertStringIncludes(
          `${out}${err}`,
          `${sample.jobs[0]!.jobId.slice(0, 8)} was not copied: rsync: `,
        );
        const destination = pair.destination.path;
        compareJobs({ sample, destination, jobs: sample.jobs.slice(1) });
        const result = await pair.copy(sample);
        assertEquals([result.errors, result.complete], [[], true]);
        compareTrees({ sample, destination });
      }),
  });
}

Deno.test({
  name: "planCopy() gives up a host that sends nothing of a params.json, and tries again",
  ignore: !await hasSshd(),
  async fn() {
    await withPair("local to local", undefined, async ({ source, destination }) => {
      const { experimentId, runId } = makeSample(source.path, { jobs: 2 });
      const wc = `#!/bin/sh\nmkdir FOLDER/slept && exec sleep 20\n${OWN}\nexec $own "$@"`;
      await withPrograms({ wc }, async (sshd) => {
        const from = { ...source, ssh: { host: sshd.host, options: sshd.options } };
        const said: string[] = [];
        const onEvent = (event: CopyEvent) => {
          if (event.type === "retrying") said.push(event.message);
        };
        const how = { timeout: 2, onEvent };
        const { jobs } = await planCopy(from, destination, experimentId, runId, how);
        assertEquals(jobs.map(({ action }) => action), ["copy", "copy"]);
        assertEquals(said, [`${sshd.host} did not answer for 2 s`]);
        assertEquals(loginsOf(sshd), 2);
      });
    });
  },
});
