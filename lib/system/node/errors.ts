/**
 * Deno's errors of files and pipes, and Node's as such.
 *
 * @module
 */

/** Nothing is there. */
export class NotFound extends Error {
  override name = "NotFound";
}

/** Part of a path is no folder. */
export class NotADirectory extends Error {
  override name = "NotADirectory";
}

/** The system denies it. */
export class PermissionDenied extends Error {
  override name = "PermissionDenied";
}

/** Something is not what it should be: a path no text. */
export class InvalidData extends Error {
  override name = "InvalidData";
}

/** Something is there. */
export class AlreadyExists extends Error {
  override name = "AlreadyExists";
}

/** Who was to read has gone. */
export class BrokenPipe extends Error {
  override name = "BrokenPipe";
}

/** Nobody listens. */
export class ConnectionRefused extends Error {
  override name = "ConnectionRefused";
}

/** A permission of Deno's was not given; Node never says so. */
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

/** An error of Node's as the one that Deno has for it. */
export function asDeno(error: unknown): unknown {
  const { code, message } = error as NodeJS.ErrnoException;
  const Class = CLASSES[code ?? ""];
  return Class === undefined
    ? error
    : Object.assign(new Class(message, { cause: error }), { code });
}

/** A function of Node's whose errors are Deno's. */
export function withErrors<A extends unknown[], R>(action: (...args: A) => R): (...args: A) => R {
  return (...args) => {
    try {
      return action(...args);
    } catch (error) {
      throw asDeno(error);
    }
  };
}
