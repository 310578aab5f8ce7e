/**
 * The errors that users can see, each with a hint at what to do.
 *
 * @module
 */

/**
 * What kind of error it is. `settings`, `usage`: the request cannot be understood. `not-found`:
 * there is no such workspace, experiment or run. `connection`: ssh could not log in, or the
 * connection was lost. `permission`: Deno was not granted something. `program`: a program (`rsync`,
 * `ssh`, `tar`) is missing, too old, or failed. `refused`: the copy would do harm. `job`: one job
 * could not be copied. `interrupted`: the caller asked to stop.
 */
export type CopyErrorCode =
  | "usage"
  | "settings"
  | "not-found"
  | "connection"
  | "permission"
  | "program"
  | "refused"
  | "job"
  | "interrupted";

/**
 * An error with a code for programs, one sentence for people, and a hint at what to do.
 *
 * @example
 * ```ts
 * import { CopyError } from "@xpm/copy";
 * import { assertEquals } from "@std/assert";
 *
 * const error = new CopyError("not-found", "no workspace named 'cluster'", "see `xpm-copy ls`");
 * assertEquals(error.code, "not-found");
 * assertEquals(error.hint, "see `xpm-copy ls`");
 * ```
 */
export class CopyError extends Error {
  /** The name of this class, for printed errors. */
  override readonly name = "CopyError";
  /** What kind of error it is. */
  readonly code: CopyErrorCode;
  /** What to do about it: one line, without a full stop. */
  readonly hint: string | undefined;

  /**
   * Makes an error.
   *
   * @param code What kind of error it is.
   * @param message What happened, and where: one sentence without a full stop.
   * @param hint What to do about it.
   * @param options With `cause`, what led to it: of `interrupted`, the reason of the signal.
   */
  constructor(code: CopyErrorCode, message: string, hint?: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.hint = hint;
  }
}

/**
 * A connection that was lost or could not be opened, where another attempt may succeed. To callers
 * it is a {@linkcode CopyError} like any other.
 */
export class LostConnection extends CopyError {
  /**
   * Makes an error.
   *
   * @param message What happened, and where: one sentence without a full stop.
   */
  constructor(message: string) {
    super("connection", message, "run the same command again to resume");
  }
}

/**
 * The error that came first, where the end of a `using` has thrown another one and so hidden it. It is
 * known by its name: Deno before 2.2, and Node 20, have no class `SuppressedError`.
 */
export function firstError(error: unknown): unknown {
  let first = error;
  while (first instanceof Error && first.name === "SuppressedError" && "suppressed" in first) {
    first = first.suppressed;
  }
  return first;
}

/** The error for a workspace whose folder does not exist. */
export class NoFolder extends CopyError {
  /**
   * Makes an error.
   *
   * @param path The folder.
   * @param host The machine; undefined for this one.
   */
  constructor(path: string, host?: string) {
    const where = host === undefined ? "" : ` on ${host}`;
    super("not-found", `there is no folder ${path}${where}`, "check the path");
  }
}
