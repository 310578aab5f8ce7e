/**
 * The findings of `doctor`: about a machine, about a workspace.
 *
 * @module
 */

import type { CopyError, CopyErrorCode } from "../errors.ts";

/**
 * What was checked. `sessions`: whether more than one command can run at a time on one login.
 * `space` and `files`: the free bytes, and how many more files can be created.
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

/** One result of `doctor`. */
export interface Finding {
  /** What was checked. */
  check: DoctorCheck;
  /**
   * `warning`: a copy works, but something deserves attention. `problem`: some copies fail because
   * of it.
   */
  state: "ok" | "warning" | "problem";
  /** The result, in a few words. */
  message: string;
  /** What to do about it; absent when there is nothing to do. */
  hint?: string;
  /**
   * The result for programs: a version, the name of a shell or of a file system, seconds (`login`,
   * `latency`, `shell`), bytes (`space`, `leftovers`), a number (`files`, `locks`).
   */
  value?: string | number;
  /** The kind of error that a copy would end with; only for a `problem`. */
  code?: CopyErrorCode;
  /**
   * The copies that are impossible: those from this workspace, those to it; absent when all are
   * possible.
   */
  prevents?: ("from" | "to")[];
}

/** The findings of `doctor` about this machine, or about a workspace. */
export interface Diagnosis {
  /** The workspace's id, or the words that name no workspace; absent for this machine. */
  workspace?: string;
  /** The host of a remote workspace: `user@host`. */
  host?: string;
  /** The workspace's path; absolute when the folder was reached. */
  path?: string;
  /** Whether a copy from there would work, as far as `doctor` can tell. */
  from: boolean;
  /** Whether a copy to there would work, as far as `doctor` can tell. */
  to: boolean;
  /** The findings, in the order in which a copy depends on them. */
  findings: Finding[];
}

/** All copies. */
const BOTH: ("from" | "to")[] = ["from", "to"];

/** The optional fields of a finding. */
type More = Pick<Finding, "hint" | "value" | "prevents">;

/** A finding that all is well. */
export function ok(check: DoctorCheck, message: string, more: More = {}): Finding {
  return { check, state: "ok", message, ...more };
}

/** A finding that deserves attention, although a copy works. */
export function warning(
  check: DoctorCheck,
  message: string,
  hint: string | undefined,
  more: More = {},
): Finding {
  return { check, state: "warning", message, ...(hint !== undefined && { hint }), ...more };
}

/** A finding that prevents all copies, or those of one direction. */
export function problem(
  check: DoctorCheck,
  { code, message, hint }: Pick<CopyError, "code" | "message" | "hint">,
  more: More = {},
): Finding {
  const what = hint?.replace(/ to resume$/, ""); // no copy has begun
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

/** Whether copies of one direction would work, by the findings. */
export function allows(findings: Finding[], copies: "from" | "to"): boolean {
  return !findings.some(({ prevents }) => prevents?.includes(copies));
}
