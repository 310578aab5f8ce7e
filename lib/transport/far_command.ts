/**
 * The command lines for a remote host: the same for every host, every login shell and every copy.
 * Programs there see only named variables, whatever the login shell has exported, and none of the
 * user's functions, options and aliases. Otherwise `TAR_OPTIONS` could leave files out, `CDPATH`
 * could redirect a `cd`, and an exported `cd` could print into an answer.
 *
 * @module
 */

/**
 * The variables that programs on a remote host keep, when they are set. The umask and the limits of
 * the login also stay in force.
 */
export const FAR_VARIABLES: readonly string[] = [
  "PATH", // locates programs, including those of modules
  "HOME", // for `~` in the path of a workspace
  "USER", // with LOGNAME, for scripts that some sites use in place of tar and rsync
  "LOGNAME",
  "TMPDIR", // for temporary files of shells and scripts; `/tmp` may be full
  "LD_LIBRARY_PATH", // an rsync or zstd of a module may not start without it
  "KRB5CCNAME", // the ticket that some file systems require
];

const KEPT = FAR_VARIABLES.map((name) => `\${${name}+"${name}=$${name}"}`).join(" ");

/**
 * Starts the words after it, at low priority (`nice`, `ionice`) where these programs exist: a login
 * node is shared. All login shells read single quotes in the same way, unless there is a backslash
 * or a `!` between them: csh looks those up in its history.
 */
const CLEAN = "exec sh -c 'ionice -c 2 -n 7 -p $$ > /dev/null 2>&1; " +
  `exec $(command -v nice) env -i ${KEPT} LC_ALL=C "$@"' sh`;

/** Runs a program whose length is in the first line of its input: see `frame.ts`. */
export const FAR_SHELL = `${CLEAN} sh -c 'read -r n; eval "$(dd bs=1 count=$n 2>/dev/null)"'`;

/**
 * The value of rsync's `--rsync-path`; rsync adds the arguments of the server.
 *
 * @param program A name, or a path that has been checked: see `checkProgram`.
 */
export function farRsync(program: string): string {
  return `${CLEAN} ${program}`;
}

/** The variables that change how rsync works. */
const OF_RSYNC = ["RSYNC_ICONV", "RSYNC_OLD_ARGS", "RSYNC_PARTIAL_DIR", "RSYNC_PROTECT_ARGS"];

/**
 * The same when this machine's rsync is openrsync. That of macOS removes quotes and splits at
 * blanks, as for `--rsh`, so this has no quotes.
 */
export function farRsyncUnquoted(program: string): string {
  const empty = OF_RSYNC.map((name) => `${name}=`).join(" ");
  return `exec env ${empty} LC_ALL=C nice ${program}`;
}
