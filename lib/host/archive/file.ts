/**
 * What the two hosts that are an archive have in common: a file of this machine, no login, and nothing
 * but what an export or an import asks for.
 *
 * @module
 */

import { requireAccess } from "../../system/permissions.ts";
import { realPath } from "../../system/files.ts";
import type { RunOptions } from "../../system/process.ts";
import type { Pack, PackRequest } from "../../transport/archive.ts";
import { parentOf } from "../../workspace/layout.ts";
import type { DiskCondition, MachineCondition } from "../condition.ts";
import type {
  Abilities,
  Access,
  FoundLeftover,
  Grants,
  Host,
  LinkedFolder,
  Listing,
  LookRequest,
  ReadFile,
  ScanRequest,
  Staging,
  Visit,
  WorkspaceInfo,
} from "../host.ts";
import type { FailedMove } from "../steps.ts";

/** An archive in a file, as one end of a copy. */
export abstract class ArchiveHost implements Host {
  /** Its path. */
  readonly name: string;
  readonly can: Abilities = {
    rsync: { said: "", operand: (path) => path },
    tar: "GNU tar", // the form of the archive
    clone: false,
    trusted: false,
    isArchive: true,
  };

  /** @param path Its path. */
  constructor(readonly path: string, protected readonly watch: RunOptions) {
    this.name = path;
  }

  abstract look(question: LookRequest): Promise<WorkspaceInfo>;
  abstract existing(root: string, paths: string[]): Promise<string[]>;
  abstract read(root: string, paths: Iterable<string>): AsyncIterableIterator<ReadFile>;
  abstract scan(request: ScanRequest, visit: Visit): Promise<LinkedFolder[]>;
  abstract claim(): Promise<Staging>;
  abstract pack(request: PackRequest): Pack;
  abstract close(): Promise<void>;

  check(_path: string, needed: readonly Access[]): void {
    const isWritten = needed.includes("write");
    const place = isWritten ? parentOf(this.path) || "/" : this.path;
    for (const access of needed) requireAccess(access, realPath(place) ?? place);
  }

  async prewarm(): Promise<void> {}

  async open(): Promise<void> {}

  grants(): Grants {
    return { run: [], read: [this.path], write: [], env: [] };
  }

  browse(): Promise<Listing> {
    throw this.#unasked();
  }

  sums(): Promise<void> {
    throw this.#unasked();
  }

  slice(): AsyncIterable<Uint8Array> {
    throw this.#unasked();
  }

  jobs(): Promise<string[]> {
    throw this.#unasked();
  }

  flush(): Promise<void> {
    throw this.#unasked();
  }

  place(): Promise<void> {
    throw this.#unasked();
  }

  setAside(): Promise<FailedMove[]> {
    throw this.#unasked();
  }

  commit(): Promise<void> {
    throw this.#unasked();
  }

  tidy(): Promise<FoundLeftover[]> {
    throw this.#unasked();
  }

  examine(): Promise<MachineCondition> {
    throw this.#unasked();
  }

  disks(): Promise<DiskCondition[]> {
    throw this.#unasked();
  }

  #unasked(): Error {
    return new Error(`${this.path} is an archive, not a machine`);
  }
}

/** What is said of a workspace that is an archive, when all of it is at one path. */
export function infoAt(root: string): WorkspaceInfo {
  return {
    path: root,
    realPath: root,
    state: "workspace",
    marker: true,
    jobsPath: `${root}/jobs`,
    experimentsPath: `${root}/experiments`,
    partialsPath: `${root}/partials`,
    jobsStaging: "",
    experimentsStaging: "",
    partialsStaging: "",
    linkedStaging: undefined,
    records: false,
    store: false,
    staged: [],
    freeBytes: undefined,
    freeFiles: undefined,
    experimentExists: false,
    inXp: false,
    current: undefined,
    currentStatus: undefined,
    run: undefined,
  };
}
