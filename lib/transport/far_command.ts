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
 * Starts the words after it. Login shells read single quotes alike, as long as there is no
 * backslash and no `!` between them: csh would look those up in its history.
 */
const CLEAN = `exec sh -c 'exec env -i ${KEPT} LC_ALL=C "$@"' sh`;

/** Runs a program whose length is the first line of its input: see `frame.ts`. */
export const FAR_SHELL = `${CLEAN} sh -c 'read -r n; eval "$(dd bs=1 count=$n 2>/dev/null)"'`;

/** What rsync's `--rsync-path` is: the arguments of the server come after it. */
export const FAR_RSYNC = `${CLEAN} rsync`;
