/**
 * The condition of a machine and of its disks, for `doctor`.
 *
 * @module
 */

import type { CopyError } from "../errors.ts";
import type { RsyncEnd } from "../transport/rsync_end.ts";

/** The programs and the login of a machine. */
export interface MachineCondition {
  /** The first line that `ssh -V` prints; undefined where no copy starts ssh. */
  readonly client?: string | CopyError;
  /** The machine that rsync and tar run on, when it is another one. */
  readonly transferHost?: string;
  /** How rsync reaches it, and which one is there; or why it cannot be started. */
  readonly rsync: RsyncEnd | CopyError;
  /** The first line of `tar --version`, empty where there is none; or why it cannot be started. */
  readonly tar: string | CopyError;
  /** The path of tar there, when the settings tell. */
  readonly tarPath?: string;
  /** Whether archives can be compressed with zstd there. */
  readonly zstd: boolean;
  /** The login; undefined for this machine. */
  readonly login?: LoginCondition;
}

/** The login to a machine. Times are in seconds. */
export interface LoginCondition {
  /** How long the login took, including questions at the terminal. */
  readonly seconds: number;
  /** From a question to its answer. */
  readonly roundTrip: number;
  /** How long one more command takes to start; or why there can be none. */
  readonly command: number | CopyError;
  /** The login shell there; empty when unknown. */
  readonly shell: string;
}

/** The disk of a folder. */
export interface DiskCondition {
  /** The folder that was asked for; it need not be there. */
  readonly folder: string;
  /** The kind of its file system, such as `nfs`; undefined when unknown. */
  readonly fileSystem: string | undefined;
  /** Whether the folder, or what exists of its path, may be written; undefined when unknown. */
  readonly writable: boolean | undefined;
}
