/**
 * Which archives this runtime can write: Node before 22.15 has no zstd.
 *
 * @module
 */

import { loadZstd } from "../../lib/transport/zstd.ts";

/** Whether it has zstd. */
export const HAS_ZSTD = await loadZstd() !== undefined;

/** How the names of archives end: compressed where that is possible. */
export const ENDING = HAS_ZSTD ? ".tar.zst" : ".tar";
