/**
 * Destinations at which something fails: by the programs of a host, or by the calls of this machine.
 *
 * @module
 */

import { writeFileSync } from "node:fs";
import { stagingName } from "../../lib/copy/loads.ts";
import type { SurveyData } from "../../lib/copy/surveyed.ts";
import { type Direction, type Pair, type RunName, withPair } from "./directions.ts";
import { startProgram } from "./kill.ts";
import { OWN, withPrograms } from "./remote_programs.ts";
import { hasSshd } from "./sshd.ts";
import { canTrace, failing } from "./strace.ts";

const reachable = await hasSshd();

/** Something that fails. */
export interface Fault<Run extends RunName> {
  /** At a host: lines of a program that is there in place of another; `exit` ends it with a failure. */
  program: [name: string, lines: string];
  /** Here: which calls, and the paths that they concern. */
  calls: string;
  /** The paths, those of the staging folder by its own. */
  paths: (run: Run, destination: string, staging: string) => string[];
}

/** A pair at whose destination something fails. */
export interface FaultyDestination<Run extends RunName> {
  /** The pair. */
  pair: Pair;
  /** Copies by a process of its own, and despite the fault. */
  copy(run: Run, args?: string[]): Promise<{ code: number; out: string; err: string }>;
  /** Nothing fails any more. */
  mend(): void;
}

/** Registers a test of a fault for each kind of host: where the source is makes no difference. */
export function withFaultyDestination<Run extends RunName>(
  name: string,
  { program: [program, lines], calls, paths }: Fault<Run>,
  check: (faulty: FaultyDestination<Run>) => Promise<void>,
): void {
  const test = (direction: Direction, ignore: boolean, fn: () => Promise<void>) =>
    Deno.test({ name: `${name}, ${direction}`, ignore, fn });
  const checkHere = (pair: Pair) =>
    check({
      pair,
      async copy(run, args = []) {
        const { path } = pair.destination;
        const staging = `${path}/.xpm-staging/${await nameOf(pair, run)}`;
        const under = failing(calls, paths(run, path, staging));
        return await (await startProgram(pair, run, { under, args })).ended;
      },
      mend() {},
    });
  test("local to local", !canTrace, () => withPair("local to local", undefined, checkHere));
  const script = `#!/bin/sh\n${OWN}\n[ -e FOLDER/mended ] || {\n${lines}\n}\nexec $own "$@"\n`;
  test("remote to remote", !reachable, () =>
    withPrograms(
      { [program]: script },
      (sshd, folder) =>
        withPair("remote to remote", sshd, (pair) =>
          check({
            pair,
            copy: async (run, args = []) => await (await startProgram(pair, run, { args })).ended,
            mend: () => writeFileSync(`${folder}/mended`, ""),
          })),
    ));
}

/** The name of a copy's staging folder. */
async function nameOf({ source }: Pair, { experimentId, runId }: RunName): Promise<string> {
  const { path, ssh: { host } = {} } = source;
  return await stagingName(
    { plan: { source: { host, path }, experimentId, runId } } as unknown as SurveyData,
  );
}
