/**
 * Numbers of bytes: their sum, and how they are written for people.
 *
 * @module
 */

/** The bytes of some things together. */
export function bytesIn(some: readonly { bytes: number }[]): number {
  return some.reduce((sum, { bytes }) => sum + bytes, 0);
}

/** The units; each is 1024 times the one before. */
export const UNITS = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];

/** Shows a number of bytes: `512 B`, `18.6 GiB`, `212 GiB`. */
export function formatBytes(bytes: number): string {
  const unit = unitOf(bytes);
  return `${inUnit(bytes, unit)} ${UNITS[unit]}`;
}

/**
 * The unit for a number of bytes. It is chosen a little below 1000, so that no number has four
 * digits, even after rounding.
 */
export function unitOf(bytes: number): number {
  let unit = 0;
  while (bytes / 1024 ** unit >= 999.5 && unit < UNITS.length - 1) unit++;
  return unit;
}

/** A number of bytes in a unit, without the unit. */
export function inUnit(bytes: number, unit: number): string {
  const value = bytes / 1024 ** unit;
  return value.toFixed(unit === 0 || value >= 99.95 ? 0 : 1);
}
