/**
 * Copies whose programs are others than they seem: those at the source, and those on this machine.
 *
 * @module
 */

import { writeFileSync } from "node:fs";
import {
  type Direction,
  DIRECTIONS,
  endsHere,
  type Pair,
  type RunName,
  withPair,
} from "./directions.ts";
import { type Program, startProgram } from "./kill.ts";
import { installPrograms, withPrograms } from "./remote_programs.ts";
import { hasSshd } from "./sshd.ts";

const reachable = await hasSshd();

/** Programs by their names; in a script `FOLDER` is where they stand. */
export type Programs = Record<string, string>;

/** A pair whose copies find other programs. */
export interface Faulty {
  /** The pair. */
  pair: Pair;
  /** Says, in `FOLDER/file`, which file the programs are to fail at. */
  aim(file: string): void;
  /** Copies by a process of its own. */
  start(run: RunName, args?: string[]): Promise<Program>;
}

/**
 * Registers a test for each direction; the programs are for the source, and for this machine, which
 * starts none between two others.
 */
export function withFaultyPrograms(
  name: string,
  programs: { atSource?: Programs; here?: Programs },
  check: (faulty: Faulty) => Promise<void>,
  { ignore = false } = {},
): void {
  const directions = programs.here === undefined
    ? DIRECTIONS
    : DIRECTIONS.filter((each) => each !== "remote to remote");
  for (const direction of directions) {
    Deno.test({
      name: `${name}, ${direction}`,
      ignore: ignore || direction !== "local to local" && !reachable,
      fn: () => withFaulty(direction, programs, check),
    });
  }
}

async function withFaulty(
  direction: Direction,
  { atSource = {}, here = {} }: { atSource?: Programs; here?: Programs },
  check: (faulty: Faulty) => Promise<void>,
): Promise<void> {
  const isFar = !endsHere(direction).source;
  await withPrograms(
    isFar ? atSource : {},
    (sshd, far) =>
      withPair(direction, sshd, async (pair) => {
        const folder = `${pair.root}/programs`;
        Deno.mkdirSync(folder);
        installPrograms(folder, isFar ? here : { ...atSource, ...here });
        const env = { PATH: `${folder}:${Deno.env.get("PATH")}` };
        await check({
          pair,
          aim: (file) => [far, folder].forEach((place) => writeFileSync(`${place}/file`, file)),
          start: (run, args = []) => startProgram(pair, run, { env, args }),
        });
      }),
  );
}
