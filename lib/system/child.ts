/**
 * What Deno's and Node's way of starting a process agree on.
 *
 * @module
 */

import { CopyError } from "../errors.ts";

/** The programs this project starts. */
export type Program = "rsync" | "ssh" | "tar" | "sync" | "df" | "test";

/** A process that was started. */
export interface Child {
  /** What it reads. Writing fails with `BrokenPipe` once it reads no more. */
  stdin: WritableStream<Uint8Array<ArrayBuffer>>;
  /** What it prints: a stream that reads into memory of one's own. */
  stdout: ReadableStream<Uint8Array<ArrayBuffer>>;
  /** What it complains about. */
  stderr: ReadableStream<Uint8Array<ArrayBuffer>>;
  /** Its exit code, once it has ended; 128 and more after a signal. */
  code: Promise<number>;
  /** Asks it to end, or makes it. */
  kill(signal: "SIGTERM" | "SIGKILL"): void;
}

/** The packages that bring a program, where they are not named after it. */
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
 * Checks that a program which could not be started lacks no folder to work in: it is said in the
 * same way when the program itself is lacking.
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
