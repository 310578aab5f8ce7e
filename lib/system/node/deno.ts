/**
 * What this project uses of `Deno`, and of a browser's events, for Node: in the npm package these
 * names mean this module. Deno's permissions do not exist there: everything is granted.
 *
 * @module
 */

import { hostname } from "node:os";
import process from "node:process";
import * as errors from "./errors.ts";
import * as files from "./files.ts";
import type * as info from "./info.ts";
import type { OpenFile, OpenOptions } from "./open_file.ts";
import { consoleSize, stderr, stdin, stdout } from "./streams.ts";

/** Stands in for Deno's namespace. */
export const Deno = {
  ...files,
  // deno-lint-ignore require-await -- so that what it throws is a rejected promise
  open: async (path: string, options?: OpenOptions) => files.openSync(path, options),
  // deno-lint-ignore require-await
  readFile: async (path: string) => files.readFileSync(path),
  // deno-lint-ignore require-await
  realPath: async (path: string) => files.realPathSync(path),
  // deno-lint-ignore require-await
  stat: async (path: string) => files.statSync(path),
  args: process.argv.slice(2),
  build: { os: process.platform === "win32" ? "windows" : process.platform },
  consoleSize,
  env: { get: (name: string): string | undefined => process.env[name] },
  errors,
  hostname,
  exit: (code: number): never => process.exit(code),
  noColor: Boolean(process.env.NO_COLOR),
  permissions: { querySync: (_descriptor: unknown) => ({ state: "granted", partial: false }) },
  stderr,
  stdin,
  stdout,
  addSignalListener: (signal: Deno.Signal, listener: () => void) =>
    void process.on(signal, listener),
  removeSignalListener: (signal: Deno.Signal, listener: () => void) =>
    void process.off(signal, listener),
};

/** The types of Deno's namespace. */
// deno-lint-ignore no-namespace -- Deno's is one
export namespace Deno {
  /** A name in a folder. */
  export type DirEntry = files.DirEntry;
  /** What stands at a path. */
  export type FileInfo = info.FileInfo;
  /** An open file. */
  export type FsFile = OpenFile;
  /** A signal. */
  export type Signal = NodeJS.Signals;
}

/** Calls a listener when the process ends; of a browser's events that is the one in use. */
export function addEventListener(_event: "unload", listener: () => void): void {
  process.on("exit", listener);
}

/** Stops that. */
export function removeEventListener(_event: "unload", listener: () => void): void {
  process.off("exit", listener);
}

/**
 * What is thrown when both a block and the end of its `using` throw. Node 20 has no such class, and
 * TypeScript then makes an error of this name.
 */
export class SuppressedError extends Error {
  /** What the block threw. */
  declare suppressed: unknown;

  /** Told by the name. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    return value instanceof Error && value.name === "SuppressedError";
  }
}
