/**
 * A source that changes while it is copied.
 *
 * @module
 */

import { appendFileSync, existsSync, mkdirSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { type CopyEvent, planCopy } from "../../mod.ts";
import { makeSample, type Sample } from "../../scripts/sample.ts";
import {
  inEachDirection,
  onEachHost,
  type Pair,
  useSshd,
  withPair,
} from "../support/directions.ts";
import { OWN, withPrograms } from "../support/remote_programs.ts";
import { findProgram } from "../../scripts/setup.ts";
import { shell } from "../support/shell.ts";
import { hasSshd } from "../support/sshd.ts";
import { compareJobs, compareTrees } from "../support/trees.ts";
import { withVariables } from "../support/variables.ts";

useSshd();

/** Jobs in the order in which rsync reads them; the first takes more than a second. */
function makeInOrder(pair: Pair): Sample {
  const sample = makeSample(pair.source.path, { jobs: 3 });
  sample.jobs.sort((a, b) => a.folder < b.folder ? -1 : 1);
  for (let k = 0; k < 100; k++) {
    appendFileSync(
      `${sample.jobs[0]!.folder}/large.bin`,
      crypto.getRandomValues(new Uint8Array(65536)),
    );
  }
  return sample;
}

/** Does something once, when some of the bytes have come. */
function midway(action: () => void): (event: CopyEvent) => void {
  let done = false;
  return (event) => {
    if (done || event.type !== "progress" || event.progress.bytes < 300_000) return;
    done = true;
    action();
  };
}

inEachDirection("copyExperiment() goes on when files vanish that it has not read", async (pair) => {
  const sample = makeInOrder(pair);
  const last = sample.jobs[2]!.folder;
  for (let k = 0; k < 50; k++) writeFileSync(`${last}/z${k}.txt`, "text");
  shell(pair.root, 'touch -r "$1" time', last);
  const onEvent = midway(() => {
    for (let k = 0; k < 50; k++) rmSync(`${last}/z${k}.txt`);
    shell(pair.root, 'touch -r time "$1"', last); // it may have been read before
  });
  const result = await pair.copy(sample, { bandwidthLimit: 2000, onEvent });
  assertEquals([result.errors, result.complete], [[], true]);
  compareTrees({ sample, destination: pair.destination.path });
});

onEachHost("copyExperiment() names a job that vanishes, and copies the rest", async (pair) => {
  const sample = makeInOrder(pair);
  const gone = sample.jobs[2]!;
  const onEvent = midway(() => rmSync(gone.folder, { recursive: true }));
  const result = await pair.copy(sample, { bandwidthLimit: 2000, onEvent });
  assertEquals(result.complete, existsSync(gone.folder));
  assertEquals(result.errors.map(({ job }) => job?.jobId), [gone.jobId]);
  assertStringIncludes(result.errors[0]!.message, "was not copied");
  compareJobs({
    sample,
    destination: pair.destination.path,
    jobs: sample.jobs.slice(0, 2),
  });
});

// rsync has begun to write it, and nothing at the source tells any more that it is wrong
inEachDirection(
  "copyExperiment() leaves out what vanishes of a job under way while rsync reads it",
  async (pair) => {
    const sample = makeSample(pair.source.path, { jobs: [{ state: "unfinished" }, {}] });
    const file = `${sample.jobs[0]!.folder}/vanishing`;
    writeFileSync(file, "x".repeat(5000));
    const script = `#!/bin/sh
case " $* " in *" --files-from=- "*) ;; *) exec ${await findProgram("rsync")} "$@" ;; esac
${await findProgram("rsync")} "$@"
mkdir ${pair.root}/once 2> /dev/null || exit 0
for path in ${pair.destination.path}/.xpm-staging/*/jobs/*/*/vanishing; do
  head -c 60 /dev/zero > "$path"
done
rm ${file}
echo 'file has vanished: "/vanishing"' >&2
exit 24
`;
    mkdirSync(`${pair.root}/bin`);
    writeFileSync(`${pair.root}/bin/rsync`, script, { mode: 0o755 });
    const path = `${pair.root}/bin:${Deno.env.get("PATH")}`;
    const copied = () => pair.copy(sample, { bandwidthLimit: 100_000, includeRunning: true });
    const result = await withVariables({ PATH: path }, copied);
    assertEquals([result.errors, result.complete, existsSync(file)], [[], true, false]);
    compareTrees({ sample, destination: pair.destination.path });
  },
  { directions: ["local to local", "local to remote"] },
);

inEachDirection("copyExperiment() copies what is being written to, and ends", async (pair) => {
  const sample = makeInOrder(pair);
  const log = `${sample.jobs[1]!.folder}/growing.log`;
  const large = `${sample.jobs[0]!.folder}/large.bin`;
  const writer = setInterval(() => {
    appendFileSync(log, "a line\n");
    appendFileSync(large, "a line\n");
  }, 5);
  try {
    const result = await pair.copy(sample, { bandwidthLimit: 2000 });
    assertEquals([result.errors, result.complete], [[], true]);
  } finally {
    clearInterval(writer);
  }
});

onEachHost(
  "copyExperiment() never takes a job for done whose files it read before it was",
  async (pair) => {
    const sample = makeSample(pair.source.path, {
      jobs: [{ state: "unfinished" }, { state: "done" }],
      ended: true,
    });
    const { folder, taskId, jobId } = sample.jobs[0]!;
    const name = taskId.split(".").at(-1);
    mkdirSync(`${folder}/a`);
    for (let k = 0; k < 100; k++) writeFileSync(`${folder}/a/${k}.bin`, new Uint8Array(30_000));
    const onEvent = midway(() => {
      // it ends: every file changes, then the marker comes
      for (let k = 0; k < 100; k++) {
        writeFileSync(`${folder}/a/${k}.bin`, new Uint8Array(30_000).fill(1));
        utimesSync(`${folder}/a/${k}.bin`, 1_900_000_000, 1_900_000_000);
      }
      writeFileSync(`${folder}/${name}.done`, "");
    });
    await pair.copy(sample, { bandwidthLimit: 2000, onEvent });
    const there = `${pair.destination.path}/jobs/${taskId}/${jobId}`;
    if (existsSync(`${there}/${name}.done`)) {
      compareTrees({ sample, destination: pair.destination.path });
    }
    const result = await pair.copy(sample);
    assert(result.errors.length === 0);
    compareTrees({ sample, destination: pair.destination.path });
  },
);

/** What happens to a file right before, or after, a host tells the sizes of some. */
const CHANGES: Record<string, string> = {
  "grows": `"$own" "$@"; printf %9000s >> FILE`,
  "shrinks": `"$own" "$@"; : > FILE`,
  "vanishes": `rm FILE; "$own" "$@"`,
};

for (const [change, commands] of Object.entries(CHANGES)) {
  Deno.test({
    name: `planCopy() reads the params.json of all other jobs while one ${change}`,
    ignore: !await hasSshd(),
    async fn() {
      const wc = `#!/bin/sh\n${OWN}\nmkdir FOLDER/once && { ${commands}; exit; }\nexec "$own" "$@"`;
      await withPair("local to local", undefined, async (pair) => {
        const other = makeSample(pair.source.path, { jobs: 1, seed: 7, experimentId: "other" });
        const sample = makeSample(pair.source.path, { jobs: [{ task: "prepare" }, {}, {}] });
        const [first, second, third] = sample.jobs.map(({ folder }) => `${folder}/params.json`);
        const [needed] = other.jobs;
        const value = `${sample.root}/jobs/${needed!.taskId}/${needed!.jobId}`;
        appendFileSync(second!, " ".repeat(2 ** 22)); // still on its way when it is noticed
        writeFileSync(third!, JSON.stringify({ objects: [{ type: "path", value }] }));
        await withPrograms({ wc: wc.replace("FILE", () => `'${first}'`) }, async (sshd, folder) => {
          const source = { ...pair.source, ssh: { host: sshd.host, options: sshd.options } };
          const { experimentId, runId } = sample;
          const plan = await planCopy(source, pair.destination, experimentId, runId);
          assert(existsSync(`${folder}/once`));
          assertEquals(
            plan.jobs.filter(({ besides }) => besides).map((job) => [job.jobId, job.neededBy]),
            [[needed!.jobId, [{ taskId: sample.jobs[2]!.taskId, jobId: sample.jobs[2]!.jobId }]]],
          );
        });
      });
    },
  });
}
