/**
 * Replaces, in the npm package, the functions of `Deno` that this project uses, and a browser's
 * events. Node has no permissions like Deno's: everything is granted.
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

/** Replaces Deno's namespace. */
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
  memoryUsage: () => process.memoryUsage(),
  exit: (code: number): never => process.exit(code),
  noColor: Boolean(process.env.NO_COLOR),
  permissions: { querySync: (_descriptor: unknown) => ({ state: "granted", partial: false }) },
  SeekMode: { Start: 0 } as const,
  stderr,
  stdin,
  stdout,
  version: { deno: undefined },
  addSignalListener: (signal: Deno.Signal, listener: () => void) =>
    void process.on(signal, listener),
  removeSignalListener: (signal: Deno.Signal, listener: () => void) =>
    void process.off(signal, listener),
};

/** The types of Deno's namespace. */
// deno-lint-ignore no-namespace -- Deno's is one
export namespace Deno {
  /** An entry of a folder. */
  export type DirEntry = files.DirEntry;
  /** The properties of a file. */
  export type FileInfo = info.FileInfo;
  /** An open file. */
  export type FsFile = OpenFile;
  /** A signal. */
  export type Signal = NodeJS.Signals;
}

/** Calls a listener when the process ends: the only event of a browser that is used here. */
export function addEventListener(_event: "unload", listener: () => void): void {
  process.on("exit", listener);
}

/** Removes such a listener. */
export function removeEventListener(_event: "unload", listener: () => void): void {
  process.off("exit", listener);
}
