/**
 * Workspaces on this machine: Deno's own file functions, `tar` and rsync.
 *
 * @module
 */

import { requireAccess } from "../../system/permissions.ts";
import { stands } from "../../system/files.ts";
import type {
  Abilities,
  Access,
  BrowseRequest,
  ClaimRequest,
  FilePart,
  FoundLeftover,
  Grants,
  Host,
  LinkedFolder,
  Listing,
  LookRequest,
  ReadFile,
  ScanRequest,
  Staging,
  SummedFile,
  TellSum,
  TidyRequest,
  Visit,
  WorkspaceInfo,
} from "../host.ts";
import type { Pack, PackRequest } from "../../transport/archive.ts";
import type { DiskCondition, MachineCondition } from "../condition.ts";
import { jobsLocally } from "./aside.ts";
import { claimLocally } from "./claim.ts";
import { type Reading, readLocally, sumsLocally } from "./contents.ts";
import { disksHere, examineHere } from "./examine.ts";
import { grantsOf } from "./grants.ts";
import { browseLocally, lookLocally, placesOf } from "./look.ts";
import { scanLocally } from "./scan.ts";
import { readSlice } from "./slices.ts";
import { LocalStaging } from "./staging.ts";
import { tidyLocally } from "./tidy.ts";
import { dialectOf } from "../../tar/dialect.ts";
import { packLocally } from "../../transport/tar.ts";
import { flushLocally } from "../../system/sync.ts";
import { JOBS } from "../../workspace/layout.ts";
import { output, type Program, type RunOptions, start } from "../../system/process.ts";

/** This machine. */
export class LocalHost implements Host {
  readonly name = "this machine";
  readonly #versions = new Map<Program, Promise<string>>();
  #can: Abilities | undefined;
  #expected: Promise<void> | undefined;

  constructor(private readonly watch: RunOptions) {}

  prewarm(): Promise<void> {
    return this.#expected ??= this.#findPrograms();
  }

  open(): Promise<void> {
    return Promise.resolve();
  }

  look(question: LookRequest): Promise<WorkspaceInfo> {
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

  /** The first line that a program prints with `--version`. */
  #version(program: Program): Promise<string> {
    const answer = this.#versions.get(program) ?? versionOf(program, this.watch);
    this.#versions.set(program, answer);
    return answer;
  }

  // deno-lint-ignore require-await -- ssh needs the promise
  async browse(request: BrowseRequest): Promise<Listing> {
    return browseLocally(request);
  }

  // deno-lint-ignore require-await -- ssh needs the promise
  async jobs(root: string): Promise<string[]> {
    return jobsLocally(`${root}/${JOBS}`);
  }

  flush(tops: string[], folders: string[]): Promise<void> {
    return flushLocally(tops, folders, this.watch);
  }

  scan(request: ScanRequest, visit: Visit): Promise<LinkedFolder[]> {
    return scanLocally(request, visit, this.watch);
  }

  // deno-lint-ignore require-await -- ssh needs the promise
  async existing(root: string, paths: string[]): Promise<string[]> {
    return paths.filter((path) => stands(root, path));
  }

  slice(path: string, part: FilePart): AsyncIterable<Uint8Array> {
    return readSlice(path, part);
  }

  read(root: string, paths: Iterable<string>, most?: number): AsyncIterableIterator<ReadFile> {
    return readLocally(this.#reading(root), paths, most);
  }

  sums(root: string, files: SummedFile[], tell: TellSum): Promise<void> {
    return sumsLocally(this.#reading(root), files, tell);
  }

  #reading(root: string): Reading {
    const dialect = async () => dialectOf(await this.#version("tar"));
    return { root, dialect, watch: this.watch };
  }

  async claim(request: ClaimRequest, onWait: () => void): Promise<Staging> {
    const claim = await claimLocally(request, onWait, this.watch.signal);
    return new LocalStaging(request.staging, claim, () => this.#version("tar"), this.watch);
  }

  tidy(request: TidyRequest): Promise<FoundLeftover[]> {
    return tidyLocally(request, this.watch.signal);
  }

  pack(request: PackRequest): Pack {
    return packLocally(request, dialectOf(this.can.tar), this.watch);
  }

  examine(): Promise<MachineCondition> {
    return examineHere(this.watch);
  }

  disks(folders: string[]): Promise<DiskCondition[]> {
    return disksHere(folders, this.watch);
  }

  check(path: string, needed: readonly Access[]): void {
    const { realPath, jobsPath, experimentsPath } = placesOf(path);
    for (const place of [realPath, jobsPath, experimentsPath]) {
      for (const access of needed) requireAccess(access, place);
    }
  }

  grants(info: WorkspaceInfo, linked: readonly LinkedFolder[], isWritten: boolean): Grants {
    return grantsOf(info, linked, isWritten);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

async function versionOf(program: Program, watch: RunOptions): Promise<string> {
  const running = start(program, ["--version"], watch);
  const [said] = await Promise.all([output(running), running.stdin.close()]);
  return said.split("\n")[0]!;
}
