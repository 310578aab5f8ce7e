/**
 * The results as a page in Markdown.
 *
 * @module
 */

import type { Case, Lane, Limit } from "./cases.ts";
import type { Machine } from "./machine.ts";
import { type HeatResult, judge, peakOf, processorOf, timesOf, type Verdict } from "./results.ts";

/** What the page tells. */
export interface Report {
  /** The command that makes it again. */
  command: string;
  /** The day on which it was made, `2026-01-18`. */
  day: string;
  /** Whether the contenders' time includes one `sync -f`. */
  synced: boolean;
  /** The machine. */
  machine: Machine;
  /** What was measured. */
  heats: HeatResult[];
}

/** Writes the page. */
export function writeReport(report: Report): string {
  const cases = [...new Set(report.heats.map((heat) => heat.case))];
  return [
    "# Results of the bench",
    `Made on ${report.day}; \`${report.command}\` makes it again.`,
    "![The times, beside those of rsync](results.svg)",
    "## What is asked",
    "`must` and `goal` are the project's own bounds for `xpm-copy`; each figure compares medians.",
    table(["case", "where", "found", "must be", "goal", "reached"], report.heats.flatMap(asked)),
    "## The times",
    "In seconds: the median, the least and the most, and how the median compares with bare rsync's.",
    ...cases.flatMap((each) => times(each, report.heats.filter((heat) => heat.case === each))),
    "## The machine",
    report.machine.map(([name, words]) => `- ${name}: \`${words}\``).join("\n"),
    "## How it is measured",
    ...method(report.synced),
  ].join("\n\n") + "\n";
}

function method(synced: boolean): string[] {
  return [
    "A job has nine small files in four folders, texts but for one of 2 KiB, and where it says so " +
    "one more of 20 kB, which does not compress; the same seed makes the same workspaces each " +
    "time. The contenders of a case run one after the other, in several rounds, and another one " +
    "begins each round. Our program is one module, as the wheel, the npm package and the single " +
    "files have it; the last case tells how much longer it takes to start from single modules, as " +
    "JSR has them. Its start-up is in its time, as are the planning, the rewriting of paths and " +
    "the publishing, which the others do not do. After each run the files of all jobs are " +
    "counted: a case in which a contender leaves one behind does not count.",
    "On disk, `sync` comes before each run, outside its time, so that nobody pays for what " +
    "another wrote. The source has just been written and read: it is in the page cache, for all " +
    "alike. Copies of small files stay until the end of the bench: ext4 does not take the inodes " +
    "of removed files again for minutes, and while it passes over thousands of them each new " +
    "file costs several times as much. (So does a bench that is started right after another.) " +
    (synced
      ? "Our program syncs what it wrote to disk, so the others' time includes one `sync -f`."
      : "No contender syncs what it wrote to disk, ours neither."),
    "Before each run, more memory than it will need is written to and freed: a virtual machine " +
    "gives what is free back to its host, and the first to use it again would pay for that.",
    "In memory, both workspaces are in `/dev/shm`. The other host is an sshd on loopback with a " +
    "login of its own for each run. The distance is a relay on loopback that holds back what " +
    "passes, half the round trip in each direction and a whole one for each new connection, and " +
    "limits nothing else. `10,000 jobs` is compared with our own time for 1,000 jobs in the same " +
    "rounds. Memory is the peak of our process alone (`VmHWM`), not that of rsync and ssh.",
    "Where each file takes 2 ms to be made, `bench/slow_create.c` is loaded into all that writes to " +
    "the destination, there or here: what makes a file, a folder or a link waits, as for the server " +
    "of NFS or Lustre. Nothing else does.",
    "Between two hosts, both are sshds on loopback at this distance, and each lane of rsync goes one " +
    "hop: from the first to here, or from here to the second. Processor time is that of all that " +
    "runs here, ssh among it, not of what the hosts do. The lane of tar has two logins with a pipe " +
    "between them: nothing looks, plans, rewrites or checks.",
  ];
}

function asked(heat: HeatResult): string[][] {
  return judge(heat).map((verdict) => {
    const level = (name: string) => {
      const found = verdict.limit.levels.find((each) => each.name === name);
      return found === undefined ? "" : bound(verdict.limit, found.value);
    };
    const [must, goal] = [level("must"), level("goal")];
    return [heat.case.title, heat.place, found(verdict), must, goal, reached(verdict)];
  });
}

function reached({ reached }: Verdict): string {
  return reached === "none" ? "**missed**" : reached;
}

/** What a limit allows: `≤ 1.15 ×`. */
function bound({ kind }: Limit, value: number): string {
  switch (kind) {
    case "ratio":
    case "hop":
      return `≤ ${value} ×`;
    case "processor":
      return `≤ ${value} × processor time`;
    case "faster":
      return `≥ ${value} × as fast`;
    case "extra":
      return `≤ + ${value} s`;
    case "memory":
      return `≤ ${value} MB`;
  }
}

function found({ limit, figure }: Verdict): string {
  if (figure === undefined) return "";
  switch (limit.kind) {
    case "ratio": {
      const { against: { label }, roundTrips } = limit;
      const other = roundTrips === undefined ? label : `(${label}, + ${roundTrips} round trips)`;
      return `${figure.toFixed(2)} × ${other}`;
    }
    case "faster":
      return `${figure.toFixed(1)} × as fast as ${limit.against.label}`;
    case "extra":
      return `${limit.against.label} ${figure < 0 ? "-" : "+"} ${Math.abs(figure).toFixed(3)} s`;
    case "memory":
      return `${figure.toFixed(0)} MB`;
    case "hop":
      return `${figure.toFixed(2)} × the slower hop of rsync`;
    case "processor":
      return `${figure.toFixed(2)} × the processor time of a hop`;
  }
}

/** One case: a row for each contender, with its columns for each place. */
function times({ title, name, lanes }: Case, heats: HeatResult[]): string[] {
  const ran = heats.filter((heat) => heat.absent === undefined);
  const head = ["", ...ran.flatMap(({ place }) => [place, "least to most", "× rsync", "runs"])];
  const rows = lanes.map((lane) => [lane.label, ...ran.flatMap((heat) => columns(heat, lane))]);
  return [
    `### ${title}`,
    ...(ran.length === 0 ? [] : [table(head, rows)]),
    notes(name, heats),
  ];
}

function columns(heat: HeatResult, lane: Lane): string[] {
  const spread = timesOf(heat, lane);
  if (spread === undefined) return ["not to be had", "", "", ""];
  const { median, min, max } = spread;
  const rsync = heat.case.lanes.find(({ contender }) => contender === "rsync");
  const bare = rsync && timesOf(heat, rsync)?.median;
  const runs = heat.lanes.find((each) => each.lane === lane)?.costs.length ?? 0;
  const compared = bare === undefined ? "" : (median / bare).toFixed(2);
  return [seconds(median), `${seconds(min)} to ${seconds(max)}`, compared, String(runs)];
}

function notes(name: string, heats: HeatResult[]): string {
  const absent = heats.flatMap(({ place, absent }) =>
    absent === undefined ? [] : [`Not measured (${place}): ${absent}.`]
  );
  const peaks = heats.flatMap((heat) => {
    const peak = peakOf(heat);
    return peak === undefined ? [] : [`${peak.toFixed(0)} MB (${heat.place})`];
  });
  const memory = peaks.length === 0 ? [] : [`Peak memory of xpm-copy: ${peaks.join(", ")}.`];
  const processor = heats.flatMap(processorNotes);
  return [`Alone: \`--case ${name}\`.`, ...memory, ...processor, ...absent].join(" ");
}

/** The processor times, where they are judged. */
function processorNotes(heat: HeatResult): string[] {
  if (!heat.case.limits[heat.place]?.some(({ kind }) => kind === "processor")) return [];
  const times = heat.case.lanes.flatMap((lane) => {
    const spread = processorOf(heat, lane);
    return spread === undefined ? [] : [`${lane.label} ${seconds(spread.median)}`];
  });
  return times.length === 0 ? [] : [`Processor time here (${heat.place}): ${times.join("; ")}.`];
}

/** Seconds as a text, with three digits that count. */
export function seconds(value: number): string {
  return value.toFixed(value < 1 ? 3 : value < 10 ? 2 : value < 100 ? 1 : 0);
}

function table(head: string[], rows: string[][]): string {
  const line = (cells: string[]) => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}
