/**
 * Counting the processes that are started: a folder of programs that note their start in a log and
 * then become the program they are named after.
 *
 * @module
 */

import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { findProgram } from "../../scripts/setup.ts";

/** A folder for the front of a `PATH`, and what was started by way of it. */
export interface Counters {
  /** The `PATH` that it is the front of. */
  path: string;
  /** Each start since the last call: the program and its arguments. */
  take(): string[][];
}

/** Makes counters for programs; those that are not installed are passed over. */
export async function makeCounters(folder: string, programs: string[]): Promise<Counters> {
  const log = `${folder}/log`;
  mkdirSync(`${folder}/bin`, { recursive: true });
  for (const program of programs) {
    const real = await findProgram(program);
    if (real === undefined) continue;
    const file = `${folder}/bin/${program}`;
    // one write a start: starts at the same time do not mix
    const note = `printf '%s\\037' ${program} "$@" '\\n' | tr '\\n' ' ' >> '${log}'`;
    writeFileSync(file, `#!/bin/sh\n${note.replace("'\\n' |", "$'' |")}\nexec ${real} "$@"\n`);
    chmodSync(file, 0o755);
  }
  return {
    path: `${folder}/bin:${Deno.env.get("PATH")}`,
    take() {
      if (!existsSync(log)) return [];
      const starts = readFileSync(log, "utf8").split("\n").filter((line) => line !== "");
      writeFileSync(log, "");
      return starts.map((line) => line.split("\x1f"));
    },
  };
}
