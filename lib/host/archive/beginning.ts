/**
 * Tells from the first bytes of a file what it is, once it cannot be read: an export that was damaged,
 * or something else.
 *
 * @module
 */

import { joined } from "../../system/streams.ts";
import { BLOCK, octal, sumOf, text } from "../../tar/pax.ts";
import { EXPERIMENTS, JOBS, PARTIALS } from "../../workspace/layout.ts";

/** The name that the first header of an export has: of a pax header made here, or by another tar. */
const NAME = new RegExp(`^(pax$|(${JOBS}|${PARTIALS}|${EXPERIMENTS})/[^/])`);

/** The first bytes of an archive. */
export class Beginning {
  #bytes: Uint8Array = new Uint8Array();

  /** Takes what comes, as far as it is needed. */
  push(bytes: Uint8Array): void {
    const missing = BLOCK - this.#bytes.length;
    if (missing > 0) this.#bytes = joined([this.#bytes, bytes.slice(0, missing)]);
  }

  /** Whether an export may begin so, if need be with damaged bytes; of an empty file it is not known. */
  get isOfExport(): boolean {
    const header = new Uint8Array(BLOCK);
    header.set(this.#bytes);
    const isDamaged = text(header, 257, 5) === "ustar" && sumOf(header) !== octal(header, 148, 8);
    return this.#bytes.length === 0 || isDamaged || NAME.test(text(header, 0, 100));
  }
}
