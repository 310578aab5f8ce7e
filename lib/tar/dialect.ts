/**
 * Which tars there are, by what they make of an archive.
 *
 * @module
 */

/**
 * `gnu`: GNU tar. `bsd`: bsdtar, which has to be told that names are bytes: it would put them into the
 * letters of its locale, and fails where that lacks one; GNU tar grumbles when it is told. To a folder
 * that is there it gives its time before what comes into it. `plain`: all
 * others, such as busybox's, which knows whole seconds, gives a folder its mode and time before what
 * is in it, and a link none.
 */
export type Dialect = "gnu" | "bsd" | "plain";

/** The dialect of a tar, by what `tar --version` says. */
export function dialectOf(version: string): Dialect {
  if (version.includes("GNU")) return "gnu";
  return version.includes("bsdtar") ? "bsd" : "plain";
}
