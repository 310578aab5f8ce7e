/**
 * The kill sweep: the program killed, or one of its programs failing, at every start of a process
 * and after a spread of bytes, here and at the other end. After each, what stands at a final path
 * is whole; a second copy ends like an undisturbed one.
 *
 * `deno task test:faults` tries all points, the ordinary tests a spread of them.
 *
 * @module
 */

import { existsSync } from "node:fs";
import { assert, assertEquals } from "@std/assert";
import { makeSample, type Sample } from "../../scripts/sample.ts";
import { DIRECTIONS, type Pair, withPair } from "../support/directions.ts";
import { type Fault, type Faulty, makeFaulty } from "../support/faulty.ts";
import { startProgram } from "../support/kill.ts";
import { until } from "../support/processes.ts";
import { shell } from "../support/shell.ts";
import { hasSshd, startSshd } from "../support/sshd.ts";
import {
  assertMoved,
  compareJobs,
  compareTrees,
  namesIn,
  readTree,
  type Tree,
} from "../support/trees.ts";

const FULL = Deno.env.get("XPM_FAULTS") === "full";
/** How many points a direction has in the ordinary tests. */
const SPREAD = 6;

/** The codes by which programs end when something is wrong. */
const CODES: Record<string, number[]> = {
  rsync: [10, 12, 23, 24, 30, 255],
  ssh: [10, 12, 23, 24, 30, 255],
  tar: [2],
  zstd: [1],
  mv: [1],
  mkdir: [1],
};
/** After how many bytes, of programs that have a stream. */
const BYTES = [0, 700, 30_000, 1_500_000];

/** A fault, and at which end. */
interface Point extends Fault {
  end: "here" | "there";
}

/** Every point there is, when these programs are started at the ends. */
function* allPoints(starts: Record<"here" | "there", string[]>): Generator<Point> {
  for (const end of ["here", "there"] as const) {
    for (const [index, name] of starts[end].entries()) {
      const start = index + 1;
      yield { end, start, what: "kill" };
      for (const code of CODES[name]!) yield { end, start, what: code };
      if (name === "mv" || name === "mkdir") continue;
      for (const [index, bytes] of BYTES.entries()) {
        const side = (start + index) % 2 === 0 ? "in" : "out";
        const what = index % 2 === 0 ? "kill" : CODES[name]!.at(-1)!;
        yield { end, start, what, after: { bytes, side } };
      }
    }
  }
}

/** Some of the points, evenly spread. */
function spread(points: Point[], count: number): Point[] {
  return Array.from(
    { length: count },
    (_, i) => points[Math.floor((i + 0.5) * points.length / count)]!,
  );
}

/** What is copied, and what stands there before: an older version of one job. */
interface Scene {
  pair: Pair;
  sample: Sample;
  replaced: string;
  old: Tree;
}

function makeScene(pair: Pair): Scene {
  const to = pair.destination.path;
  const states = ["unfinished", "missing", "missing", "missing", "missing"] as const;
  const there = makeSample(to, { jobs: states.map((state) => ({ state })), ended: true });
  Deno.removeSync(`${to}/experiments/neuralir/current`);
  const sample = makeSample(pair.source.path, {
    ...{ jobs: 5, largeFiles: 2, largeBytes: 3_000_000, runId: "20260119_000000" },
  });
  // where this machine's tar fails at once, documents are packed here, and Deno knows no other times
  if (pair.direction === "local to local") cutTimes(sample.root);
  const replaced = there.jobs[0]!.folder;
  return { pair, sample, replaced, old: readTree(replaced) };
}

/** Cuts all times in a folder to milliseconds. */
function cutTimes(root: string): void {
  const cut = 'for path do touch -h -d "@$(stat -c %.3Y "$path")" "$path"; done';
  shell(root, 'find . -depth -exec sh -c "$1" sh {} +', cut);
}

/** Jobs that stand at their final place, but for an old version. */
function published({ pair, sample, replaced }: Scene) {
  return sample.jobs.filter(({ taskId, jobId }) => {
    const folder = `${pair.destination.path}/jobs/${taskId}/${jobId}`;
    if (folder !== replaced) return existsSync(folder);
    return namesIn(`${pair.destination.path}/jobs/${taskId}`).includes(jobId) &&
      namesIn(folder).some((name) => name.endsWith(".done"));
  });
}

/** Checks that every folder at a final path is whole, and the run only there with all its jobs. */
function assertWhole(scene: Scene): number {
  const { pair, sample, replaced, old } = scene;
  const run = existsSync(`${pair.destination.path}/experiments/neuralir/${sample.runId}`);
  const jobs = published(scene);
  compareJobs({ sample, destination: pair.destination.path, jobs });
  const isOld = existsSync(replaced) && !jobs.some(({ jobId }) => replaced.endsWith(jobId));
  if (isOld) assertMoved(replaced, old);
  if (run) assertLinked(scene);
  return jobs.length;
}

/** Checks that a run links to jobs that stand, and to nothing else. */
function assertLinked({ pair, sample }: Scene): void {
  const links = `${pair.destination.path}/experiments/neuralir/${sample.runId}/jobs`;
  for (const taskId of namesIn(links)) {
    for (const jobId of namesIn(`${links}/${taskId}`)) {
      const job = Deno.readLinkSync(`${links}/${taskId}/${jobId}`);
      assert(existsSync(job), `the run stands without ${job}`);
    }
  }
}

/** Copies with a fault, checks, copies again, and checks that. */
async function tryPoint(point: Point, pair: Pair, ends: Record<"here" | "there", Faulty>) {
  const scene = makeScene(pair);
  const { sample } = scene;
  for (const end of ["here", "there"] as const) {
    ends[end].plan(end === point.end ? point : undefined);
  }
  const { process, ended } = await startProgram(pair, sample, {
    args: ["--timeout", "20"],
    env: { PATH: ends.here.path },
  });
  if (point.end === "here") ends.here.aim(process.pid);
  const { code, err } = await ended;
  assert([0, 1, 3, 5, 137].includes(code), `it ended with ${code}: ${err}`);
  assert(!/should not happen|^\s+at /m.test(err), err);
  const before = assertWhole(scene);
  // what could not be copied was said: then the run is there without it
  if (code === 0) assertEquals(before, sample.jobs.length);
  for (const end of ["here", "there"] as const) ends[end].plan(undefined);
  const result = await pair.copy(sample);
  assertEquals([result.errors, result.complete], [[], true]);
  assert(result.jobsCopied <= sample.jobs.length - before, "jobs in their place were sent again");
  compareTrees({ sample, destination: pair.destination.path });
  // a far shell whose connection was lost clears up a little later
  await until(() => !existsSync(`${pair.destination.path}/.xpm-staging`));
  assertEquals(namesIn(pair.destination.path).filter((name) => name.startsWith(".xpm")), []);
}

function describe({ end, start, what, after }: Point): string {
  const how = what === "kill" ? "killed" : `exit ${what}`;
  return `${how} ${end}, start ${start}${after ? `, byte ${after.bytes} ${after.side}` : ""}`;
}

for (const direction of DIRECTIONS) {
  Deno.test({
    name:
      `xpm-copy killed, or failed by its programs, leaves whole jobs only and goes on, ${direction}`,
    ignore: direction !== "local to local" && !await hasSshd(),
    async fn() {
      const folder = Deno.realPathSync(Deno.makeTempDirSync({ prefix: "xpm-sweep-" }));
      try {
        const ends = {
          here: await makeFaulty(`${folder}/here`, ["rsync", "ssh", "tar"]),
          there: await makeFaulty(`${folder}/there`, ["rsync", "tar", "zstd", "mv", "mkdir"]),
        };
        const remote = direction !== "local to local";
        await using sshd = remote
          ? await startSshd({ environment: { PATH: ends.there.path } })
          : undefined;
        // undisturbed, for the number of processes
        for (const end of ["here", "there"] as const) ends[end].plan(undefined);
        await withPair(direction, sshd, async (pair) => {
          const { sample } = makeScene(pair);
          const { ended } = await startProgram(pair, sample, { env: { PATH: ends.here.path } });
          assertEquals((await ended).code, 0);
        });
        const starts = { here: ends.here.starts(), there: ends.there.starts() };
        const all = [...allPoints(starts)];
        const points = FULL ? all : spread(all, SPREAD);
        console.log(`${points.length} of ${all.length} points`);
        const failures: string[] = [];
        for (const point of points) {
          await withPair(direction, sshd, (pair) => tryPoint(point, pair, ends)).catch((error) => {
            console.log(`failed: ${describe(point)}`);
            failures.push(`${describe(point)}: ${error.message}`);
          });
        }
        assertEquals(failures.join("\n"), "");
      } finally {
        Deno.removeSync(folder, { recursive: true });
      }
    },
  });
}
