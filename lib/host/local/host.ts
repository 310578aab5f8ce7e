/**
 * Workspaces on this machine: Deno's own file functions, `tar` and rsync.
 *
 * @module
 */

import { CopyError } from "../../errors.ts";
import { parentOf } from "../../workspace/layout.ts";
import { requireAccess } from "../../system/permissions.ts";
import { removeTree } from "../../system/tree.ts";
import { lookAt, readSmall, stands } from "../../system/files.ts";
import type {
  Abilities,
  Access,
  BrowseRequest,
  Claim,
  ClaimRequest,
  FoundLeftover,
  Grants,
  Host,
  LinkedFolder,
  Listing,
  Question,
  ScanRequest,
  Sight,
  TidyRequest,
  Visit,
} from "../host.ts";
import type { Pack, PackRequest, Unpacking } from "../../transport/archive.ts";
import { strayIn } from "./left_staging.ts";
import type { FailedMove, Settlement } from "../steps.ts";
import { claimLocally, markUnverified } from "./claim.ts";
import { grantsOf } from "./grants.ts";
import { browseLocally, lookLocally, placesOf } from "./look.ts";
import { scanLocally } from "./scan.ts";
import { settleLocally } from "./settle.ts";
import { tidyLocally } from "./tidy.ts";
import { packLocally, unpackLocally } from "../../transport/tar.ts";
import { output, type Program, start, type Watch } from "../../system/process.ts";
import { inTheWay, isFolder, RealFolders } from "./real_folders.ts";

/** This machine. */
export class LocalHost implements Host {
  readonly name = "this machine";
  readonly #versions = new Map<Program, Promise<string>>();
  #can: Abilities | undefined;
  #expected: Promise<void> | undefined;
  readonly #claims = new Map<string, { isHeld(): boolean }>();

  constructor(private readonly watch: Watch) {}

  expect(): Promise<void> {
    return this.#expected ??= this.#findPrograms();
  }

  open(): Promise<void> {
    return Promise.resolve();
  }

  look(question: Question): Promise<Sight> {
    return lookLocally(question, this.watch);
  }

  async #findPrograms(): Promise<void> {
    const [said, tar] = await Promise.all([this.#version("rsync"), this.#version("tar")]);
    const rsync = { said, operand: (path: string) => path };
    this.#can = { rsync, tar, clone: true, trusted: true };
  }

  get can(): Abilities {
    return this.#can!;
  }

  /** The first line of what a program says of itself. */
  #version(program: Program): Promise<string> {
    const answer = this.#versions.get(program) ?? versionOf(program, this.watch);
    this.#versions.set(program, answer);
    return answer;
  }

  // deno-lint-ignore require-await -- ssh needs the promise
  async browse(request: BrowseRequest): Promise<Listing> {
    return browseLocally(request);
  }

  scan(request: ScanRequest, visit: Visit): Promise<LinkedFolder[]> {
    return scanLocally(request, visit, this.watch);
  }

  // deno-lint-ignore require-await -- ssh needs the promise
  async existing(root: string, paths: string[]): Promise<string[]> {
    return paths.filter((path) => stands(root, path));
  }

  peek(root: string, path: string): Uint8Array | undefined {
    return readSmall(`${root}/${path}`);
  }

  async claim(request: ClaimRequest, onWait: () => void): Promise<Claim> {
    const claim = await claimLocally(request, onWait, this.watch.signal);
    this.#claims.set(request.staging, claim);
    return claim;
  }

  tidy(request: TidyRequest): Promise<FoundLeftover[]> {
    return tidyLocally(request, this.watch.signal);
  }

  // deno-lint-ignore require-await -- ssh needs the promise
  async discard(staging: string, folders: string[]): Promise<void> {
    const real = new RealFolders(staging);
    for (const path of folders.map((folder) => `${staging}/${folder}`)) {
      if (real.has(parentOf(path)) && lookAt(path, "") !== undefined) removeTree(path);
    }
  }

  pack(request: PackRequest): Pack {
    return packLocally(request, this.watch);
  }

  async unpack(staging: string, archive: Unpacking): Promise<boolean> {
    const stray = isFolder(staging) ? strayIn(staging) : staging;
    if (stray !== undefined) throw inTheWay(stray); // tar would write through it
    markUnverified(staging);
    return await unpackLocally(staging, archive, this.watch);
  }

  async settle(settlement: Settlement): Promise<FailedMove[]> {
    const { staging } = settlement;
    if (this.#claims.get(staging)?.isHeld() === false) throw takenOver(staging);
    return await settleLocally(settlement, await this.#version("tar"), this.watch);
  }

  check(path: string, needed: readonly Access[]): void {
    const { realPath, jobsPath, experimentsPath } = placesOf(path);
    for (const place of [realPath, jobsPath, experimentsPath]) {
      for (const access of needed) requireAccess(access, place);
    }
  }

  grants(sight: Sight, linked: readonly LinkedFolder[], isWritten: boolean): Grants {
    return grantsOf(sight, linked, isWritten);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

async function versionOf(program: Program, watch: Watch): Promise<string> {
  const running = start(program, ["--version"], watch);
  const [said] = await Promise.all([output(running), running.stdin.close()]);
  return said.split("\n")[0]!;
}

/** The error for a staging folder that another copy has by now. */
function takenOver(staging: string): CopyError {
  return new CopyError(
    "refused",
    `another copy has taken over ${staging}, for this one gave no sign of life`,
    "run the same command again",
  );
}
