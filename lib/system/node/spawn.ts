/**
 * Starts processes in Node: replaces `../spawn.ts` in the npm package. There, only `flock.ts`
 * starts others.
 *
 * @module
 */

import { type ChildProcessWithoutNullStreams, spawn as start } from "node:child_process";
import { constants } from "node:os";
import { Readable } from "node:stream";
import { type Child, notFound, type Program, requireFolder } from "../child.ts";
import { childEnvironment } from "../environment.ts";
import { BrokenPipe } from "./errors.ts";

/**
 * Starts a program: no shell, no inherited environment.
 *
 * @throws {CopyError} `program`, when it is not installed.
 */
export function spawn(program: Program, args: string[], folder?: string): Child {
  const child = start(program, args, { cwd: folder, env: childEnvironment(), stdio: "pipe" });
  child.on("error", () => {}); // a failed start is reported right below
  if (child.pid === undefined) {
    if (folder !== undefined) requireFolder(folder);
    throw notFound(program);
  }
  return {
    stdin: writable(child),
    stdout: readable(child.stdout),
    stderr: Readable.toWeb(child.stderr) as Child["stderr"],
    code: new Promise((resolve) => {
      child.on("exit", (code, signal) => resolve(code ?? 128 + constants.signals[signal!]));
    }),
    kill: (signal) => void child.kill(signal),
  };
}

/** The output of a process. Node's own web streams do not read into memory of the caller's. */
function readable(stdout: Readable): Child["stdout"] {
  stdout.on("readable", () => {}); // otherwise Node drops unread output when a process ends
  const chunks = stdout[Symbol.asyncIterator]();
  return new ReadableStream({
    type: "bytes",
    async pull(controller) {
      const { done, value } = await chunks.next();
      if (!done) return controller.enqueue(new Uint8Array(value));
      controller.close();
      controller.byobRequest?.respond(0);
    },
    cancel: () => void stdout.destroy(),
  });
}

/**
 * The input of a process. Once the process has stopped reading, writing fails as in Deno, and
 * closing does not.
 */
function writable({ stdin }: ChildProcessWithoutNullStreams): Child["stdin"] {
  stdin.on("error", () => {}); // reported to the writer
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
