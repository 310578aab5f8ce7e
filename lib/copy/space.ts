/**
 * Space at the destination.
 *
 * @module
 */

import { CopyError } from "../errors.ts";
import type { CopyPlan, CopyProblem } from "./types.ts";

/** What systems say when there is no space left, or when a user may have no more. */
const FULL = /No space left on device|Disk quota exceeded|\b(ENOSPC|EDQUOT)\b/i;

/** What is said of a plan for which there is not enough space; undefined when there is, or it is unknown. */
export function spaceWarning({ bytes, destination }: CopyPlan): CopyProblem | undefined {
  const { freeBytes } = destination;
  if (freeBytes === undefined || bytes <= freeBytes) return undefined;
  const message =
    `there is not enough space at the destination: ${mebibytes(bytes)} are to come, ` +
    `${mebibytes(freeBytes)} are free`;
  return { code: "refused", message };
}

/**
 * Refuses a copy for which there is not enough space. One that was interrupted may need less than
 * its plan says, and is not refused.
 *
 * @throws {CopyError} `refused`.
 */
export function requireSpace(plan: CopyPlan, resumed: boolean): void {
  const warning = resumed ? undefined : spaceWarning(plan);
  if (warning === undefined) return;
  throw new CopyError("refused", warning.message, "make room there, or leave files out");
}

/** An error by which a disk was full, as one that says so; every other error as it is. */
export function explainFull(error: unknown, plan: CopyPlan | undefined): unknown {
  if (!(error instanceof Error) || !FULL.test(error.message) || plan === undefined) return error;
  const { bytes, destination: { host, freeBytes, path } } = plan;
  const where = host === undefined ? path : `${host}:${path}`;
  const what = /quota|EDQUOT/i.test(error.message) ? "your quota is used up" : "no space is left";
  const free = freeBytes === undefined ? "" : `, ${mebibytes(freeBytes)} were free`;
  return new CopyError(
    "refused",
    `${what} at the destination, ${where}: ${mebibytes(bytes)} were to come${free}`,
    "make room there and run the same command again; `xpm-copy clean` removes what has arrived",
  );
}

/** Bytes in a sentence. */
export function mebibytes(bytes: number): string {
  return `${Math.ceil(bytes / 2 ** 20)} MiB`;
}
