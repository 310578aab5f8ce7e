/**
 * The kinds of tar, by how they read an archive.
 *
 * @module
 */

/**
 * `gnu`: GNU tar. `bsd`: bsdtar. It needs a record that says that names are bytes, or else converts
 * them to its locale, which fails for some; GNU tar complains about that record. bsdtar sets the
 * time of an existing folder before its content comes. `plain`: all others, such as busybox's. That
 * one knows whole seconds, sets mode and time of a folder before its content comes, and no time of
 * a link.
 */
export type Dialect = "gnu" | "bsd" | "plain";

/** The dialect of a tar, by what `tar --version` says. */
export function dialectOf(version: string): Dialect {
  if (version.includes("GNU")) return "gnu";
  return version.includes("bsdtar") ? "bsd" : "plain";
}
