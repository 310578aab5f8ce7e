/**
 * Where a workspace lives: the one interface between the copy and the machines.
 *
 * @module
 */

import type { DiskCondition, MachineCondition } from "./condition.ts";
import type {
  BrowseRequest,
  CurrentRun,
  LinkedFolder,
  Listing,
  ScanRequest,
  SeenRun,
  Visit,
} from "./found.ts";
import type { FailedMove, PublishRequest } from "./steps.ts";
import type { Entry } from "../system/entry.ts";
import type { OverlayEntry } from "../tar/write.ts";
import type { Pack, PackRequest, Unpacking } from "../transport/archive.ts";
import type { Sharing } from "../system/sharing.ts";
import type { RsyncEnd } from "../transport/rsync_end.ts";

export type {
  BrowseRequest,
  CurrentRun,
  FoundExperiment,
  FoundRun,
  LinkedFolder,
  Listing,
  ScanRequest,
  SeenRun,
  Visit,
} from "./found.ts";

/** What can be granted of a path. */
export type Access = "read" | "write";

/** What is asked of a workspace before anything else. */
export interface LookRequest {
  /** The workspace's path; `~` stands for the home folder there. */
  path: string;
  /** The experiment to look for. */
  experimentId?: string;
  /** The run to look for; `current` is resolved. */
  runId?: string;
  /** What is wanted besides: the run's jobs, or the free space. */
  wanted?: "jobs" | "space";
}

/** What stands at a workspace's path; the answer to a {@linkcode LookRequest}. */
export interface WorkspaceInfo {
  /** The path, absolute, `~` expanded, links as they are. */
  path: string;
  /** The path with links resolved, of what exists of it. */
  realPath: string;
  /** What is there. `foreign`: neither empty nor a workspace. */
  state: "workspace" | "foreign" | "empty" | "absent";
  /** Whether experimaestro's marker is there. */
  marker: boolean;
  /** `jobs`, links resolved. */
  jobsPath: string;
  /** `experiments`, links resolved. */
  experimentsPath: string;
  /** Where copies of `jobs` are put together: a folder of the same file system. */
  jobsStaging: string;
  /** Where copies of `experiments` are put together. */
  experimentsStaging: string;
  /** A staging area that is a link, and so may lead anywhere; undefined when none is. */
  linkedStaging: string | undefined;
  /** Whether there is a folder of records of what copies have left out, and no link leads to it. */
  records: boolean;
  /** The staging folders that are there, of whatever copies, absolute. */
  staged: string[];
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
  /** The `status.json` of that run. */
  currentStatus: string | undefined;
  /** The run that was asked for, `current` resolved; undefined when it is not there. */
  run: SeenRun | undefined;
}

/** What an end of a copy can do: a copy asks for that, and never where the end is. */
export interface Abilities {
  /** How rsync reaches it. */
  readonly rsync: RsyncEnd;
  /** Which tar it has: the first line of `tar --version`. */
  readonly tar: string;
  /** Whether this program can copy its files by calls of the system, in any pieces. */
  readonly clone: boolean;
  /** Whether what it sends is made by this machine's own programs. */
  readonly trusted: boolean;
}

/** What Deno has to be granted for an end; see `requiredPermissions`. */
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

/** Where folders of a kind stand: `jobs` or `experiments`, and where that is in the end. */
export interface Place {
  /** The name below the workspace, and below a staging folder. */
  name: string;
  /** The folder, absolute, links resolved. */
  path: string;
}

/** What to claim. */
export interface ClaimRequest {
  /** The staging folder, absolute. */
  staging: string;
  /** Where what was moved aside there goes back to. */
  places: Place[];
  /** Which copy it is of, for those who clean up: a line. */
  about: string;
}

/** Where to look for what copies have left. */
export interface TidyRequest {
  /** The staging areas, absolute. */
  areas: string[];
  /** Where what was moved aside goes back to. */
  places: Place[];
  /** Whether it is removed, but for what is in use. */
  remove: boolean;
}

/** A folder that a copy has left. */
export interface FoundLeftover {
  /** The folder, absolute. */
  path: string;
  /** `staging`: of a copy that has not ended. `replaced`: what was kept. */
  kind: "staging" | "replaced";
  /** Bytes on the disk. */
  bytes: number;
  /** When it was last claimed, or kept: seconds since 1970. */
  modified: number;
  /** Whether a copy works there, or it was left, or it is gone now. */
  state: "in use" | "left" | "removed";
  /** What the claim said of it; empty when there is nothing. */
  about: string;
}

/**
 * A file in a staging folder that is made before an archive is unpacked there. tar fills up what it
 * cannot read with zeros, and gives it size and time of the file: until an archive is known to be
 * whole, nothing that it brought is taken for what it seems, by whoever comes next either.
 */
export const UNVERIFIED = ".unverified";

/** A staging folder that is ours alone: the only thing that a copy writes through. */
export interface Staging {
  /** The folder, absolute. */
  readonly folder: string;
  /** Whether the destination may have changed meanwhile: something went back, or was waited for. */
  readonly changed: boolean;
  /** Whether it held something of an earlier attempt when it was claimed. */
  readonly resumed: boolean;
  /** Whether sizes and times of what it holds prove nothing: an archive was perhaps not whole. */
  readonly unverified: boolean;
  /** The user there, as a number. */
  readonly owner: number;
  /** What all that is copied there is held to, where others share it. */
  readonly shared: Sharing | undefined;
  /** The file by which it is held, absolute; where it is told. */
  readonly heldBy?: string;
  /**
   * Unpacks an archive; answers what went wrong (perhaps nothing is known of it), or undefined when all
   * of it has come. Until that is known, {@linkcode UNVERIFIED} stands in the folder, where the archive
   * has bulk.
   */
  unpack(archive: Unpacking): Promise<string | undefined>;
  /** Takes {@linkcode UNVERIFIED} away, when all archives were whole: rsync is to write there. */
  verify(): Promise<void>;
  /** Removes what stands in it; nothing is removed through a link. */
  discard(places: string[]): Promise<void>;
  /**
   * Copies into a folder of it, which is made, what a folder outside holds, but for `jobs` and
   * `.status.json.lock`; answers whether there was room for all of it.
   */
  carry(from: string, into: string): Promise<boolean>;
  /** What has to be staged for one request besides what it moves. */
  filesFor(request: Pick<PublishRequest, "moves" | "records">): OverlayEntry[];
  /** Puts what was staged in its place. */
  settle(request: PublishRequest): Promise<FailedMove[]>;
  /**
   * Gives it up; an empty staging folder is removed.
   *
   * @param failed Whether something may still work there: on another machine it goes with the
   * session, which ends that first.
   */
  release(failed: boolean): Promise<void>;
}

/** A file to make a sum of: relative to a workspace. */
export type SummedFile = Pick<Entry, "path" | "size">;

/** Is told the bytes of a file. */
export type TellBytes = (path: string, bytes: Uint8Array | undefined) => void;

/** Is told the sum of a file, as 64 hexadecimal digits. */
export type TellSum = (file: SummedFile, sum: string | undefined) => void;

/** A machine with workspaces on it. */
export interface Host {
  /** What to call it: `user@host`, or `this machine`. */
  readonly name: string;
  /** What it can do; it is known once it is expected, open, and a workspace was looked at. */
  readonly can: Abilities;
  /**
   * Begins with what a copy will need, so that it need not be waited for; no login comes of it.
   * Answers once one could begin.
   *
   * @throws {CopyError} `program`, when something is missing that can be known without a login.
   */
  prewarm(): Promise<void>;
  /** Logs in, where that is needed. */
  open(): Promise<void>;
  /** Looks at a workspace. */
  look(question: LookRequest): Promise<WorkspaceInfo>;
  /** Finds the experiments of a workspace, with their runs. */
  browse(request: BrowseRequest): Promise<Listing>;
  /** Which of some paths, relative to a workspace, are there; none of them has a `..` in it. */
  existing(root: string, paths: string[]): Promise<string[]>;
  /** The bytes of a file that costs next to nothing to read; undefined for every other. */
  peek(root: string, path: string): Uint8Array | undefined;
  /**
   * Reads plain files as a whole, and tells their bytes in the order of the paths; undefined of one
   * that cannot be read.
   */
  read(root: string, paths: string[], tell: TellBytes): Promise<void>;
  /**
   * Makes SHA-256 sums where the files are, and tells them in any order; undefined of a file that
   * cannot be read.
   *
   * @throws {CopyError} `program`, when there is nothing that could make them.
   */
  sums(root: string, files: SummedFile[], tell: TellSum): Promise<void>;
  /** Lists what is in many folders at once; answers which of them are links. */
  scan(request: ScanRequest, visit: Visit): Promise<LinkedFolder[]>;
  /**
   * Makes a private staging folder and claims it. What an interrupted copy moved aside there, and
   * did not replace, goes back to its place.
   *
   * @param onWait Is called when another copy has it: it is waited for.
   */
  claim(request: ClaimRequest, onWait: () => void): Promise<Staging>;
  /** Finds what copies have left in staging areas, and removes it when it is told to. */
  tidy(request: TidyRequest): Promise<FoundLeftover[]>;
  /** Makes a tar archive, of whole folders only where it has GNU tar. */
  pack(request: PackRequest): Pack;
  /** Tells what the machine is like, once it is open. */
  examine(): Promise<MachineCondition>;
  /** Tells what the disks of some folders are like; they are absolute, and need not be there. */
  disks(folders: string[]): Promise<DiskCondition[]>;
  /** Refuses a workspace that Deno was not granted, by real path, before any program is started. */
  check(path: string, needed: readonly Access[]): void;
  /**
   * What Deno has to be granted for a workspace that was looked at.
   *
   * @param linked Folders in it that are links.
   * @param isWritten Whether it is copied to.
   */
  grants(info: WorkspaceInfo, linked: readonly LinkedFolder[], isWritten: boolean): Grants;
  /** Ends the session; when its connection was `lost`, at once. */
  close(lost?: boolean): Promise<void>;
}
