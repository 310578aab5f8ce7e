/**
 * The program as a process of its own, which can be killed.
 *
 * @module
 */

import { mkdirSync, writeFileSync } from "node:fs";
import { assert } from "@std/assert";
import { moduleFlags, ROOT } from "../../scripts/modules.ts";
import type { Pair, RunName } from "./directions.ts";
import { descendants, until, workingIn } from "./processes.ts";
import { namesIn } from "./trees.ts";

/** The program at work. */
export interface Program {
  /** Its process. */
  process: Deno.ChildProcess;
  /** How it ended, and what it said. */
  ended: Promise<{ code: number; out: string; err: string }>;
}

/** How the program is started. */
interface StartOptions {
  /** More arguments. */
  args?: string[];
  /** More variables. */
  env?: Record<string, string>;
  /** The words of a command that it is to run under. */
  under?: string[];
}

/** Starts the program to copy a run; what it makes in the temporary folder goes with the pair. */
export function startProgram(
  pair: Pair,
  run: RunName,
  { args = [], ...options }: StartOptions = {},
): Promise<Program> {
  const ends = ["--from", "source", "--to", "destination"];
  const words = ["copy", run.experimentId, run.runId, ...ends, "--yes", ...args];
  return startCommand(pair, { args: words, ...options });
}

/** Starts the program with a command; its settings know `source` and `destination`. */
export async function startCommand(
  pair: Pair,
  { args = [], env = {}, under = [] }: StartOptions,
): Promise<Program> {
  const settings = `${pair.root}/settings.yaml`;
  const { source, destination } = pair;
  writeFileSync(settings, JSON.stringify({ workspaces: [source, destination] }));
  mkdirSync(`${pair.root}/tmp`, { recursive: true });
  const words = [...under, Deno.execPath()];
  const process = new Deno.Command(words[0]!, {
    args: [
      ...words.slice(1),
      ...["run", "-A", ...await moduleFlags(), `${ROOT}/cli.ts`, ...args],
      ...["--settings", settings],
    ],
    env: { TMPDIR: `${pair.root}/tmp`, ...env },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const ended = process.output().then(({ code, stdout, stderr }) => {
    const [out, err] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
    return { code, out: out!, err: err! };
  });
  return { process, ended };
}

/** How many bytes of files have been staged. */
export function stagedBytes(destination: string): number {
  const size = (path: string): number => {
    try {
      const info = Deno.lstatSync(path);
      if (!info.isDirectory) return info.isFile ? info.blocks! * 512 : 0;
      return namesIn(path).reduce((sum, name) => sum + size(`${path}/${name}`), 0);
    } catch {
      return 0;
    }
  };
  return size(`${destination}/.xpm-staging`);
}

/**
 * Copies slowly, and kills the program in the middle of a file.
 *
 * @returns The processes that it has left behind, with those in the staging folder.
 */
export async function killedMidway(pair: Pair, run: RunName): Promise<number[]> {
  const { process, ended } = await startProgram(pair, run, { args: ["--bwlimit", "500"] });
  const to = pair.destination.path;
  assert(await until(() => stagedBytes(to) > 100_000), "nothing came");
  const staging = `${to}/.xpm-staging`;
  const left = [...descendants(process.pid), ...workingIn(staging)].map(({ pid }) => pid);
  process.kill("SIGKILL");
  await ended;
  return left.filter((pid) => pid !== process.pid);
}
