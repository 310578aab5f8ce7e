/**
 * A destination that is full, or may not be written.
 *
 * @module
 */

import { existsSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import {
  CopyError,
  type CopyEvent,
  copyRuns,
  exportExperiment,
  importExperiment,
} from "../../mod.ts";
import { makeSample } from "../../scripts/sample.ts";
import { findProgram } from "../../scripts/setup.ts";
import { inEachDirection, type Pair, useSshd } from "../support/directions.ts";
import { canMount, mount, runs } from "../support/mount.ts";
import { assertFailed, runProgram } from "../support/program.ts";
import { compareTrees, namesIn } from "../support/trees.ts";
import { withVariables } from "../support/variables.ts";

useSshd();

const OPTIONS = {
  directions: ["local to local", "local to remote"],
  ignore: !canMount,
} as const;

/** A test whose destination is on a disk of such a size. */
function onSmallDisk(
  name: string,
  size: string,
  check: (pair: Pair, disk: string) => Promise<void>,
): void {
  inEachDirection(name, async (pair) => {
    const disk = `${pair.root}/disk`;
    assert(await mount(disk, size));
    try {
      await check(pair.between({ destination: "disk/ws" }), disk);
    } finally {
      await runs("umount", ["-l", disk]); // what has been told to end may be in it still
    }
  }, OPTIONS);
}

onSmallDisk("xpm-copy refuses what has no room at the destination", "4m", async (pair, disk) => {
  const sample = makeSample(pair.source.path, { jobs: 1, largeFiles: 1, largeBytes: 8_000_000 });
  const said = await runProgram(pair, sample);
  assertFailed(said, 1, "not enough space at the destination: up to 7.6 MiB needed, ");
  assertStringIncludes(said.err, "free some space there, or skip files with --exclude");
  assertEquals(existsSync(pair.destination.path), false);
  const json = await runProgram(pair, sample, ["--json"], "plan");
  const { exitCode, result } = JSON.parse(json.out.trimEnd().split("\n").at(-1)!);
  assertEquals([exitCode, result.complete], [1, false]);
  const { code, out } = await runProgram(pair, sample, [], "plan");
  assertEquals([code, out.split("not enough space").length, out.includes("--yes")], [1, 2, false]);
  assertStringIncludes(out, " free; free some space there");
  const { experimentId, runId } = sample;
  const exported = (folder: string) =>
    exportExperiment(pair.source, `${folder}/run.tar`, experimentId, runId);
  await exported(pair.root);
  for (
    const attempt of [
      () => exported(disk),
      () => importExperiment(`${pair.root}/run.tar`, pair.destination),
    ]
  ) {
    const { hint } = await assertRejects(attempt, CopyError, "space");
    assertEquals(hint, "free some space there and run the same command again");
  }
  // a small file is written only at its end
  const small = { experimentId: "small", jobs: 1, largeFiles: 1, largeBytes: 50_000 };
  const { runId: smallRun } = makeSample(pair.source.path, small);
  writeFileSync(`${disk}/filler`, new Uint8Array(4_000_000 + 2 ** 17));
  const late = await assertRejects(
    () => exportExperiment(pair.source, `${disk}/run.tar`, "small", smallRun),
    CopyError,
    `no space left at the destination, ${disk}/run.tar: the copy needs up to `,
  );
  assertEquals(late.hint, "free some space there and run the same command again");
  assertEquals(namesIn(disk).filter((name) => name !== "ws"), ["filler"]);
  Deno.removeSync(`${disk}/filler`);
  // each run of two has room, both have not
  for (const seed of [1, 2]) {
    const large = { largeFiles: 1, largeBytes: 2_500_000 };
    makeSample(pair.source.path, { experimentId: `half-${seed}`, seed, jobs: 1, ...large });
  }
  const both = { experiments: ["half-*"] };
  const copied = () => copyRuns(pair.source, pair.destination, both);
  const message = "not enough space at the destination: up to 4.8 MiB needed, ";
  await assertRejects(copied, CopyError, message);
  assertEquals(existsSync(pair.destination.path), false);
});

onSmallDisk(
  "copyExperiment() says when the disk got full, and goes on when there is room again",
  "12m",
  async (pair, disk) => {
    const sample = makeSample(pair.source.path, { jobs: 2, largeFiles: 1, largeBytes: 8_000_000 });
    const onEvent = (event: CopyEvent) => {
      if (event.type !== "progress" || event.progress.bytes < 500_000) return;
      if (existsSync(`${disk}/filler`)) return;
      try {
        writeFileSync(`${disk}/filler`, new Uint8Array(12_000_000));
      } catch {
        // the disk is full: that is what it is for
      }
    };
    const error = await assertRejects(
      () => pair.copy(sample, { bandwidthLimit: 3000, onEvent }),
      CopyError,
      "no space left at the destination, ",
    );
    assertStringIncludes(error.message, "the copy needs up to 7.6 MiB, ");
    assertEquals(existsSync(`${pair.destination.path}/jobs`), false);
    // a copy that resumes needs less than its plan says
    const { code, out } = await runProgram(pair, sample, [], "plan");
    assertEquals([code, /not enough space[^]* --yes\n/.test(out)], [0, true]);
    Deno.removeSync(`${disk}/filler`);
    assertEquals((await pair.copy(sample)).complete, true);
    compareTrees({ sample, destination: pair.destination.path });
  },
);

for (const streams of ["1", "3"]) {
  onSmallDisk(
    `xpm-copy says when small files have filled the disk, by ${streams}`,
    "3m",
    async (pair, disk) => {
      const sample = makeSample(pair.source.path, { jobs: 40, filesPerJob: 30 });
      const said = await runProgram(pair, sample, ["--streams", streams]);
      assertFailed(said, 1, "no space left at the destination, ");
      assertStringIncludes(said.err, "free some space there and run the same command again");
      assertEquals(existsSync(`${pair.destination.path}/jobs`), false);
      assert(await runs("mount", ["-o", "remount,size=100m", disk]));
      assertEquals((await pair.copy(sample)).complete, true);
      compareTrees({ sample, destination: pair.destination.path });
    },
  );
}

onSmallDisk(
  "xpm-copy refuses more files than the destination has inodes for",
  "size=100m,nr_inodes=60",
  async (pair, disk) => {
    const sample = makeSample(pair.source.path, { jobs: 10, filesPerJob: 10 });
    const said = await runProgram(pair, sample);
    assertFailed(said, 1, "not enough inodes at the destination: ");
    assertStringIncludes(said.err, "files to create, 5");
    assertEquals(existsSync(pair.destination.path), false);
    for (let at = 0;; at++) {
      try {
        writeFileSync(`${disk}/${at}`, "");
      } catch {
        break; // no more can be made
      }
    }
    const plan = await pair.plan(sample, { dryRun: true });
    const messages = plan.warnings.map(({ message }) => message).join("\n");
    assertStringIncludes(messages, "no inodes are free at the destination");
  },
);

onSmallDisk(
  "xpm-copy says when no more files can be made, and goes on when they can",
  "size=100m,nr_inodes=400",
  async (pair, disk) => {
    // the links of many names are no files of a plan
    const sample = makeSample(pair.source.path, { jobs: 8, filesPerJob: 2 });
    for (const { folder } of sample.jobs) {
      for (let at = 0; at < 60; at++) symlinkSync("train.done", `${folder}/link${at}`);
    }
    const said = await runProgram(pair, sample);
    assertFailed(said, 1, "no inodes are free at the destination, ");
    assertStringIncludes(said.err, "delete some files there and run the same command again");
    assertEquals(existsSync(`${pair.destination.path}/jobs`), false);
    assert(await runs("mount", ["-o", "remount,nr_inodes=4000", disk]));
    assertEquals((await pair.copy(sample)).complete, true);
    compareTrees({ sample, destination: pair.destination.path });
  },
);

// A real quota takes a disk of its own kind; this is what rsync says of one.
inEachDirection("xpm-copy says when a quota is used up", async (pair) => {
  const sample = makeSample(pair.source.path, { jobs: 1, largeFiles: 1 });
  const script = `#!/bin/sh
case " $* " in *" --files-from=- "*) ;; *) exec ${await findProgram("rsync")} "$@" ;; esac
echo 'rsync: [receiver] write failed on "/x/large.bin": Disk quota exceeded (122)' >&2
echo 'rsync error: error in file IO (code 11) at receiver.c(393) [receiver=3.2.7]' >&2
exit 11
`;
  mkdirSync(`${pair.root}/bin`);
  writeFileSync(`${pair.root}/bin/rsync`, script, { mode: 0o755 });
  const variables = { PATH: `${pair.root}/bin:${Deno.env.get("PATH")}` };
  const said = await withVariables(variables, () => runProgram(pair, sample));
  assertFailed(said, 1, "your quota is used up at the destination, ");
}, { directions: ["local to local"] });

// Of two other machines, the one that is written to may be gone before its last words have come.
onSmallDisk(
  "xpm-copy says that the disk is full where rsync only fails",
  "30m",
  async (pair, disk) => {
    const sample = makeSample(pair.source.path, { jobs: 1, largeFiles: 1 });
    const script = `#!/bin/sh
case " $* " in *" --files-from=- "*) ;; *) exec ${await findProgram("rsync")} "$@" ;; esac
[ ! -e ${pair.root}/fills ] || cat /dev/zero > ${disk}/filler 2> /dev/null
echo 'rsync error: error in file IO (code 11) at receiver.c(393) [receiver=3.2.7]' >&2
exit 11
`;
    mkdirSync(`${pair.root}/bin`);
    writeFileSync(`${pair.root}/bin/rsync`, script, { mode: 0o755 });
    const variables = { PATH: `${pair.root}/bin:${Deno.env.get("PATH")}` };
    const copied = () => withVariables(variables, () => runProgram(pair, sample));
    assertFailed(await copied(), 1, "a file could not be written (is the disk full?)");
    writeFileSync(`${pair.root}/fills`, "");
    assertFailed(await copied(), 1, "no space left at the destination, ");
  },
);

onSmallDisk("xpm-copy names a destination that may not be written", "8m", async (pair, disk) => {
  const sample = makeSample(pair.source.path, { jobs: 1 });
  assert(await runs("mount", ["-o", "remount,ro", disk]));
  for (const yes of ["plan", "yes"] as const) {
    const said = await runProgram(pair, sample, [], yes);
    const where = pair.destination.ssh === undefined ? "" : ` on ${pair.destination.ssh.host}`;
    const closed = `${disk}${where} is not writable`;
    assertFailed(said, 1, `${pair.destination.path} cannot be created: ${closed}`);
  }
  assert(await runs("mount", ["-o", "remount,rw", disk]));
  assertEquals((await pair.copy(sample)).complete, true);
});
