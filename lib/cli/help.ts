/**
 * The help text, as it stands on the screen.
 *
 * @module
 */

/** What `xpm-copy --help` prints. */
export const HELP_TEXT = `\
xpm-copy copies an experiment from one experimaestro workspace to another:
the run, every job it names, and the paths inside them.

Usage:
  xpm-copy [copy] [EXPERIMENT [RUN]] --from WORKSPACE --to WORKSPACE [--yes]
  xpm-copy ls [WORKSPACE [EXPERIMENT]]
  xpm-copy permissions EXPERIMENT [RUN] --from WORKSPACE --to WORKSPACE
  xpm-copy clean WORKSPACE [--yes]

Without --yes it shows what it would do and writes nothing. In a terminal it
asks for what is missing; RUN may be \`current\`, the latest one. \`permissions\`
prints the \`deno run\` line that grants such a copy what it needs and no more.
\`clean\` lists what interrupted copies and --keep-replaced left in a workspace,
and with --yes removes it.

A WORKSPACE is an id from experimaestro's settings, a path (./x, /x, ~/x),
host:path or ssh://user@host:port/path.

Copying:
      --from WORKSPACE       where the experiment is (also --from-workspace)
      --to WORKSPACE         where it goes (also --to-workspace)
  -y, --yes                  copy
      --include-running      copy jobs that still run, as they stand
      --ended                the run is over although it says that it is in
                             progress: its scheduler was killed
      --keep-replaced        keep what is replaced, in .xpm-staging/replaced/
      --create               accept a folder with other things as destination
      --exclude PATTERN      leave out such files of jobs, as in '*.ckpt'
                             (may be given several times)
      --map OLD=NEW          rewrite paths outside the workspace that begin with
                             OLD, as in /data=/mnt/data (several times, too)
      --no-fsync             do not wait until the disk has what is copied
      --bwlimit KIB          at most so many KiB a second; also 10m

Patience:
      --connect-timeout SECONDS  how long a host may take to answer (20)
      --timeout SECONDS          how long a transfer may stand still (300)

Output:
      --json                 one JSON object a line, the last a summary
  -q, --quiet                only errors, and what could not be copied
  -v, --verbose              every job by its full name, every command run
      --no-progress          draw no progress
      --color WHEN           auto, always or never

      --settings FILE        settings other than experimaestro's own
  -h, --help                 this text
  -V, --version              the version

Exit codes: 0 everything asked for is there, 1 failure, 2 usage, 3 finished
but some jobs could not be copied, 4 workspace, experiment or run not found,
5 connection or login, 130 interrupted.

Examples:
  xpm-copy ls cluster
  xpm-copy neuralir --from cluster --to local
  xpm-copy neuralir 20260118_170744 --from cluster --to local --yes
  xpm-copy neuralir --from local --to me@archive:/data/xpm --yes
  xpm-copy neuralir --from cluster --to local --exclude '*.ckpt' --yes
`;
