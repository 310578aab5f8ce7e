/**
 * Starting a process in Node: takes the place of `../spawn.ts` in the npm package. No other module
 * there starts one, but for `flock.ts`.
 *
 * @module
 */

import { type ChildProcessWithoutNullStreams, spawn as start } from "node:child_process";
import { constants } from "node:os";
import { Readable } from "node:stream";
import { CopyError } from "../../errors.ts";
import type { Child, Program } from "../child.ts";
import { childEnvironment } from "../environment.ts";
import { BrokenPipe } from "./errors.ts";

/**
 * Starts a program: no shell, no inherited environment.
 *
 * @throws {CopyError} `program`, when it is not installed.
 */
export function spawn(program: Program, args: string[]): Child {
  const child = start(program, args, { env: childEnvironment(), stdio: "pipe" });
  child.on("error", () => {}); // told at once, right below
  if (child.pid === undefined) {
    throw new CopyError("program", `${program} is not installed`, `install ${program}`);
  }
  return {
    stdin: writable(child),
    stdout: Readable.toWeb(child.stdout) as Child["stdout"],
    stderr: Readable.toWeb(child.stderr) as Child["stderr"],
    code: new Promise((resolve) => {
      child.on("exit", (code, signal) => resolve(code ?? 128 + constants.signals[signal!]));
    }),
    kill: (signal) => void child.kill(signal),
  };
}

/** What a process reads. Once it reads no more, writing fails as in Deno, and closing does not. */
function writable({ stdin }: ChildProcessWithoutNullStreams): Child["stdin"] {
  stdin.on("error", () => {}); // told to who writes
  return new WritableStream({
    write: (bytes) =>
      new Promise((resolve, reject) => {
        stdin.write(bytes, (error) => error ? reject(new BrokenPipe("Broken pipe")) : resolve());
      }),
    close: () =>
      new Promise((resolve) => {
        if (stdin.destroyed) return resolve();
        stdin.once("close", resolve);
        stdin.end();
      }),
    abort: () => void stdin.destroy(),
  });
}
