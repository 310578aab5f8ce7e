/**
 * The order of a list.
 *
 * @module
 */

/** An order of a list: `size` begins with the largest, `age` with the newest, `name` with A. */
export type Order = "size" | "age" | "name";
/** All of them. */
export const ORDERS: readonly Order[] = ["size", "age", "name"];

/** What a list is ordered by; what is unknown comes last. */
export interface OrderKeys {
  /** Bytes. */
  size: number | undefined;
  /** A time, or its place among the others: the larger, the newer. */
  age: string | number | undefined;
  /** The name. */
  name: string;
}

/** Returns a list in an order; without one, as it is. */
export function inOrder<T>(
  items: readonly T[],
  order: Order | undefined,
  keys: (item: T, index: number) => OrderKeys,
): T[] {
  if (order === undefined) return [...items];
  const keyed = items.map((item, index) => ({ item, key: keys(item, index)[order] }));
  const direction = order === "name" ? 1 : -1;
  return keyed.sort((a, b) => {
    if (a.key === b.key) return 0;
    if (a.key === undefined) return 1;
    if (b.key === undefined) return -1;
    return a.key < b.key ? -direction : direction;
  }).map(({ item }) => item);
}
