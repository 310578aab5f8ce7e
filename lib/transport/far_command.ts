/**
 * The command lines that a remote host is given: the same for every host, every login shell and
 * every copy. Whatever the login shell has exported, what they start sees named variables only, and
 * no function, option or alias of the user's. `TAR_OPTIONS` would leave files out, `CDPATH` lead
 * elsewhere, an exported `cd` print into an answer.
 *
 * @module
 */

/**
 * The variables that programs at a remote host keep, when they are set. The umask and the limits
 * that a login sets hold as well.
 */
export const FAR_VARIABLES: readonly string[] = [
  "PATH", // finds the programs, those of a module too
  "HOME", // `~` in the path of a workspace
  "USER", // with LOGNAME, for the scripts that some sites put before tar and rsync
  "LOGNAME",
  "TMPDIR", // for shells and scripts that write temporary files; `/tmp` may be full
  "LD_LIBRARY_PATH", // without it an rsync or zstd of a module may not start
  "KRB5CCNAME", // the ticket, where a file system asks for one
];

const KEPT = FAR_VARIABLES.map((name) => `\${${name}+"${name}=$${name}"}`).join(" ");

/**
 * Starts the words after it, kind to those who share the machine: what runs on a login node gives
 * way to others, where that can be told (`nice`, `ionice`). Login shells read single quotes alike, as
 * long as there is no backslash and no `!` between them: csh would look those up in its history.
 */
const CLEAN = "exec sh -c 'ionice -c 2 -n 7 -p $$ > /dev/null 2>&1; " +
  `exec $(command -v nice) env -i ${KEPT} LC_ALL=C "$@"' sh`;

/** Runs a program whose length is the first line of its input: see `frame.ts`. */
export const FAR_SHELL = `${CLEAN} sh -c 'read -r n; eval "$(dd bs=1 count=$n 2>/dev/null)"'`;

/** What rsync's `--rsync-path` is: the arguments of the server come after it. */
export const FAR_RSYNC = `${CLEAN} rsync`;

/** The variables that lead an rsync elsewhere. */
const OF_RSYNC = ["RSYNC_ICONV", "RSYNC_OLD_ARGS", "RSYNC_PARTIAL_DIR", "RSYNC_PROTECT_ARGS"];

/**
 * The same where this machine's rsync is openrsync: macOS's takes the quotes off and cuts at blanks,
 * as for `--rsh`, so there are none.
 */
export const FAR_RSYNC_UNQUOTED = `exec env ${
  OF_RSYNC.map((name) => `${name}=`).join(" ")
} LC_ALL=C nice rsync`;
