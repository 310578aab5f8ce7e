/**
 * Space at the destination: bytes, and how many files can be made.
 *
 * @module
 */

import { formatBytes } from "../text/sizes.ts";
import { CopyError } from "../errors.ts";
import type { FreeSpace } from "../system/df.ts";
import type { CopyPlan, CopyProblem } from "./types.ts";

/** What systems say when the disk is full, or a quota used up. */
const FULL = /No space left on device|Disk quota exceeded|\b(ENOSPC|EDQUOT)\b/i;

/** The warning about too little space; undefined when there is enough, or it is unknown. */
export function spaceWarning(
  { bytes, files, destination }: Pick<CopyPlan, "bytes" | "files" | "destination">,
): CopyProblem | undefined {
  const { freeBytes, freeFiles } = destination;
  if (freeBytes !== undefined && bytes > freeBytes) {
    const message = `not enough space at the destination: up to ${formatBytes(bytes)} needed, ` +
      `${formatBytes(freeBytes)} free`;
    return { code: "refused", message };
  }
  if (freeFiles !== undefined && files > freeFiles) {
    const message = freeFiles === 0
      ? `no inodes are free at the destination: up to ${files} files to create`
      : `not enough inodes at the destination: up to ${files} files to create, ` +
        `${freeFiles} inodes free`;
    return { code: "refused", message };
  }
  return undefined;
}

/**
 * Refuses a copy for which there is not enough space. A resumed copy may need less than its plan
 * says, and is not refused.
 *
 * @throws {CopyError} `refused`.
 */
export function requireSpace(
  plan: Pick<CopyPlan, "bytes" | "files" | "source" | "destination">,
  resumed: boolean,
): void {
  const warning = resumed ? undefined : spaceWarning(plan);
  if (warning === undefined) return;
  throw new CopyError(
    "refused",
    warning.message,
    plan.source.isArchive ? FREE + AGAIN : `${FREE}, or skip files with --exclude`,
  );
}

/** Whether a copy would be refused, as a warning of its plan says. */
export function isRefused({ warnings }: Pick<CopyPlan, "warnings">): boolean {
  return warnings.some(({ code }) => code === "refused");
}

/** Whether an error says that a disk was full. */
export function saysFull(error: Error): boolean {
  return FULL.test(error.message);
}

const FREE = "free some space there";
const AGAIN = " and run the same command again";

/** So little space, in bytes, that a disk may be called full. */
const LITTLE = 1 << 20;

/** Whether a disk has no room for another file, as far as is known. */
export function isFull({ freeBytes, freeFiles }: Partial<FreeSpace>): boolean {
  return freeFiles === 0 || freeBytes !== undefined && freeBytes < LITTLE;
}

/**
 * Explains an error about a full disk. The system says the same for bytes and for inodes, so what
 * is free now tells which it was.
 *
 * @param now What is free now, as far as it is known.
 */
export function explainFull(error: Error, plan: CopyPlan, now: Partial<FreeSpace>): CopyError {
  const { bytes, files, source, destination: { host, freeBytes, path, isArchive } } = plan;
  const where = host === undefined ? path : `${host}:${path}`;
  const isQuota = /quota|EDQUOT/i.test(error.message);
  const isStaged = !isArchive && !source.isArchive;
  const hint = (what: string) =>
    what + AGAIN + (isStaged ? "; `xpm-copy clean` deletes the files received so far" : "");
  if (!isQuota && now.freeFiles === 0) {
    return new CopyError(
      "refused",
      `no inodes are free at the destination, ${where}: ` +
        `the copy creates up to ${files} files`,
      hint("delete some files there"),
    );
  }
  const what = isQuota ? "your quota is used up" : "no space left";
  const free = freeBytes === undefined ? "" : `, ${formatBytes(freeBytes)} were free`;
  return new CopyError(
    "refused",
    `${what} at the destination, ${where}: the copy needs up to ${formatBytes(bytes)}${free}`,
    hint(FREE),
  );
}
