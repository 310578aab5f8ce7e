/**
 * What `doctor` finds: of a machine, of a workspace.
 *
 * @module
 */

import type { CopyError, CopyErrorCode } from "../errors.ts";

/**
 * What was checked. `sessions`: whether more than one command can run at a time on one login.
 * `space` and `files`: what is free for bytes, and how many files can still be made.
 */
export type DoctorCheck =
  | "settings"
  | "ssh"
  | "login"
  | "latency"
  | "shell"
  | "sessions"
  | "rsync"
  | "tar"
  | "zstd"
  | "workspace"
  | "writing"
  | "space"
  | "files"
  | "filesystem"
  | "locks"
  | "leftovers";

/** One thing that `doctor` has checked. */
export interface Finding {
  /** What was checked. */
  check: DoctorCheck;
  /** `warning`: a copy works, but mind this. `problem`: some copies fail because of it. */
  state: "ok" | "warning" | "problem";
  /** What was found: a few words. */
  message: string;
  /** What to do about it; absent when nothing needs to be done. */
  hint?: string;
  /**
   * The same for programs: a version, the name of a shell or of a file system, seconds (`login`,
   * `latency`, `shell`), bytes (`space`, `leftovers`), a number (`files`, `locks`).
   */
  value?: string | number;
  /** What kind of error a copy would end with; only of a `problem`. */
  code?: CopyErrorCode;
  /** Which copies cannot be made: those from this workspace, those to it; absent when all can. */
  prevents?: ("from" | "to")[];
}

/** What `doctor` has found of this machine, or of a workspace. */
export interface Diagnosis {
  /** The workspace's id, or the words that name none; absent for this machine. */
  workspace?: string;
  /** Where a remote workspace is: `user@host`. */
  host?: string;
  /** The workspace's path, absolute where it could be looked at. */
  path?: string;
  /** Whether a copy from there would work, as far as can be told. */
  from: boolean;
  /** Whether a copy to there would work, as far as can be told. */
  to: boolean;
  /** What was checked, in the order in which a copy needs it. */
  findings: Finding[];
}

/** All copies. */
const BOTH: ("from" | "to")[] = ["from", "to"];

/** What more may be said of a finding. */
type More = Pick<Finding, "hint" | "value" | "prevents">;

/** All is well. */
export function ok(check: DoctorCheck, message: string, more: More = {}): Finding {
  return { check, state: "ok", message, ...more };
}

/** A copy works, but there is something to mind. */
export function warning(
  check: DoctorCheck,
  message: string,
  hint: string | undefined,
  more: More = {},
): Finding {
  return { check, state: "warning", message, ...(hint !== undefined && { hint }), ...more };
}

/** No copy works, or none in one of the two directions. */
export function problem(
  check: DoctorCheck,
  { code, message, hint }: Pick<CopyError, "code" | "message" | "hint">,
  more: More = {},
): Finding {
  const what = hint?.replace(/ to resume$/, ""); // nothing has gone anywhere
  return {
    check,
    state: "problem",
    message,
    ...(what !== undefined && { hint: what }),
    code,
    prevents: BOTH,
    ...more,
  };
}

/** Whether such copies would work, by what was found. */
export function allows(findings: Finding[], copies: "from" | "to"): boolean {
  return !findings.some(({ prevents }) => prevents?.includes(copies));
}
