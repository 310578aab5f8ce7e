/**
 * The exit codes, which are part of the program's contract.
 *
 * @module
 */

/** The exit codes. */
export const EXIT = {
  complete: 0,
  failure: 1,
  usage: 2,
  incomplete: 3,
  notFound: 4,
  connection: 5,
  different: 7,
  interrupted: 130,
} as const;

/** What each code means, for the help. */
export const EXIT_TEXTS: readonly (readonly [number, string])[] = [
  [EXIT.complete, "success"],
  [EXIT.failure, "failure"],
  [EXIT.usage, "usage or settings error"],
  [EXIT.incomplete, "finished but incomplete"],
  [EXIT.notFound, "workspace, experiment or run not found"],
  [EXIT.connection, "connection or login failed"],
  [EXIT.different, "a check found differences"],
  [EXIT.interrupted, "interrupted"],
];
