/**
 * What kill sweeps have in common: which points they try, and how a copy or a move is killed at one
 * of its operations on this machine's files.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { moduleFlags } from "../../scripts/modules.ts";
import type { Pair, RunName } from "./directions.ts";

const FULL = Deno.env.get("XPM_FAULTS") === "full";
/** How many points the ordinary tests try. */
const SPREAD = 4;

/** All points from 1 to a number, or some of them, evenly spread. */
export function points(all: number): number[] {
  const count = FULL ? all : Math.min(all, SPREAD);
  console.log(`${count} of ${all} points`);
  return Array.from({ length: count }, (_, i) => 1 + Math.floor((i + 0.5) * all / count));
}

/**
 * Runs a copy or a move that is killed before its n-th operation; answers how many there were when n
 * is 0: then it is not killed.
 */
export async function killedAt(
  what: "copy" | "move",
  { source, destination }: Pair,
  { experimentId, runId }: RunName,
  count: number,
): Promise<number> {
  const script = new URL("./killed_operation.ts", import.meta.url).pathname;
  const ends = [source, destination].map((end) => JSON.stringify(end));
  const { stdout, stderr, code } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "-A", "--no-check", ...await moduleFlags(), script, what, ...ends],
      ...[experimentId, runId, String(count)],
    ],
  }).output();
  assertEquals(code === 0, count === 0, new TextDecoder().decode(stderr));
  return Number(new TextDecoder().decode(stdout));
}
