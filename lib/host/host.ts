/**
 * The one interface between a copy and the machines. Two classes implement it, `local/host.ts` and
 * `ssh/host.ts`.
 *
 * @module
 */

import type { DiskCondition, MachineCondition } from "./condition.ts";
import type {
  BrowseRequest,
  CurrentRun,
  FilePart,
  FoundLeftover,
  LinkedFolder,
  Listing,
  Place,
  ScanRequest,
  SeenRun,
  TidyRequest,
  Visit,
} from "./found.ts";
import type { Commitment, FailedMove, PublishRequest } from "./steps.ts";
import type { Entry } from "../system/entry.ts";
import type { OverlayEntry } from "../tar/write.ts";
import type { Pack, PackRequest, Unpacking } from "../transport/archive.ts";
import type { Parts } from "../system/streams.ts";
import type { Sharing } from "../system/sharing.ts";
import type { RsyncEnd } from "../transport/rsync_end.ts";

export type * from "./found.ts";

/** The access to a path that Deno can grant. */
export type Access = "read" | "write";

/** The first question about a workspace. */
export interface LookRequest {
  /** The workspace's path; `~` stands for the home folder there. */
  path: string;
  /** The experiment to look for. */
  experimentId?: string;
  /** The run to look for; `current` is resolved. */
  runId?: string;
  /** What is wanted in addition: the run's jobs, or the free space. */
  wanted?: "jobs" | "space";
}

/** What is at a workspace's path: the answer to a {@linkcode LookRequest}. */
export interface WorkspaceInfo {
  /** The path, absolute, `~` expanded, links as they are. */
  path: string;
  /** The path with links resolved, as far as it exists. */
  realPath: string;
  /** What is there. `foreign`: neither empty nor a workspace. */
  state: "workspace" | "foreign" | "empty" | "absent";
  /** Whether experimaestro's marker is there. */
  marker: boolean;
  /** `jobs`, links resolved. */
  jobsPath: string;
  /** `experiments`, links resolved. */
  experimentsPath: string;
  /** `partials`, links resolved. */
  partialsPath: string;
  /** The staging area for `jobs`: on the same file system. */
  jobsStaging: string;
  /** The staging area for `experiments`: on the same file system. */
  experimentsStaging: string;
  /** The staging area for `partials`: on the same file system. */
  partialsStaging: string;
  /** A staging area that is a link, and may lead anywhere; undefined when none is. */
  linkedStaging: string | undefined;
  /** Whether there is a folder of records of files left out, not reached through a link. */
  records: boolean;
  /** Whether there is a folder `.xpm-copy`, and no link in its place. */
  store: boolean;
  /** The staging folders of all copies that are there, absolute. */
  staged: string[];
  /**
   * A folder that a copy to here has to write to first, and may not; absent when there is none, when
   * it is unknown, and when space was not asked for.
   */
  unwritable?: string;
  /** Bytes free for the user; undefined when unknown or not asked for. */
  freeBytes: number | undefined;
  /** How many files can still be made; undefined when unknown or not asked for. */
  freeFiles: number | undefined;
  /** Whether the experiment's folder is there. */
  experimentExists: boolean;
  /** Whether the experiment is in `xp`, where experimaestro 1.x keeps it. */
  inXp: boolean;
  /** The experiment's current run; undefined when there is none. */
  current: CurrentRun | undefined;
  /** The `status.json` of that run; this machine does not tell it with jobs. */
  currentStatus: string | undefined;
  /** The folders of jobs that an archive was made without, since they were not selected. */
  omitted?: readonly string[];
  /** The run that was asked for, `current` resolved; undefined when it is not there. */
  run: SeenRun | undefined;
}

/** What an end of a copy can do. A copy asks for this, and never where the end is. */
export interface Abilities {
  /** How rsync reaches it. */
  readonly rsync: RsyncEnd;
  /** Which tar it has: the first line of `tar --version`. */
  readonly tar: string;
  /** Whether this program can copy its files by system calls. */
  readonly clone: boolean;
  /** Whether its archives are made by this machine's own programs. */
  readonly trusted: boolean;
  /** Whether it is an archive in a file: rsync cannot reach it, and all goes by the stream. */
  readonly isArchive?: true;
}

/** The permissions that Deno needs for an end; see `requiredPermissions`. */
export interface Grants {
  /** Programs, besides rsync and tar. */
  run: string[];
  /** Paths to read. */
  read: string[];
  /** Paths to write. */
  write: string[];
  /** Variables, besides those that every copy reads. */
  env: string[];
}

/** A request to claim a staging folder. */
export interface ClaimRequest {
  /** The staging folder, absolute. */
  staging: string;
  /** Where folders go back to that were moved aside there. */
  places: Place[];
  /** Which copy it belongs to, for `clean`: a line. */
  about: string;
}

/**
 * A file that is made in a staging folder before an archive is unpacked there: until that is known to
 * be whole, sizes and times prove nothing. GNU tar fills a file that it cannot read with zeros.
 */
export const UNVERIFIED = ".unverified";

/** A staging folder that this copy has claimed. A copy writes nowhere else, except by `settle`. */
export interface Staging {
  /** The folder, absolute. */
  readonly folder: string;
  /** Whether the destination may have changed: a folder went back, or the claim waited. */
  readonly changed: boolean;
  /** Whether it held something of an earlier attempt when it was claimed. */
  readonly resumed: boolean;
  /** Whether sizes and times in it prove nothing, since an archive may not have been whole. */
  readonly unverified: boolean;
  /** Whether it takes milliseconds to make a file there, as on file systems on a network. */
  readonly isSlow: boolean;
  /** The user who owns it, as a number. */
  readonly owner: number;
  /** Group and modes for all that is copied there, when others share it. */
  readonly shared: Sharing | undefined;
  /** The file in its lock, absolute; only of a host behind ssh. */
  readonly heldBy?: string;
  /**
   * Unpacks an archive. Returns what went wrong, perhaps an empty text, or undefined when all of it
   * has come. If the archive has bulk, {@linkcode UNVERIFIED} is put into the folder before.
   */
  unpack(archive: Unpacking): Promise<string | undefined>;
  /** Removes {@linkcode UNVERIFIED} when all archives were whole, before rsync writes there. */
  verify(): Promise<void>;
  /** Removes some paths in it; nothing is removed through a link. */
  discard(places: string[]): Promise<void>;
  /**
   * Copies the content of a folder outside into a folder in it, which is created; `jobs` and
   * `.status.json.lock` stay behind. Returns whether all of it could be copied.
   */
  carry(from: string, into: string): Promise<boolean>;
  /** Writes bytes into a file in it, from so many MiB on; makes the file, and folders above it. */
  place(path: string, start: number, bytes: Parts): Promise<void>;
  /** The files that must be staged for a request, besides what it moves. */
  filesFor(request: Pick<PublishRequest, "moves" | "records">): OverlayEntry[];
  /** Moves what was staged to its place, and does what comes afterwards. */
  settle(request: PublishRequest): Promise<FailedMove[]>;
  /**
   * Takes folders of a workspace out of sight, by renames: what is set aside goes back with the next
   * claim, if this one ends before `commit`. Answers what was not moved.
   *
   * @param folders `jobs/TASK/JOB` or `experiments/EXPERIMENT/RUN`, and where that is.
   * @param back Whether they go back.
   */
  setAside(folders: Place[], back: boolean): Promise<FailedMove[]>;
  /** Decides, by one rename, that what was set aside does not go back; `discard` removes it. */
  commit(commitment: Commitment): Promise<void>;
  /**
   * Gives up the claim; an empty staging folder is removed.
   *
   * @param failed Whether a process may still work there. On another machine the claim then ends
   * with the session, which ends such processes first.
   */
  release(failed: boolean): Promise<void>;
}

/** A file to sum; its path is relative to a workspace. */
export type SummedFile = Pick<Entry, "path" | "size">;

/** A file that was read: its path, and its bytes; undefined when it cannot be read. And several. */
export type ReadFile = [path: string, bytes: Uint8Array | undefined];
export type ReadFiles = AsyncIterableIterator<ReadFile>;

/** Receives the sum of a file, as 64 hexadecimal digits; undefined when it cannot be read. */
export type TellSum = (file: SummedFile, sum: string | undefined) => void;
/** Another machine, which the bytes of copies go through. */
export interface TransferLogin {
  /** Its name: `user@host`. */
  readonly name: string;
  /** Logs in there. Before that, everything is done at the machine of the workspaces. */
  open(): Promise<void>;
}

/** A machine with workspaces on it. */
export interface Host {
  /** Its name: `user@host`, or `this machine`. */
  readonly name: string;
  /** The machine that the bytes of copies go through, when it is another one. */
  readonly transfer?: TransferLogin | undefined;
  /** What it can do; known after `prewarm`, `open` and a first `look`. */
  readonly can: Abilities;
  /**
   * Prepares what a copy will need, without a login; resolves when a login can begin.
   * @throws {CopyError} `program`, when a program of this machine is missing.
   */
  prewarm(): Promise<void>;
  /** Whether a login may ask the user something, known after `prewarm`; absent where there is none. */
  readonly mayAsk?: boolean;
  /** Logs in, where that is needed. */
  open(): Promise<void>;
  /** Looks at a workspace; asked while a login goes on, it costs no round trip of its own. */
  look(question: LookRequest): Promise<WorkspaceInfo>;
  /** Finds the experiments of a workspace, with their runs. */
  browse(request: BrowseRequest): Promise<Listing>;
  /** Returns which of some paths in a workspace exist; none of them may contain `..`. */
  existing(root: string, paths: string[]): Promise<string[]>;
  /**
   * Reads plain files as a whole, in the order of the paths; another machine begins at once.
   *
   * @param most The most bytes of a file; one that is larger counts as one that cannot be read.
   * @param asText Whether a few small texts are read: NULs may come as another character.
   */
  read(root: string, paths: Iterable<string>, most?: number, asText?: boolean): ReadFiles;
  /**
   * Computes SHA-256 sums where the files are, and tells them in any order.
   *
   * @throws {CopyError} `program`, when no program there can compute them.
   */
  sums(root: string, files: SummedFile[], tell: TellSum): Promise<void>;
  /** Reads a part of a file, by its absolute path. */
  slice(path: string, part: FilePart): AsyncIterable<Uint8Array>;
  /** Lists what is in the folders of all tasks, as `TASK/JOB`. */
  jobs(root: string): Promise<string[]>;
  /** Brings folders to the disk, by the file systems of `tops` where it can; all are absolute. */
  flush(tops: string[], folders: string[]): Promise<void>;
  /** Lists the content of many folders at once; returns which of them are links. */
  scan(request: ScanRequest, visit: Visit): Promise<LinkedFolder[]>;
  /**
   * Makes a private staging folder and claims it. Folders that an interrupted copy moved aside and
   * did not replace go back to their place.
   *
   * @param onWait Called when another copy has it, before waiting for that.
   */
  claim(request: ClaimRequest, onWait: () => void): Promise<Staging>;
  /** Finds what copies have left in staging areas, and removes it if that is requested. */
  tidy(request: TidyRequest): Promise<FoundLeftover[]>;
  /** Packs a tar archive; whole folders only where it has GNU tar. */
  pack(request: PackRequest): Pack;
  /** Examines the machine, once it is open. */
  examine(): Promise<MachineCondition>;
  /** Examines the disks of some folders, which are absolute and need not exist. */
  disks(folders: string[]): Promise<DiskCondition[]>;
  /** Refuses a workspace for which Deno has no permission, by its real path. */
  check(path: string, needed: readonly Access[]): void;
  /**
   * The permissions that Deno needs for a workspace that was looked at.
   *
   * @param linked Folders in it that are links.
   * @param isWritten Whether it is copied to.
   */
  grants(info: WorkspaceInfo, linked: readonly LinkedFolder[], isWritten: boolean): Grants;
  /** Ends the session; at once when its connection was `lost`. */
  close(lost?: boolean): Promise<void>;
}
