/**
 * Deno's errors of files and pipes, made from those of Node.
 *
 * @module
 */

/** The path does not exist. */
export class NotFound extends Error {
  override name = "NotFound";
}

/** Part of the path is no folder. */
export class NotADirectory extends Error {
  override name = "NotADirectory";
}

/** The system denies access. */
export class PermissionDenied extends Error {
  override name = "PermissionDenied";
}

/** A value is invalid, for example a path that is not UTF-8. */
export class InvalidData extends Error {
  override name = "InvalidData";
}

/** The path exists already. */
export class AlreadyExists extends Error {
  override name = "AlreadyExists";
}

/** The reader has closed the pipe. */
export class BrokenPipe extends Error {
  override name = "BrokenPipe";
}

/** Nothing listens there. */
export class ConnectionRefused extends Error {
  override name = "ConnectionRefused";
}

/** Deno was not granted a permission. Node never throws this. */
export class NotCapable extends Error {
  override name = "NotCapable";
}

const CLASSES: Record<string, new (message: string, options: ErrorOptions) => Error> = {
  ENOENT: NotFound,
  ENOTDIR: NotADirectory,
  EACCES: PermissionDenied,
  EPERM: PermissionDenied,
  EEXIST: AlreadyExists,
  EPIPE: BrokenPipe,
  ECONNREFUSED: ConnectionRefused,
};

/** Turns an error of Node into the one that Deno has for it. */
export function asDeno(error: unknown): unknown {
  const { code, message } = error as NodeJS.ErrnoException;
  const Class = CLASSES[code ?? ""];
  return Class === undefined
    ? error
    : Object.assign(new Class(message, { cause: error }), { code });
}

/** Wraps a function of Node so that it throws Deno's errors. */
export function withErrors<A extends unknown[], R>(action: (...args: A) => R): (...args: A) => R {
  return (...args) => {
    try {
      return action(...args);
    } catch (error) {
      throw asDeno(error);
    }
  };
}
