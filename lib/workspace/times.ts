/**
 * Times of files on two machines: in seconds since 1970, with decimals where the machine knows any.
 *
 * @module
 */

/**
 * Whether a time is later than another, at the precision that both have: some are known in seconds
 * only.
 */
export function isTimeLater(time: string, other: string): boolean {
  const [left, right] = comparable(time, other);
  return left > right;
}

/** Whether a time may be later than another, as far as the precision of both allows. */
export function mayBeLater(time: string, other: string): boolean {
  const [left, right] = comparable(time, other);
  return left > right || left === right && [time, other].some(isWhole);
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

/** Two times in milliseconds. When one is known in seconds only, both are cut to seconds. */
function comparable(time: string, other: string): [number, number] {
  const [left, right] = [milliseconds(time), milliseconds(other)];
  return isWhole(time) || isWhole(other)
    ? [Math.floor(left / 1000), Math.floor(right / 1000)]
    : [left, right];
}

function isWhole(time: string): boolean {
  return milliseconds(time) % 1000 === 0;
}

/** A time in milliseconds. */
export function milliseconds(time: string): number {
  const [whole, fraction = ""] = time.split(".");
  return Number(whole) * 1000 + Number(fraction.slice(0, 3).padEnd(3, "0"));
}
