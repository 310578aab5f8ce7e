/**
 * Times of files on two machines: in seconds since 1970, with decimals where the machine knows any.
 *
 * @module
 */

/** How much later, in milliseconds, the same file may seem: some tars and hosts know whole seconds. */
export const ROUNDED_MS = 1000;

/**
 * Whether a time is later than another, at the precision that both have: some are known in seconds
 * only.
 */
export function isTimeLater(time: string, other: string): boolean {
  const left = milliseconds(time);
  const right = milliseconds(other);
  return isWhole(left) || isWhole(right)
    ? Math.floor(left / 1000) > Math.floor(right / 1000)
    : left > right;
}

/** Whether a time may be later than another, as far as the precision of both allows. */
export function mayBeLater(time: string, other: string): boolean {
  return isTimeLater(time, other) ||
    !isTimeLater(other, time) && [time, other].map(milliseconds).some(isWhole);
}

/**
 * Whether a time is that of a copy, at the precision that both are known with. A copy may have whole
 * seconds only, as some tars and rsyncs write them.
 */
export function isSameTime(time: string, copy: string): boolean {
  const [[whole, fraction], [wholeCopy, fractionCopy]] = [partsOf(time), partsOf(copy)];
  if (whole !== wholeCopy) return false;
  const digits = Math.min(fraction.length, fractionCopy.length);
  return /^0*$/.test(fractionCopy) || fraction.slice(0, digits) === fractionCopy.slice(0, digits);
}

function partsOf(time: string): [whole: string, fraction: string] {
  const [whole = "", fraction = ""] = time.split(".");
  return [whole, fraction];
}

/** Whether a time, in milliseconds, has no part of a second. */
function isWhole(time: number): boolean {
  return time % 1000 === 0;
}

/** A time in milliseconds. */
export function milliseconds(time: string): number {
  const dot = time.indexOf(".");
  if (dot < 0) return Number(time) * 1000;
  const fraction = time.slice(dot + 1, dot + 4);
  return Number(time.slice(0, dot)) * 1000 + Number(fraction.padEnd(3, "0"));
}
