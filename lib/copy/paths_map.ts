/**
 * What maps from paths have in common, packed or not.
 *
 * @module
 */

/** What a map from paths does, packed or not; a `Map` will do. */
export interface PathsMap<Value> {
  /** How many paths it has. */
  readonly size: number;
  /** The value of a path. */
  get(path: string): Value | undefined;
  /** Whether it has a path. */
  has(path: string): boolean;
  /** Sets the value of a path. */
  set(path: string, value: Value): unknown;
  /** Removes a path; answers whether it was there. */
  delete(path: string): boolean;
  /** The paths, in the order in which they came. */
  keys(): IterableIterator<string>;
  /** The values, in that order. */
  values(): IterableIterator<Value>;
  [Symbol.iterator](): IterableIterator<[string, Value]>;
}

/** Whether any of some values is such; of the values of a map, no list is made. */
export function anyOf<Value>(
  values: Iterable<Value>,
  isSuch: (value: Value) => boolean,
): boolean {
  for (const value of values) if (isSuch(value)) return true;
  return false;
}
