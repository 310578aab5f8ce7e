/**
 * A claimed staging folder on this machine.
 *
 * @module
 */

import { CopyError } from "../../errors.ts";
import { lookAt } from "../../system/files.ts";
import type { Watch } from "../../system/process.ts";
import type { Sharing } from "../../system/sharing.ts";
import { removeTree } from "../../system/tree.ts";
import { sharedEntries } from "../../tar/write.ts";
import type { Unpacking } from "../../transport/archive.ts";
import { unpackLocally } from "../../transport/tar.ts";
import { parentOf } from "../../workspace/layout.ts";
import { type Staging, UNVERIFIED } from "../host.ts";
import type { FailedMove, Settlement } from "../steps.ts";
import { Verification } from "../verification.ts";
import { type Claim, markUnverified } from "./claim.ts";
import { strayIn } from "./left_staging.ts";
import { inTheWay, isFolder, RealFolders } from "./real_folders.ts";
import { settleLocally } from "./settle.ts";

/** Does what {@linkcode Staging} says. */
export class LocalStaging implements Staging {
  readonly changed: boolean;
  readonly resumed: boolean;
  readonly owner: number;
  readonly shared: Sharing | undefined;
  readonly #verification: Verification;

  /** @param tarVersion Finds out what `tar --version` says. */
  constructor(
    readonly folder: string,
    private readonly claim: Claim,
    private readonly tarVersion: () => Promise<string>,
    private readonly watch: Watch,
  ) {
    ({ changed: this.changed, resumed: this.resumed } = claim);
    ({ owner: this.owner, shared: this.shared } = claim);
    this.#verification = new Verification(claim.unverified);
  }

  get unverified(): boolean {
    return this.#verification.isDoubted;
  }

  async unpack(archive: Unpacking): Promise<boolean> {
    const stray = isFolder(this.folder) ? strayIn(this.folder) : this.folder;
    if (stray !== undefined) throw inTheWay(stray); // tar would write through it
    markUnverified(this.folder);
    const unpacked = await unpackLocally(this.folder, archive, this.watch);
    return this.#verification.note(unpacked && await archive.whole());
  }

  async verify(): Promise<void> {
    if (this.#verification.hasServed) await this.discard([UNVERIFIED]);
    this.#verification.cleared();
  }

  // deno-lint-ignore require-await -- ssh needs the promise
  async discard(places: string[]): Promise<void> {
    const real = new RealFolders(this.folder);
    for (const path of places.map((place) => `${this.folder}/${place}`)) {
      if (real.has(parentOf(path)) && lookAt(path, "") !== undefined) removeTree(path);
    }
  }

  async settle(settlement: Settlement): Promise<FailedMove[]> {
    if (!this.claim.isHeld()) throw takenOver(this.folder);
    const overlay = sharedEntries(settlement.overlay, this.shared);
    const asked = { ...settlement, overlay, staging: this.folder };
    return await settleLocally(asked, await this.tarVersion(), this.watch);
  }

  release(): Promise<void> {
    return this.claim.release();
  }
}

/** The error for a staging folder that another copy has by now. */
function takenOver(staging: string): CopyError {
  return new CopyError(
    "refused",
    `another copy took over ${staging} because this one stopped responding`,
    "run the same command again",
  );
}
