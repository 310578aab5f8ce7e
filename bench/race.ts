/**
 * Lets the contenders of a case run in turn, several times over.
 *
 * @module
 */

import { join } from "node:path";
import type { Contender, Heat, Lane } from "./cases.ts";
import { commandOf, type Equipment } from "./contenders.ts";
import {
  copyButTenJobs,
  countJobFiles,
  type Ground,
  hindrance,
  isRemovedAtOnce,
  removeFolder,
  touchMemory,
} from "./ground.ts";
import { type Cost, measure } from "./measure.ts";
import type { Network, Ssh } from "./network.ts";
import type { HeatResult, LaneResult } from "./results.ts";
import { makeSlow, slowHindrance } from "./slow.ts";

/**
 * Whether our program syncs what it wrote to disk. When it does, the others' time includes one
 * `sync -f` of what they wrote.
 */
export const OURS_SYNCS = true;

/** What all cases share. */
export interface Arena {
  /** The folders. */
  ground: Ground;
  /** The other machine; undefined where there is no sshd. */
  network: Network | undefined;
  /** What the contenders need. */
  equipment: Equipment;
  /** Ends everything when it fires. */
  signal: AbortSignal;
  /** Is told what happens. */
  tell: (text: string) => void;
}

/** One case in one place. */
interface Scene {
  heat: Heat;
  /** The other machine; undefined when it has no part in this. */
  ssh: Ssh | undefined;
  /** A third one, where the source is on a route between two. */
  third: Ssh | undefined;
  /** The variables of what runs here, where it is slow to make files. */
  slow: Record<string, string> | undefined;
  arena: Arena;
}

/** Runs a case in a place, so many times. */
export async function race(heat: Heat, rounds: number, arena: Arena): Promise<HeatResult> {
  const { name, route, roundTrip, tree, creation } = heat.case;
  const lanes: LaneResult[] = heat.case.lanes.map((lane) => ({ lane, costs: [] }));
  const absent = await hindrance(heat.place, tree, lanes.length * rounds) ??
    (route !== "local" && arena.network === undefined ? "there is no sshd" : undefined) ??
    (creation === undefined ? undefined : await slowHindrance());
  if (absent !== undefined) return { ...heat, lanes, absent };
  const folder = arena.ground.folder(heat.place);
  const slow = creation === undefined
    ? undefined
    : await makeSlow(join(folder, `slow-${name}`), destinationsOf(heat, arena), creation);
  const ssh = route === "local"
    ? undefined
    : await arena.network?.at(roundTrip, "other", slow?.PATH);
  const third = route === "between" ? await arena.network?.at(roundTrip, "third") : undefined;
  try {
    const scene = { heat, ssh, third, slow, arena };
    // what shall be there already is brought by each contender itself
    if (heat.case.there === "all") {
      for (const { lane } of lanes) {
        const contender = reads(lane.contender) ? "ours" : lane.contender;
        await run({ ...lane, contender }, 0, scene);
      }
    }
    for (let round = 0; round < rounds; round++) await runRound(round, lanes, scene);
    return { ...heat, lanes };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    // the other cases go on
    arena.tell(error.message);
    const none = lanes.map(({ lane }) => ({ lane, costs: [] }));
    return { ...heat, lanes: none, absent: `${error.label} failed` };
  }
}

/** The folder with what is copied in a case. */
function destinationsOf({ case: { name }, place }: Heat, { ground }: Arena): string {
  const folder = join(Deno.realPathSync(ground.folder(place)), name);
  Deno.mkdirSync(folder, { recursive: true });
  return folder;
}

/** Every lane once; another one begins each round. */
async function runRound(round: number, lanes: LaneResult[], scene: Scene): Promise<void> {
  for (let turn = 0; turn < lanes.length; turn++) {
    const { lane, costs } = lanes[(round + turn) % lanes.length]!;
    if (round >= (lane.rounds ?? Infinity)) continue;
    const cost = await run(lane, round, scene);
    if (cost === undefined) continue;
    costs.push(cost);
    scene.arena.tell(`  ${round + 1}  ${lane.label}  ${cost.seconds.toFixed(3)} s`);
  }
}

/** One run of a lane; undefined where its contender is not to be had. */
async function run(lane: Lane, round: number, scene: Scene): Promise<Cost | undefined> {
  const { signal } = scene.arena;
  try {
    return starts(lane.contender) ? await runAlone(lane, scene) : await runCopy(lane, round, scene);
  } catch (error) {
    signal.throwIfAborted();
    throw new Failure(lane.label, error);
  }
}

/** Whether a contender only starts, and copies nothing. */
function starts(contender: Contender): boolean {
  return contender === "help" || contender === "empty";
}

/** Whether a contender only plans a copy. */
function plans(contender: Contender): boolean {
  return contender === "plan" || contender === "modules";
}

/** Whether a contender only reads: most what was copied before, a plan what is to be copied. */
function reads(contender: Contender): boolean {
  return contender === "check" || contender === "sha256sum" || plans(contender);
}

async function runAlone(lane: Lane, { arena }: Scene): Promise<Cost | undefined> {
  const nowhere = { path: "" };
  const errand = { from: nowhere, to: nowhere, experimentId: "", runId: "" };
  const command = await commandOf(lane.contender, errand, arena.equipment);
  return command && await measure(command, arena.signal);
}

/** One copy, and what has to be done before and after. */
async function runCopy(lane: Lane, round: number, scene: Scene): Promise<Cost | undefined> {
  const { heat: { case: { tree, there, route }, place }, ssh, third, slow, arena } = scene;
  const { sample, files } = await arena.ground.source(place, lane.tree ?? tree);
  const parts = [lane.label.replace(/\W+/g, "-"), there === "all" ? "again" : `${round}`];
  const destination = join(destinationsOf(scene.heat, arena), parts.join("-"));
  const from = route === "pull" ? ssh : lane.hop === "second" ? undefined : third;
  const to = route === "push" || route === "between" && lane.hop !== "first" ? ssh : undefined;
  const command = await commandOf(lane.contender, {
    from: { path: sample.root, ...(from && { ssh: from }) },
    to: { path: destination, ...(to && { ssh: to }) },
    experimentId: sample.experimentId,
    runId: sample.runId,
  }, arena.equipment);
  if (command === undefined) return undefined;
  if (there === "all but ten jobs") {
    await measure({ words: copyButTenJobs(sample, destination) }, arena.signal);
  }
  // what was written before shall not be paid for now
  if (place === "disk") await measure({ words: ["sync"] }, arena.signal);
  await touchMemory(lane.tree ?? tree);
  const env = { ...command.env, ...(route === "local" && slow) };
  const cost = await measure({ ...command, env }, arena.signal);
  if (OURS_SYNCS && place === "disk" && lane.contender !== "ours" && !reads(lane.contender)) {
    cost.seconds += (await measure({ words: ["sync", "-f", destination] }, arena.signal)).seconds;
  }
  const copied = await countJobFiles(destination);
  if (copied !== (plans(lane.contender) ? 0 : files)) {
    throw new Error(`it copied ${copied} of ${files} files`);
  }
  if (there !== "all" && isRemovedAtOnce(place, tree)) await removeFolder(destination);
  return cost;
}

/** A contender did not do what it should. */
class Failure extends Error {
  constructor(readonly label: string, cause: unknown) {
    super(`${label} failed: ${cause instanceof Error ? cause.message : cause}`);
  }
}
