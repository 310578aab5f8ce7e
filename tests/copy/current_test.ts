/**
 * Which run is current: by the link, by one of an older experimaestro, or the latest.
 *
 * @module
 */

import { existsSync, mkdirSync, readlinkSync, rmSync, symlinkSync } from "node:fs";
import { dirname } from "node:path";
import { assertEquals, assertRejects } from "@std/assert";
import { CopyError, readJobs, resolveCurrentRun } from "../../mod.ts";
import { makeSample } from "../../scripts/sample.ts";
import { inEachDirection, onEachHost, type Pair, useSshd } from "../support/directions.ts";

useSshd();

const OLD = "20260101_000000";
const RUN = "20260118_170744";
const NEW = "20260119_090000";

/** Where links have named the current run, the first that counts first. */
const PLACES = [
  "experiments/neuralir/current",
  ".events/experiments/neuralir/current",
  ".experimaestro/experiments/neuralir",
];

/** Makes runs, and no link. */
function makeRuns(root: string, runIds: string[]): void {
  for (const runId of runIds) makeSample(root, { runId, jobs: 1 });
  rmSync(`${root}/experiments/neuralir/current`);
}

function link(root: string, place: string, target: string): void {
  mkdirSync(dirname(`${root}/${place}`), { recursive: true });
  symlinkSync(target, `${root}/${place}`);
}

/** The link `current` at the destination. */
function currentLink({ destination }: Pair): string | undefined {
  const path = `${destination.path}/${PLACES[0]}`;
  return existsSync(path) ? readlinkSync(path) : undefined;
}

onEachHost(
  "copyExperiment() takes the run that experimaestro takes, by older links or the latest by name",
  async (pair) => {
    const { path } = pair.source;
    const runIds = [OLD, RUN, `${RUN}.10`, `${RUN}.2`];
    makeRuns(path, runIds);
    mkdirSync(`${path}/experiments/neuralir/zz-no-id\n`);
    mkdirSync(`${path}/experiments/neuralir/-zz`);
    mkdirSync(`${path}/experiments/neuralir/.zz`);
    symlinkSync(OLD, `${path}/experiments/neuralir/zz-link`);
    const current = async () => {
      const run = await resolveCurrentRun(pair.source, "neuralir");
      const { runId, run: { isCurrent } } = await pair.plan({
        experimentId: "neuralir",
        runId: "current",
      });
      assertEquals([runId, isCurrent], [run, true]);
      return run;
    };
    assertEquals(await current(), `${RUN}.2`); // as the names go
    link(path, PLACES[2]!, `../../experiments/neuralir/${OLD}`);
    assertEquals(await current(), OLD);
    link(path, PLACES[1]!, `../../../experiments/neuralir/${RUN}/`);
    assertEquals(await current(), RUN);
    link(path, PLACES[0]!, `${RUN}.10`);
    assertEquals(await current(), `${RUN}.10`);
    assertEquals((await readJobs(pair.source, "neuralir", "current")).length, 1);
  },
);

onEachHost(
  "copyExperiment() takes no other run when a link of whatever place leads to none",
  async (pair) => {
    for (const place of PLACES) {
      for (const target of ["gone", "..", ".", "/etc", `../${OLD}/..`]) {
        makeRuns(pair.source.path, [OLD, RUN]);
        link(pair.source.path, place, target);
        assertEquals(await resolveCurrentRun(pair.source, "neuralir"), undefined);
        await assertRejects(
          () => pair.plan({ experimentId: "neuralir", runId: "current" }),
          CopyError,
          "has no current run",
        );
        rmSync(pair.source.path, { recursive: true });
      }
    }
  },
);

inEachDirection(
  "copyExperiment() makes its run current where no link is, unless a later run is there",
  async (pair) => {
    for (
      const [there, expected] of [[[OLD], RUN], [[NEW], undefined], [[OLD, RUN], RUN]] as const
    ) {
      const sample = makeSample(pair.source.path, { runId: RUN, jobs: 1 });
      makeRuns(pair.destination.path, [...there]);
      const { errors, complete } = await pair.copy(sample);
      assertEquals([errors, complete], [[], true]);
      assertEquals(currentLink(pair), expected);
      assertEquals(await resolveCurrentRun(pair.destination, "neuralir"), expected ?? NEW);
      rmSync(pair.source.path, { recursive: true });
      rmSync(pair.destination.path, { recursive: true });
    }
  },
);

onEachHost(
  "copyExperiment() makes no link `current` where experimaestro before 2.1.1 would take it for a run",
  async (pair) => {
    const { source, destination } = pair;
    makeRuns(source.path, [RUN]);
    link(source.path, PLACES[1]!, `../../../experiments/neuralir/${RUN}`);
    const sample = { experimentId: "neuralir", runId: RUN };
    assertEquals((await pair.copy(sample)).complete, true);
    assertEquals(currentLink(pair), undefined);
    assertEquals(await resolveCurrentRun(destination, "neuralir"), RUN);
    rmSync(destination.path, { recursive: true });

    rmSync(`${source.path}/${PLACES[1]}`);
    link(source.path, PLACES[0]!, RUN);
    makeRuns(destination.path, [OLD]);
    link(destination.path, PLACES[1]!, `../../../experiments/neuralir/${OLD}`);
    assertEquals((await pair.copy(sample)).complete, true);
    assertEquals(currentLink(pair), undefined);
    assertEquals(await resolveCurrentRun(destination, "neuralir"), OLD);
  },
);
