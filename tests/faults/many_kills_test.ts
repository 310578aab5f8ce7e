/**
 * A copy of five thousand jobs that is killed twenty times, with `deno task test:faults` only.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { makeSample } from "../../scripts/sample.ts";
import { inEachDirection, type Pair, useSshd } from "../support/directions.ts";
import { startProgram } from "../support/kill.ts";
import { compareTrees, namesIn } from "../support/trees.ts";

useSshd({ logins: "each" });

const KILLS = 20;
/** The longest that a copy is let live, in milliseconds: an undisturbed one takes twice as long. */
const LIFE = 4000;

async function killMany(pair: Pair): Promise<void> {
  const sample = makeSample(pair.source.path, { jobs: 5000, filesPerJob: 8 });
  let killed = 0;
  for (let attempt = 0; killed < KILLS && attempt < 2 * KILLS; attempt++) {
    const { process, ended } = await startProgram(pair, sample);
    const life = 300 + Math.floor(Math.random() * LIFE);
    const timer = setTimeout(() => process.kill("SIGKILL"), life);
    const { code, err } = await ended;
    clearTimeout(timer);
    assert([0, 137].includes(code), err);
    if (code === 0) {
      // it got through: from the beginning
      compareTrees({ sample, destination: pair.destination.path });
      Deno.removeSync(pair.destination.path, { recursive: true });
    } else killed++;
  }
  assertEquals((await pair.copy(sample)).complete, true);
  compareTrees({ sample, destination: pair.destination.path });
  assertEquals(namesIn(pair.destination.path), [".__experimaestro__", "experiments", "jobs"]);
}

// several minutes a direction
if (Deno.env.get("XPM_FAULTS") === "full") {
  inEachDirection("xpm-copy of 5,000 jobs survives being killed 20 times", killMany);
}
