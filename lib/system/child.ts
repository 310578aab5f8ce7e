/**
 * The common part of starting a process in Deno and in Node.
 *
 * @module
 */

import { CopyError } from "../errors.ts";

/** The programs that this project starts. */
export type Program = "rsync" | "ssh" | "tar" | "sync" | "df" | "test";

/** A process that was started. */
export interface Child {
  /** Its standard input. Writing fails with `BrokenPipe` once the process has stopped reading. */
  stdin: WritableStream<Uint8Array<ArrayBuffer>>;
  /** Its standard output: a stream that reads into memory of the caller's. */
  stdout: ReadableStream<Uint8Array<ArrayBuffer>>;
  /** Its standard error. */
  stderr: ReadableStream<Uint8Array<ArrayBuffer>>;
  /** Its exit code, once it has ended; 128 or more after a signal. */
  code: Promise<number>;
  /** Sends it a signal: a request to end, or an order. */
  kill(signal: "SIGTERM" | "SIGKILL"): void;
}

/** The packages that contain a program, where their names differ from its own. */
const PACKAGES: Partial<Record<Program, { apt: string; brew: string; conda: string }>> = {
  ssh: { apt: "openssh-client", brew: "openssh", conda: "openssh" },
  tar: { apt: "tar", brew: "gnu-tar", conda: "tar" },
  sync: { apt: "coreutils", brew: "coreutils", conda: "coreutils" },
  df: { apt: "coreutils", brew: "coreutils", conda: "coreutils" },
};

/** The error for a program that this machine lacks. */
export function notFound(program: Program): CopyError {
  const { apt, brew, conda } = PACKAGES[program] ??
    { apt: program, brew: program, conda: program };
  return new CopyError(
    "program",
    `${program} was not found on this machine's PATH`,
    `e.g. apt install ${apt}, brew install ${brew}, or conda install ${conda}`,
  );
}

/**
 * Checks that the folder for a program still exists. The system reports a missing folder in the
 * same way as a missing program.
 *
 * @throws {CopyError} `program`, when the folder is gone.
 */
export function requireFolder(folder: string): void {
  try {
    Deno.statSync(folder);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) return;
    throw new CopyError("program", `the folder ${folder} is gone`);
  }
}
