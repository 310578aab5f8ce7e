/**
 * Standard input and output as Deno has them.
 *
 * @module
 */

import { readSync, writeSync } from "node:fs";
import process from "node:process";
import { isatty } from "node:tty";
import { asDeno } from "./errors.ts";

/** Waits a little for a terminal or pipe that can take or give nothing at this moment. */
function patiently<T>(action: () => T): T {
  for (;;) {
    try {
      return action();
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EAGAIN") throw asDeno(error);
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
    }
  }
}

function output(descriptor: 1 | 2) {
  return {
    isTerminal: (): boolean => isatty(descriptor),
    writeSync: (bytes: Uint8Array): number => patiently(() => writeSync(descriptor, bytes)),
  };
}

/** Standard input. */
export const stdin = {
  isTerminal: (): boolean => isatty(0),
  readSync: (bytes: Uint8Array): number | null => patiently(() => readSync(0, bytes)) || null,
  setRaw: (raw: boolean): void => void process.stdin.setRawMode(raw),
};

/** Standard output. */
export const stdout = output(1);

/** Standard error. */
export const stderr = output(2);

/** The size of the terminal. */
export function consoleSize(): { columns: number; rows: number } {
  for (const { isTTY, columns, rows } of [process.stdout, process.stderr]) {
    if (isTTY) return { columns, rows };
  }
  throw new Error("there is no terminal");
}
