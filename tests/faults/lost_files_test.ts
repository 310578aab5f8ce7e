/**
 * Programs that lose something without a word: what has come is compared with what was found.
 *
 * @module
 */

import { existsSync } from "node:fs";
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { makeSample, type Sample } from "../../scripts/sample.ts";
import { type Faulty, withFaultyPrograms } from "../support/faulty_pair.ts";
import { OWN } from "../support/remote_programs.ts";
import { compareJobs, compareTrees } from "../support/trees.ts";

/** What a tar does in place of packing: it ends with 0. */
const tarThat = (act: string) =>
  `#!/bin/sh
${OWN}
case $* in *--no-recursion*) exec $own "$@" ;; *"-cf -"*) ;; *) exec $own "$@" ;; esac
file=$(cat FOLDER/file)
${act}
`;

/** A tar that takes a file for shorter than it is. */
const SHORTENING = tarThat(`cp -p "$file" FOLDER/kept
head -c 10 FOLDER/kept > "$file"
touch -r FOLDER/kept "$file"
$own "$@"
cat FOLDER/kept > "$file"
touch -r FOLDER/kept "$file"`);

const TARS: Record<string, string> = {
  "has left out": tarThat('exec $own --exclude="\${file##*/}" "$@"'),
  "has cut short": SHORTENING,
};

/** A name that one job has, and no other. */
const NAME = "only one.bin";

/** Jobs, and the run, each with a file that the others lack. */
function makeJobs({ pair, aim }: Faulty, files = { [NAME]: "x".repeat(5000) }): Sample {
  const sample = makeSample(pair.source.path, { jobs: [{}, { files }, {}] });
  aim(`${sample.jobs[1]!.folder}/${NAME}`);
  return sample;
}

for (const [what, tar] of Object.entries(TARS)) {
  withFaultyPrograms(
    `xpm-copy brings what tar ${what} without a word`,
    { atSource: { tar } },
    async (faulty) => {
      const sample = makeJobs(faulty);
      const { code, err } = await (await faulty.start(sample)).ended;
      assertEquals(code, 0, err);
      compareTrees({ sample, destination: faulty.pair.destination.path });
    },
  );
}

withFaultyPrograms(
  "xpm-copy brings what tar has left out of a run",
  { atSource: { tar: TARS["has left out"]! } },
  async (faulty) => {
    const sample = makeJobs(faulty);
    faulty.aim("/objects.jsonl");
    const { code, err } = await (await faulty.start(sample)).ended;
    assertEquals(code, 0, err);
    compareTrees({ sample, destination: faulty.pair.destination.path });
  },
);

/** An rsync that does something else to begin with, or always. */
const rsyncThat = (act: string, when: "once" | "always") =>
  `#!/bin/sh
${OWN}
case $* in *--files-from=-*) ;; *) exec $own "$@" ;; esac
case $* in *--list-only*) exec $own "$@" ;; esac
file=$(cat FOLDER/file)
if [ ${when} = always ] || [ ! -e FOLDER/acted ]; then
  touch FOLDER/acted
  ${act}
else exec $own "$@"
fi
`;

/** What rsync does to a file of which the last part of the path is known. */
const LEAVING_OUT = '$own --exclude="${file##*/}" "$@"';
const CUTTING = `$own "$@"
  code=$?
  for staged in ROOT/.xpm-staging/*/jobs/*/*/"\${file##*/}"; do
    touch -r "$staged" FOLDER/time
    head -c 10 "$file" > "$staged"
    touch -r FOLDER/time "$staged"
  done
  exit $code`;

/** By rsync, and by no stream. */
const BY_RSYNC = ["--bwlimit", "100000"];

for (
  const [what, act] of [["leaves out", LEAVING_OUT], ["cuts short", CUTTING]] as const
) {
  const script = (when: "once" | "always") => ({
    here: { rsync: rsyncThat(act.replace("ROOT", "FOLDER/../destination"), when) },
  });
  withFaultyPrograms(
    `xpm-copy brings what rsync ${what} without a word, once`,
    script("once"),
    async (faulty) => {
      const sample = makeJobs(faulty);
      const { code, err } = await (await faulty.start(sample, BY_RSYNC)).ended;
      assertEquals(code, 0, err);
      compareTrees({ sample, destination: faulty.pair.destination.path });
    },
  );
  withFaultyPrograms(
    `xpm-copy names a job of which rsync ${what} a file without a word, and copies the others`,
    script("always"),
    async (faulty) => {
      const sample = makeJobs(faulty);
      const [, lost] = sample.jobs;
      const { code, out, err } = await (await faulty.start(sample, BY_RSYNC)).ended;
      assertEquals(code, 3, err);
      assertStringIncludes(
        `${out}${err}`,
        `${lost!.jobId.slice(0, 8)} was not copied: what was received differs`,
      );
      assertStringIncludes(`${out}${err}`, NAME);
      const destination = faulty.pair.destination.path;
      assertEquals(existsSync(`${destination}/jobs/${lost!.taskId}/${lost!.jobId}`), false);
      compareJobs({ sample, destination, jobs: sample.jobs.filter((job) => job !== lost) });
      assert(existsSync(`${destination}/experiments/${sample.experimentId}/${sample.runId}`));
      const result = await faulty.pair.copy(sample);
      assertEquals([result.errors, result.complete], [[], true]);
      compareTrees({ sample, destination });
    },
  );
}

withFaultyPrograms(
  "xpm-copy does not put a run in its place of which rsync leaves out a file without a word",
  { atSource: { tar: TARS["has left out"]! }, here: { rsync: rsyncThat(LEAVING_OUT, "always") } },
  async (faulty) => {
    const sample = makeJobs(faulty);
    faulty.aim("/objects.jsonl");
    const { code, out, err } = await (await faulty.start(sample, BY_RSYNC)).ended;
    assertEquals(code, 3, err);
    assertStringIncludes(
      `${out}${err}`,
      "the run could not be put in place: what was received is incomplete",
    );
    const destination = faulty.pair.destination.path;
    assertEquals(existsSync(`${destination}/experiments`), false);
    compareJobs({ sample, destination });
    faulty.aim("/none"); // it can be told the whole again
    const result = await faulty.pair.copy(sample);
    assertEquals([result.errors, result.complete], [[], true]);
    compareTrees({ sample, destination });
  },
);
