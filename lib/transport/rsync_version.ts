/**
 * The version of an rsync.
 *
 * @module
 */

/** The version in the first line of `rsync --version`: `3.2.7`; empty for any other program. */
export function rsyncVersion(line: string): string {
  return /^rsync\s+version v?(\d+\.\d+\.\d+)/.exec(line)?.[1] ?? "";
}

/** Whether one version is at least another. */
export function isAtLeast(version: string, least: string): boolean {
  const [left, right] = [version, least].map((text) => text.split(".").map(Number));
  for (const [index, number] of right!.entries()) {
    const difference = (left![index] ?? 0) - number;
    if (difference !== 0) return difference > 0;
  }
  return version !== "";
}
