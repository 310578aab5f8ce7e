/**
 * Programs of a host that fail, always: what they do not tell is never taken for "nothing there".
 *
 * @module
 */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { CopyError } from "../../mod.ts";
import { makeSample, type Sample } from "../../scripts/sample.ts";
import { type Pair, withPair } from "../support/directions.ts";
import { OWN, useRemotePrograms } from "../support/remote_programs.ts";
import { shell } from "../support/shell.ts";
import { hasSshd } from "../support/sshd.ts";
import { assertMoved, compareTrees, readTree } from "../support/trees.ts";

const ignore = !await hasSshd();
const withPrograms = useRemotePrograms(ignore);

/** Ways to fail. */
const FAILS = "#!/bin/sh\nexit 1";
const IS_MISSING = '#!/bin/sh\necho "${0##*/}: not found" >&2\nexit 127';
const STOPS_HALFWAY = `#!/bin/sh
${OWN}
$own "$@" > FOLDER/all
head -c $(($(wc -c < FOLDER/all) / 2)) FOLDER/all
exit 1`;
/** A `find` such as toybox's, which knows `-printf` and not what is asked for. */
const TELLS_LITTLE = `#!/bin/sh
${OWN}
case $* in *%y*) echo "find: bad -printf %y" >&2; exit 1 ;; esac
exec $own "$@"`;
const BROKEN: Record<string, Record<string, string>> = {
  "find fails": { find: FAILS },
  "find is missing": { find: IS_MISSING },
  "find stops halfway": { find: STOPS_HALFWAY },
  "find fails like toybox's, and stat": { find: TELLS_LITTLE, stat: FAILS },
  "stat fails": { stat: FAILS },
  "readlink fails": { readlink: FAILS },
  "readlink fails for one link of a job": {
    find: TELLS_LITTLE,
    readlink: `#!/bin/sh\n${OWN}\ncase $* in *inside) exit 1 ;; esac\nexec $own "$@"`,
  },
  "ls fails": { ls: FAILS },
  "xargs fails": { xargs: FAILS },
  "tr stops halfway": { tr: STOPS_HALFWAY },
  "grep is missing": { grep: IS_MISSING },
  "cat fails": { cat: FAILS },
};

/** Makes something to copy of which a part is there, and a part is to be replaced. */
async function prepare(pair: Pair): Promise<Sample> {
  const sample = makeSample(pair.source.path, { jobs: 3 });
  shell(sample.jobs[1]!.folder, 'ln -s "$1/jobs" inside', sample.root);
  // find tells decimals of times, and stat does not
  shell(sample.root, "find . -exec touch -h -d @1600000000 {} +");
  assertEquals((await pair.copy(sample)).complete, true);
  const there = pair.destination.path;
  shell(there, "rm -r jobs/*evaluate*; rm jobs/*train*/*/*.done");
  shell(pair.source.path, "touch -d @2000000000 experiments/*/2*/status.json");
  return sample;
}

/** Copies while programs are broken, and once more when they are mended. */
async function tryWhile(programs: Record<string, string>, pair: Pair): Promise<void> {
  const sample = await prepare(pair);
  const source = readTree(pair.source.path);
  await withPrograms(programs, async () => {
    try {
      const { jobsMissing, errors, complete } = await pair.copy(sample);
      assertEquals(jobsMissing, []);
      assert(complete || errors.length > 0, "it says nothing");
      if (complete) compareTrees({ sample, destination: pair.destination.path });
    } catch (error) {
      if (!(error instanceof CopyError)) throw error;
      assertMatch(error.message, /cannot|fail|did not answer|lacks/);
    }
  });
  const { errors, complete } = await pair.copy(sample);
  assertEquals([errors, complete], [[], true], "it is mended");
  compareTrees({ sample, destination: pair.destination.path });
  assertMoved(pair.source.path, source);
}

for (const [what, programs] of Object.entries(BROKEN)) {
  // each end by itself: the first that fails would hide the other
  for (const direction of ["local to remote", "remote to local"] as const) {
    Deno.test({
      name: `copyExperiment() takes nothing for missing where ${what}, ${direction}`,
      ignore,
      fn: () =>
        withPrograms({}, (sshd) => withPair(direction, sshd, (pair) => tryWhile(programs, pair))),
    });
  }
}
