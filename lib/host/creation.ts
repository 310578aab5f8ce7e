/**
 * How long files take to be made in a staging folder: on file systems of clusters it is milliseconds.
 *
 * @module
 */

/** What the names of files begin with that are made to learn it. `claim.sh` has the same. */
export const TRIAL = ".trial-";

/** The least that counts as long, in milliseconds. */
const LONG = 1;

/** Whether most of these times are long, in milliseconds: a busy machine delays some, or their clock. */
export function isSlow(times: number[]): boolean {
  const sorted = times.toSorted((one, other) => one - other);
  return sorted.length > 0 && sorted[sorted.length >> 1]! >= LONG;
}
