/**
 * Whether a copy is an export or an import: then all goes by the stream.
 *
 * @module
 */

import type { Abilities } from "../host/host.ts";

/** What both ends can do, as far as this depends on it. */
export type EndsCan = Record<"source" | "destination", Pick<Abilities, "isArchive">>;

/** Whether all goes by the stream: one end is an archive, which rsync cannot reach. */
export function isAlone({ source, destination }: EndsCan): boolean {
  return source.isArchive === true || destination.isArchive === true;
}
