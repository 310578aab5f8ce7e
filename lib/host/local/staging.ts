/**
 * A claimed staging folder on this machine.
 *
 * @module
 */

import { CopyError } from "../../errors.ts";
import { lookAt } from "../../system/files.ts";
import { output, type RunOptions, start, stopIfAborted } from "../../system/process.ts";
import type { Parts } from "../../system/streams.ts";
import type { Sharing } from "../../system/sharing.ts";
import { removeTree } from "../../system/tree.ts";
import { dialectOf } from "../../tar/dialect.ts";
import type { OverlayEntry } from "../../tar/write.ts";
import type { Unpacking } from "../../transport/archive.ts";
import { unpackLocally } from "../../transport/tar.ts";
import { parentOf } from "../../workspace/layout.ts";
import { MIB, writeAt } from "./slices.ts";
import type { Place, Staging } from "../host.ts";
import type { Commitment, FailedMove, PublishRequest } from "../steps.ts";
import { Verification } from "../verification.ts";
import { commitLocally, setAsideLocally } from "./aside.ts";
import { type Claim, markUnverified } from "./claim.ts";
import { strayIn } from "./left_staging.ts";
import { inTheWay, isFolder, RealFolders } from "./real_folders.ts";
import { settleLocally } from "./settle.ts";

/** Implements {@linkcode Staging}. */
export class LocalStaging implements Staging {
  readonly changed: boolean;
  readonly resumed: boolean;
  readonly isSlow: boolean;
  readonly owner: number;
  readonly shared: Sharing | undefined;
  readonly #verification: Verification;

  /** @param tarVersion Returns the output of `tar --version`. */
  constructor(
    readonly folder: string,
    private readonly claim: Claim,
    private readonly tarVersion: () => Promise<string>,
    private readonly watch: RunOptions,
  ) {
    ({ changed: this.changed, resumed: this.resumed, isSlow: this.isSlow } = claim);
    ({ owner: this.owner, shared: this.shared } = claim);
    this.#verification = new Verification(claim.unverified);
  }

  get unverified(): boolean {
    return this.#verification.isDoubted;
  }

  async unpack({ stream, trusted, hasBulk, whole }: Unpacking): Promise<string | undefined> {
    const stray = isFolder(this.folder) ? strayIn(this.folder) : this.folder;
    if (stray !== undefined) throw inTheWay(stray); // tar would write through it
    if (hasBulk) markUnverified(this.folder);
    const dialect = dialectOf(await this.tarVersion());
    const trouble = await unpackLocally(this.folder, { stream, trusted }, dialect, this.watch);
    const isWhole = trouble === "" && await whole();
    if (hasBulk) this.#verification.note(isWhole);
    return isWhole ? undefined : trouble;
  }

  verify(): Promise<void> {
    return this.#verification.clear(this);
  }

  // deno-lint-ignore require-await -- ssh needs the promise
  async discard(places: string[]): Promise<void> {
    const real = new RealFolders(this.folder);
    for (const path of places.map((place) => `${this.folder}/${place}`)) {
      if (real.has(parentOf(path)) && lookAt(path) !== undefined) removeTree(path);
    }
  }

  async carry(from: string, into: string): Promise<boolean> {
    if (!isFolder(parentOf(from)) || !isFolder(from)) return true;
    const folders = new RealFolders(this.folder);
    if (!folders.hasRoomFor(`${this.folder}/${into}`)) throw inTheWay(`${this.folder}/${into}`);
    folders.make(`${this.folder}/${into}`);
    return await takeOver(from, `${this.folder}/${into}`, this.watch);
  }

  async place(path: string, start: number, bytes: Parts): Promise<void> {
    const to = `${this.folder}/${path}`;
    new RealFolders(this.folder).make(parentOf(to));
    await writeAt(to, start * MIB, bytes);
  }

  filesFor(): OverlayEntry[] {
    return [];
  }

  async settle(request: PublishRequest): Promise<FailedMove[]> {
    this.#requireHeld();
    const all = { ...request, staging: this.folder };
    return await settleLocally(all, this.tarVersion, this.watch);
  }

  // deno-lint-ignore require-await -- ssh needs the promise
  async setAside(folders: Place[], back: boolean): Promise<FailedMove[]> {
    this.#requireHeld();
    return setAsideLocally(this.folder, folders, back);
  }

  async commit(commitment: Commitment): Promise<void> {
    this.#requireHeld();
    await commitLocally(this.folder, commitment);
  }

  #requireHeld(): void {
    if (!this.claim.isHeld()) throw takenOver(this.folder);
  }

  release(): Promise<void> {
    return this.claim.release();
  }
}

/** The error for a staging folder that another copy has taken over. */
function takenOver(staging: string): CopyError {
  return new CopyError(
    "refused",
    `another copy took over ${staging} because this one stopped responding`,
    "run the same command again",
  );
}

/** rsync's exit code when some files could not be copied. */
const PARTIAL = 23;

/**
 * Copies into a folder what only another one holds, with times, links and holes; returns whether all
 * of it could be copied.
 */
async function takeOver(from: string, into: string, watch: RunOptions): Promise<boolean> {
  // rsync gives folders that both have the modes of the old one, in which the owner must be able to
  // write; in a folder that passes on its group, that group is kept
  const passesOn = ((lookAt(into)?.mode ?? 0) & 0o2000) !== 0;
  const modes = passesOn ? ["--chmod=Du+w,Dg+s", "--no-g"] : ["--chmod=Du+w"];
  const options = ["--ignore-existing", ...modes];
  const args = ["-aHS", ...options, "--exclude=/jobs", "--exclude=/.status.json.lock"];
  const running = start("rsync", [...args, "--", `${from}/`, `${into}/`], watch);
  await Promise.all([running.stdin.close(), output(running)]);
  const code = await running.code;
  if (code !== 0 && code !== PARTIAL) {
    stopIfAborted(watch);
    throw new CopyError("program", `rsync failed: ${(await running.complaint).trim()}`);
  }
  return code === 0;
}
