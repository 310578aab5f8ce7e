/**
 * What fails when all has got its name: that is said, and nothing is taken for undone.
 *
 * @module
 */

import { existsSync, readlinkSync } from "node:fs";
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { makeSample, type Sample } from "../../scripts/sample.ts";
import { withFaultyDestination } from "../support/faulty_destination.ts";
import { shell } from "../support/shell.ts";
import { RENAMES } from "../support/strace.ts";
import { compareJobs, compareTrees, namesIn } from "../support/trees.ts";

// BUG when these were written: here an error, which said that nothing was in place; at a host no word.
withFaultyDestination<Sample>(
  "xpm-copy says that its staging folder could not be removed, and that is no failure",
  {
    program: [
      "rm",
      `case $2 in */.xpm-staging/????????????????/jobs) echo "rm: in use" >&2; exit 1 ;; esac`,
    ],
    calls: "rmdir,unlink,unlinkat",
    paths: (_run, _destination, staging) => [`${staging}/jobs`],
  },
  async ({ pair, copy, mend }) => {
    const sample = makeSample(pair.source.path, { jobs: 2 });
    const to = pair.destination.path;
    const { code, out, err } = await copy(sample);
    assertEquals(code, 0, err);
    const staging = shell(to, "ls -d .xpm-staging/????????????????").trim();
    assertStringIncludes(`${out}${err}`, `warning: ${to}/${staging} could not be removed: `);
    compareTrees({ sample, destination: to });
    mend();
    const result = await pair.copy(sample);
    assertEquals([result.jobsCopied, result.warnings, result.complete], [0, [], true]);
    assertEquals(namesIn(to), [".__experimaestro__", "experiments", "jobs"]);
  },
);

withFaultyDestination<Sample>(
  "xpm-copy names a marker that could not be made, exit 3, and makes it the next time",
  {
    program: ["touch", `case $* in *__experimaestro__) echo "touch: no" >&2; exit 1 ;; esac`],
    calls: "open,openat",
    paths: (_, destination) => [`${destination}/.__experimaestro__`],
  },
  async ({ pair, copy, mend }) => {
    const sample = makeSample(pair.source.path, { jobs: 2 });
    const to = pair.destination.path;
    const marker = `${to}/.__experimaestro__`;
    const { code, out, err } = await copy(sample);
    assertEquals(code, 3, err);
    assertStringIncludes(`${out}${err}`, `${marker} could not be created: `);
    compareTrees({ sample, destination: to });
    assertEquals(readlinkSync(`${to}/experiments/${sample.experimentId}/current`), sample.runId);
    assertEquals(namesIn(to), ["experiments", "jobs"]);
    mend();
    const result = await pair.copy(sample);
    assertEquals([result.jobsCopied, result.complete, existsSync(marker)], [0, true, true]);
  },
);

withFaultyDestination<Sample>(
  "xpm-copy says where what was replaced is when it could not be kept, exit 3",
  {
    program: ["mv", `case $* in "replaced "*) echo "mv: no" >&2; exit 1 ;; esac`],
    calls: RENAMES,
    paths: (_run, _destination, staging) => [`${staging}/replaced`],
  },
  async ({ pair, copy, mend }) => {
    const sample = makeSample(pair.source.path, { jobs: [{ task: "train" }] });
    const files = { "precious.txt": "x" };
    const jobs = [{ task: "train", state: "unfinished", files }] as const;
    makeSample(pair.destination.path, { jobs: [...jobs], runId: "20250101_000000", ended: true });
    const to = pair.destination.path;
    const { code, out, err } = await copy(sample, ["--keep-replaced"]);
    assertEquals(code, 3, err);
    assertStringIncludes(`${out}${err}`, "replaced folders are still in ");
    assert(!`${out}${err}`.includes("is kept in"), "it is not");
    compareTrees({ sample, destination: to });
    const find = "find . -name precious.txt";
    assertStringIncludes(shell(to, find), "/replaced/jobs/");
    mend();
    const result = await pair.copy(sample, { keepReplaced: true });
    assertEquals([result.errors, result.complete], [[], true]);
    assertStringIncludes(shell(to, find), "./.xpm-staging/replaced/");
  },
);

/** A `sync` that fails the second, or the third time: after the jobs have their names, or the run. */
const syncFailing = (time: number): [string, string] => [
  "sync",
  `[ "$1" = -f ] && echo x >> FOLDER/syncs && [ "$(wc -l < FOLDER/syncs)" = ${time} ] &&
    { echo "sync: error syncing '.': Input/output error" >&2; exit 1; }`,
];

withFaultyDestination<Sample>(
  "xpm-copy holds the run when the names of its jobs did not reach the disk, exit 3",
  {
    program: syncFailing(2),
    calls: "fsync",
    paths: (_, destination) => [`${destination}/jobs`],
  },
  async ({ pair, copy, mend }) => {
    const sample = makeSample(pair.source.path, { jobs: 2 });
    const to = pair.destination.path;
    const { code, out, err } = await copy(sample);
    assertEquals(code, 3, err);
    assertStringIncludes(`${out}${err}`, "some copied data may not have reached the disk: ");
    assertStringIncludes(`${out}${err}`, "the run could not be put in place: ");
    compareJobs({ sample, destination: to });
    assertEquals(existsSync(`${to}/experiments/${sample.experimentId}/current`), false);
    mend();
    const result = await pair.copy(sample);
    assertEquals([result.errors, result.complete], [[], true]);
    compareTrees({ sample, destination: to });
  },
);

withFaultyDestination<Sample>(
  "xpm-copy says that the name of the run did not reach the disk, exit 3",
  {
    program: syncFailing(3),
    calls: "fsync",
    paths: ({ experimentId }, destination) => [`${destination}/experiments/${experimentId}`],
  },
  async ({ pair, copy }) => {
    const sample = makeSample(pair.source.path, { jobs: 2 });
    const { code, out, err } = await copy(sample);
    assertEquals(code, 3, err);
    assertStringIncludes(`${out}${err}`, "some copied data may not have reached the disk: ");
    compareTrees({ sample, destination: pair.destination.path });
    assertEquals(namesIn(pair.destination.path), [".__experimaestro__", "experiments", "jobs"]);
  },
);
