/**
 * Programs that fail on cue: a folder for the front of a `PATH`. Each counts its starts together
 * with the others; at one of them, at once or after some bytes, it kills the program that is tested
 * or ends with a code of its own.
 *
 * @module
 */

import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { findProgram } from "../../scripts/setup.ts";

/** What goes wrong. */
export interface Fault {
  /** At which start, from 1. */
  start: number;
  /** `kill` the program that is tested, or end with a code. */
  what: "kill" | number;
  /** After how many bytes of its input or output; at once when left out. */
  after?: { bytes: number; side: "in" | "out" };
}

/** Programs that fail on cue. */
export interface Faulty {
  /** The `PATH` that they are the front of. */
  path: string;
  /** Makes them fail so, and counts from the beginning. */
  plan(fault: Fault | undefined): void;
  /** Whom `kill` kills; when it is never told, who has started the program. */
  aim(pid: number): void;
  /** What was started, in order. */
  starts(): string[];
}

const SCRIPT = `#!/bin/sh
state=STATE
printf '%s\\n' "NAME" >> "$state/starts"
[ -s "$state/fault" ] || exec REAL "$@"
read -r start what bytes side < "$state/fault"
[ "$(wc -l < "$state/starts")" -eq "$start" ] || exec REAL "$@"
act() { # what comes after a kill is done by what was left behind
  [ "$what" = kill ] || return
  pid=$PPID
  for try in 1 2 3 4 5 6 7 8 9 10; do
    [ -e "$state/aimed" ] && [ ! -s "$state/pid" ] && sleep 0.1
  done
  [ ! -s "$state/pid" ] || pid=$(cat "$state/pid")
  kill -9 "$pid"
}
if [ -z "$bytes" ]; then
  [ "$what" = kill ] || exit "$what"
  act
  exec REAL "$@"
fi
pass() { stdbuf -o0 head -c "$bytes"; } # what head holds back, somebody may wait for
if [ "$side" = in ]; then
  { pass; act; [ "$what" != kill ] || exec cat; } | REAL "$@"
else # it ends with what reads from it: by itself, it would perhaps wait for more to do
  mkfifo "$state/out"
  exec 3<&0
  REAL "$@" <&3 3<&- > "$state/out" & real=$!
  (pass; act; [ "$what" != kill ] || exec cat) < "$state/out" 3<&-
  [ "$what" = kill ] || kill "$real" 2> /dev/null
  wait "$real"
fi
code=$?
[ "$what" = kill ] || code=$what
exit "$code"
`;

/** Makes programs that fail on cue, in a new folder; those that are not installed are passed over. */
export async function makeFaulty(folder: string, programs: string[]): Promise<Faulty> {
  mkdirSync(folder);
  for (const program of programs) {
    const real = await findProgram(program);
    if (real === undefined) continue;
    const script = SCRIPT.replaceAll("STATE", folder).replaceAll("REAL", real)
      .replaceAll("NAME", program);
    writeFileSync(`${folder}/${program}`, script, { mode: 0o755 });
  }
  return {
    path: `${folder}:${Deno.env.get("PATH")}`,
    plan(fault) {
      for (const name of ["starts", "pid", "out"]) rmSync(`${folder}/${name}`, { force: true });
      const { start, what, after } = fault ?? {};
      const text = fault ? `${start} ${what} ${after?.bytes ?? ""} ${after?.side ?? ""}\n` : "";
      writeFileSync(`${folder}/fault`, text);
    },
    aim(pid) {
      writeFileSync(`${folder}/aimed`, "");
      writeFileSync(`${folder}/pid`, `${pid}`);
    },
    starts() {
      if (!existsSync(`${folder}/starts`)) return [];
      return readFileSync(`${folder}/starts`, "utf8").trim().split("\n");
    },
  };
}
