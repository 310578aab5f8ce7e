/**
 * Standard input and output as Deno has them.
 *
 * @module
 */

import { writeSync } from "node:fs";
import process from "node:process";
import { isatty } from "node:tty";
import { asDeno } from "./errors.ts";

/** Retries for a short time while a terminal or pipe can take nothing. */
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
  read,
  setRaw: (raw: boolean): void => void process.stdin.setRawMode(raw),
};

/**
 * Reads the next bytes, as many as fit; null at the end. Between two reads nothing is consumed, as
 * it may be meant for another program.
 */
function read(bytes: Uint8Array): Promise<number | null> {
  const input = process.stdin;
  if (input.readableEnded) return Promise.resolve(null);
  return new Promise((resolve, reject) => {
    const settle = () => input.pause().off("data", take).off("end", end).off("error", fail);
    const take = (chunk: Uint8Array) => {
      settle();
      const taken = chunk.subarray(0, bytes.length);
      if (taken.length < chunk.length) input.unshift(chunk.subarray(taken.length));
      bytes.set(taken);
      resolve(taken.length);
    };
    const end = () => {
      settle();
      resolve(null);
    };
    const fail = (error: Error) => {
      settle();
      reject(asDeno(error));
    };
    input.on("data", take).on("end", end).on("error", fail).resume();
  });
}

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
