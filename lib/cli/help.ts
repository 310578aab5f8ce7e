/**
 * The help text, exactly as it is printed.
 *
 * @module
 */

import { type Command, COMMANDS, OPTIONS } from "./options.ts";

/** The output of `xpm-copy --help`. */
export const HELP_TEXT = `\
xpm-copy copies an experiment from one experimaestro workspace to another:
the run and every job it uses, with the absolute paths in their files
rewritten.

Usage:
  xpm-copy [copy] [EXPERIMENT [RUN]] --from WORKSPACE --to WORKSPACE [--yes]
  xpm-copy check [EXPERIMENT [RUN]] --from WORKSPACE --to WORKSPACE [--checksum]
  xpm-copy move [EXPERIMENT [RUN]] --from WORKSPACE --to WORKSPACE [--yes]
  xpm-copy status [EXPERIMENT...] --from WORKSPACE --to WORKSPACE
  xpm-copy export EXPERIMENT [RUN] --from WORKSPACE -o FILE.tar.zst
  xpm-copy import FILE --to WORKSPACE [--yes]
  xpm-copy ls [WORKSPACE [EXPERIMENT [RUN]]]
  xpm-copy permissions [move] EXPERIMENT [RUN] --from WORKSPACE --to WORKSPACE
  xpm-copy clean WORKSPACE [--yes]
  xpm-copy doctor [WORKSPACE...]

Without --yes, \`copy\` shows the plan; in a terminal it asks for anything you
did not give, and then whether to copy now. In scripts it writes nothing, and
the run defaults to \`current\`. \`check\` compares the run and its jobs at both
ends, and writes nothing. \`move\` copies the run, compares both ends by
checksums, and removes at the source what nothing else there refers to; it
shows all of that first. \`status\` tells which runs and jobs are only at one
end, or newer there. \`export\` writes a run and its jobs into one new file, and
\`import\` copies them from there. \`ls\` lists workspaces, experiments, runs or
jobs. \`permissions\` prints the \`deno run\` line that grants a copy exactly what
it needs. \`clean\` lists what interrupted copies and --keep-replaced left
behind; with --yes it deletes it. \`doctor\` checks whether copies would work: on
this machine, and for each workspace (default: all).

A WORKSPACE is an id from experimaestro's settings, a path (./x, /x, ~/x),
host:path or ssh://user@host:port/path. RUN is a run id or \`current\`.

Copying:
      --from WORKSPACE       copy from this workspace (also --from-workspace)
      --to WORKSPACE         copy to this workspace (also --to-workspace)
  -y, --yes                  do it; without it only the plan is shown
  -n, --dry-run              only show the plan, and ask nothing after it
      --include-running      also copy running jobs, in their current state
      --ended                treat the run as ended, although it is marked as in
                             progress (its scheduler was killed)
  -o, --output FILE          with \`export\`: the file to write, .tar.zst or .tar
      --keep-replaced        keep replaced folders, in .xpm-staging/replaced/
      --create               allow a destination that is not empty and not a
                             workspace
      --all-runs             copy all runs of EXPERIMENT, or of all that match a
                             pattern, e.g. 'neural*'; the oldest first
      --runs PATTERN         copy matching runs, e.g. '202601*' (repeatable)
      --since DATE           copy runs begun on DATE or later, e.g. 2026-01-31
      --all                  copy all runs of all experiments
      --state STATES         only jobs of these states: done, failed, running,
                             unfinished, e.g. done,failed (repeatable)
      --task PATTERN         only jobs of matching tasks, e.g. '*.evaluate'
                             (repeatable)
      --tag KEY=PATTERN      only jobs with a matching tag, e.g. lr=0.1
                             (repeatable)
      --exclude PATTERN      skip matching files in jobs, e.g. '*.ckpt'
                             (repeatable)
      --max-size SIZE        skip larger files in jobs, e.g. 500M or 2G
      --metadata-only        skip files in jobs that experimaestro does not need
      --no-references        leave jobs out that only the files of others name
      --map OLD=NEW          rewrite paths outside the workspace that begin with
                             OLD, e.g. /data=/mnt/data (repeatable)
      --follow [SECONDS]     go on until the run has ended: copy each job within
                             SECONDS of its end (default 10)
      --no-fsync             do not wait for data to reach the disk
      --check                afterwards compare what was copied, as \`check\` does
      --checksum             with \`check\` or --check: compare contents as well
                             (SHA-256, read where the files are)
      --bwlimit RATE         limit to RATE KiB/s, or e.g. 10m for 10 MiB/s

Timeouts:
      --connect-timeout SECONDS  give up on a host that does not answer within
                                 SECONDS (default 20, 0 = never)
      --timeout SECONDS          give up after SECONDS without progress
                                 (default 300, 0 = never)

Output:
      --brief                with \`ls\`: do not look at jobs, which takes a while
                             where there are many
      --no-size              with \`ls\`: show states, but no sizes
      --sort ORDER           with \`ls\`: by size (the largest first), age (the
                             newest first) or name
      --json                 print one JSON object per line; the last is a
                             summary
  -q, --quiet                print only errors and what could not be copied
  -v, --verbose              print every job by its full name, and every command
      --no-progress          do not show progress
      --color WHEN           auto, always or never

Other:
      --settings FILE        use this settings file
                             (default ~/.config/experimaestro/settings.yaml)
  -h, --help                 show this help, or that of a command
  -V, --version              show the version

Exit codes: 0 success, 1 failure, 2 usage or settings error, 3 finished but
incomplete, 4 workspace, experiment or run not found, 5 connection or login
failed, 7 a check found differences, 130 interrupted.

Examples:
  xpm-copy ls cluster
  xpm-copy ls cluster neuralir current --state failed
  xpm-copy neuralir --from cluster --to local
  xpm-copy neuralir 20260118_170744 --from cluster --to local --yes
  xpm-copy neuralir --from cluster --to local --yes --follow
  xpm-copy status --from cluster --to local
  xpm-copy check neuralir --from cluster --to me@archive:/data/xpm --checksum
  xpm-copy export neuralir --from cluster -o neuralir.tar.zst
  xpm-copy import neuralir.tar.zst --to local --yes
  xpm-copy neuralir --from local --to me@archive:/data/xpm --yes
  xpm-copy move neuralir --from cluster --to me@archive:/data/xpm
  xpm-copy neuralir --from cluster --to local --exclude '*.ckpt' --yes
  xpm-copy 'neural*' --all-runs --from cluster --to local --yes
  xpm-copy neuralir --from cluster --to local --task '*.evaluate' --yes
`;

/** The output of `xpm-copy COMMAND --help`: what of the whole help concerns the command. */
export function helpOf(command: Command): string {
  const sections = HELP_TEXT.split(/\n\n(?=[A-Z][a-z]+:\n)/).slice(1)
    .map((section) => section.trimEnd().split("\n\n")[0]!.split("\n"));
  const [usage, examples, ...options] = [
    ...sections.filter(([title]) => title === "Usage:"),
    ...sections.filter(([title]) => title === "Examples:"),
    ...sections.filter(([title]) => title !== "Usage:" && title !== "Examples:"),
  ].map(([title = "", ...lines]) => {
    const kept = title === "Usage:" || title === "Examples:"
      ? lines.filter((line) => isOf(line, command))
      : entriesOf(lines).filter((entry) => isTaken(entry[0]!, command)).flat();
    return kept.length === 0 ? "" : [title, ...kept].join("\n");
  });
  const more = "`xpm-copy --help` shows all commands, options and exit codes.";
  return [usage, examples, ...options, more].filter((text) => text !== "").join("\n\n") + "\n";
}

/** Whether a line shows a command; `copy` is meant where none is named. */
function isOf(line: string, command: Command): boolean {
  const word = /^ +xpm-copy \[?([a-z]+)/.exec(line)?.[1] ?? "copy";
  const isNamed = COMMANDS.some((name) => name === word);
  return (isNamed ? word : "copy") === command;
}

/** Groups lines by option: each begins with its name, and may go on for several lines. */
function entriesOf(lines: string[]): string[][] {
  const entries: string[][] = [];
  for (const line of lines) {
    if (/^ {2,6}-/.test(line)) entries.push([line]);
    else entries.at(-1)?.push(line);
  }
  return entries;
}

function isTaken(line: string, command: Command): boolean {
  const option = OPTIONS[/--([a-z-]+)/.exec(line)?.[1] ?? ""];
  return option !== undefined && option.for?.includes(command) !== false;
}
