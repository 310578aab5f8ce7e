/**
 * The output of `xpm-copy status`: runs that are only at one end, that differ, that are the same.
 *
 * @module
 */

import type { Ends } from "../copy/plan.ts";
import type { RunComparison, WorkspaceComparison } from "../inspect/status_types.ts";
import { printable } from "../text/printable.ts";
import { quoteCommand } from "../text/shell.ts";
import type { Workspace } from "../workspace/workspace.ts";
import type { Mark } from "./colour.ts";
import { count, table } from "./format.ts";
import { location } from "./names.ts";
import type { ReportStyle } from "./style.ts";
import { fitted } from "./wrap.ts";

/** Shows the runs by where they are, with the commands that copy, both ways. */
export function renderStatus(
  { runs }: WorkspaceComparison,
  { source, destination }: Ends<Workspace>,
  words: Ends<string>,
  { paint, columns }: ReportStyle,
): string[] {
  const ids = { source: printable(source.id), destination: printable(destination.id) };
  // a workspace that is named by its place has no other name
  const heads = table([source, destination].map((each) => {
    const [name, place] = [printable(each.id), location(each)];
    return name === place ? [name] : [name, place];
  }));
  const section = (title: string, mark: Mark, some: RunComparison[], hint: string[]) =>
    some.length === 0 ? [] : [
      "",
      paint(mark, `${title}:`),
      ...fitted(some.map((run) => row(run, ids)), [], columns),
      ...hint,
    ];
  const only = (at: RunComparison["at"]) => runs.filter((run) => run.at === at);
  const both = only("both");
  const differing = both.filter(({ ahead }) => ahead !== "neither");
  return [
    ...heads,
    ...section(`Only in ${ids.source}`, "care", only("source"), copyHint(words)),
    ...section(
      `Only in ${ids.destination}`,
      "care",
      only("destination"),
      copyHint({ source: words.destination, destination: words.source }),
    ),
    ...section("In both, and different", "bad", differing, copyHint(words, ["check"])),
    ...section("In both, and the same", "good", both.filter((run) => !differing.includes(run)), []),
  ];
}

/** How to copy such runs, as `git status` says how to go on. */
function copyHint({ source, destination }: Ends<string>, check: string[] = []): string[] {
  const which = ["EXPERIMENT", "RUN", "--from", source, "--to", destination];
  const command = quoteCommand(["xpm-copy", ...check, ...which]);
  return [`  (to ${check[0] ?? "copy"} one:  ${command})`];
}

function row(run: RunComparison, ids: Ends<string>): string[] {
  return [`  ${printable(run.experimentId)}`, printable(run.runId), remarks(run, ids).join(", ")];
}

/** What there is to say of a run: `12 jobs only in cluster, 1 job newer in local`. */
function remarks({ at, ahead, jobs, inProgress = [] }: RunComparison, ids: Ends<string>): string[] {
  const { source, destination } = ids;
  const counted: [number, string][] = at === "both"
    ? [
      [jobs.sourceOnly, ` only in ${source}`],
      [jobs.destinationOnly, ` only in ${destination}`],
      [jobs.sourceNewer, ` newer in ${source}`],
      [jobs.destinationNewer, ` newer in ${destination}`],
      [jobs.same, " in both"],
    ]
    : at === "source"
    ? [[jobs.sourceOnly + jobs.sourceNewer, ""], [jobs.same, ` in both`]]
    : [[jobs.destinationOnly + jobs.destinationNewer, ""], [jobs.same, ` in both`]];
  counted.push([jobs.sourcePartial, ` partial in ${source}`]);
  counted.push([jobs.destinationPartial, ` partial in ${destination}`]);
  const shown = counted.filter(([number]) => number > 0)
    .map(([number, where]) => `${count(number, "job")}${where}`);
  const going = inProgress.map((end) => `in progress in ${ids[end]}`);
  const { same: _, ...others } = jobs;
  const isOfRun = at === "both" && Object.values(others).every((number) => number === 0);
  const further = isOfRun && (ahead === "source" || ahead === "destination")
    ? [`the run is newer in ${ids[ahead]}`]
    : [];
  const all = [...further, ...shown, ...going];
  return all.length > 0 ? all : ["no jobs"];
}
