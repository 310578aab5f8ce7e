/**
 * Lets the contenders of a case run in turn, several times over.
 *
 * @module
 */

import { join } from "node:path";
import type { Sample } from "../scripts/sample.ts";
import type { Contender, Heat, Lane } from "./cases.ts";
import { commandOf, type Equipment, type Errand } from "./contenders.ts";
import { countJobFiles, forgetTenJobs, type Ground, hindrance, removeFolder } from "./ground.ts";
import { type Command, type Cost, measure } from "./measure.ts";
import type { Network, Ssh } from "./network.ts";
import type { HeatResult, LaneResult } from "./results.ts";

/**
 * Whether our program syncs what it wrote to disk. When it does, the others' time includes one
 * `sync -f` of what they wrote.
 */
export const OURS_SYNCS = false;

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

/** A lane, ready to run. */
interface Runner {
  lane: Lane;
  result: LaneResult;
  command: Command;
  /** What it copies; undefined where nothing is copied. */
  copy: { sample: Sample; destination: string; files: number } | undefined;
}

/** Runs a case in a place; `rounds` in place of its own number, when given. */
export async function race(
  heat: Heat,
  rounds: number | undefined,
  arena: Arena,
): Promise<HeatResult> {
  const { route, roundTrip, tree } = heat.case;
  const result: HeatResult = {
    ...heat,
    lanes: heat.case.lanes.map((lane) => ({ lane, costs: [] })),
  };
  const absent = await hindrance(heat.place, tree) ??
    (route !== "local" && arena.network === undefined ? "there is no sshd" : undefined);
  if (absent !== undefined) return { ...result, absent };
  const ssh = route === "local" ? undefined : await arena.network?.at(roundTrip);
  const runners: Runner[] = [];
  try {
    for (const lane of result.lanes) {
      const runner = await enter(heat, lane, ssh, arena);
      if (runner !== undefined) runners.push(runner);
    }
    if (heat.case.there !== "nothing") {
      for (const runner of runners) await run(heat, runner, arena.signal);
    }
    for (let round = 0; round < (rounds ?? heat.case.rounds); round++) {
      await runRound(heat, round, runners, arena);
    }
    return result;
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    // the other cases go on
    arena.tell(error.message);
    const lanes = result.lanes.map(({ lane }) => ({ lane, costs: [] }));
    return { ...result, lanes, absent: `${error.label} failed` };
  } finally {
    for (const { copy } of runners) if (copy !== undefined) await removeFolder(copy.destination);
  }
}

/** Makes a lane ready; undefined where its contender is not to be had. */
async function enter(
  { case: { tree, route }, place }: Heat,
  result: LaneResult,
  ssh: Ssh | undefined,
  arena: Arena,
): Promise<Runner | undefined> {
  const { lane } = result;
  const sample = starts(lane.contender) ? undefined : arena.ground.sample(place, lane.tree ?? tree);
  const destination = join(arena.ground.folder(place), `to-${lane.label.replace(/\W+/g, "-")}`);
  const errand: Errand = {
    from: { path: sample?.root ?? "", ...(route === "pull" && ssh && { ssh }) },
    to: { path: destination, ...(route === "push" && ssh && { ssh }) },
    experimentId: sample?.experimentId ?? "",
    runId: sample?.runId ?? "",
  };
  const command = await commandOf(lane.contender, errand, arena.equipment);
  if (command === undefined) return undefined;
  const copy = sample && { sample, destination, files: await countJobFiles(sample.root) };
  return { lane, result, command, copy };
}

/** Whether a contender only starts, and copies nothing. */
function starts(contender: Contender): boolean {
  return contender === "help" || contender === "empty";
}

/** Every runner once; another one begins each round. */
async function runRound(heat: Heat, round: number, runners: Runner[], arena: Arena): Promise<void> {
  for (let turn = 0; turn < runners.length; turn++) {
    const runner = runners[(round + turn) % runners.length]!;
    if (round >= (runner.lane.rounds ?? Infinity)) continue;
    if (heat.case.there === "all but ten jobs" && runner.copy !== undefined) {
      await forgetTenJobs(runner.copy.destination, runner.copy.sample);
    }
    const cost = await run(heat, runner, arena.signal);
    runner.result.costs.push(cost);
    arena.tell(`  ${round + 1}  ${runner.lane.label}  ${cost.seconds.toFixed(3)} s`);
  }
}

/** One run, and what has to be done before and after. */
async function run(heat: Heat, runner: Runner, signal: AbortSignal): Promise<Cost> {
  const { lane, command, copy } = runner;
  const syncs = copy !== undefined && heat.place === "disk";
  try {
    // what was written and removed before shall not be paid for now
    if (syncs) await measure({ words: ["sync"] }, signal);
    const cost = await measure(command, signal);
    if (OURS_SYNCS && syncs && lane.contender !== "ours") {
      const sync = await measure({ words: ["sync", "-f", copy.destination] }, signal);
      cost.seconds += sync.seconds;
    }
    if (copy !== undefined) await check(copy);
    if (copy !== undefined && heat.case.there === "nothing") await removeFolder(copy.destination);
    return cost;
  } catch (error) {
    signal.throwIfAborted();
    throw new Failure(lane.label, error);
  }
}

/** Whether all files of the jobs are there. */
async function check({ destination, files }: NonNullable<Runner["copy"]>): Promise<void> {
  const copied = await countJobFiles(destination);
  if (copied !== files) throw new Error(`it copied ${copied} of ${files} files`);
}

/** A contender did not do what it should. */
class Failure extends Error {
  constructor(readonly label: string, cause: unknown) {
    super(`${label} failed: ${cause instanceof Error ? cause.message : cause}`);
  }
}
