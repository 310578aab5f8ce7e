/**
 * Counting the processes that are started: a folder of programs that note their start in a log and
 * then become the program they are named after.
 *
 * @module
 */

import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { findProgram } from "../../scripts/setup.ts";

/** A folder for the front of a `PATH`, and what was started by way of it. */
export interface Counters {
  /** The `PATH` that it is the front of. */
  path: string;
  /** What was started since the last call: each program with its arguments. */
  take(): string[];
}

/** Makes counters for programs, in a new folder; those that are not installed are passed over. */
export async function makeCounters(folder: string, programs: string[]): Promise<Counters> {
  const log = `${folder}/log`;
  mkdirSync(folder);
  writeFileSync(log, "");
  for (const program of programs) {
    const real = await findProgram(program);
    if (real === undefined) continue;
    // what takes more than one write may have another program's line in its middle
    const note = `printf '%.4000s\\n' "${program} $*" >> ${log}`;
    const lines = ["#!/bin/sh", note, `exec ${real} "$@"`];
    writeFileSync(`${folder}/${program}`, lines.join("\n"));
    chmodSync(`${folder}/${program}`, 0o755);
  }
  return {
    path: `${folder}:${Deno.env.get("PATH")}`,
    take() {
      const starts = readFileSync(log, "utf8").split("\n").filter((line) => line !== "");
      writeFileSync(log, "");
      return starts;
    },
  };
}
