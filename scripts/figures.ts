/**
 * Copies the figures of `bench/RESULTS.md` to `README.md`, between two comments there.
 *
 * deno task figures
 *
 * @module
 */

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "./modules.ts";

const BEGIN = "<!-- the figures: `deno task figures` takes them from bench/RESULTS.md -->";
const END = "<!-- the end of the figures -->";

/** The cases in the table, if they were measured. */
const SHOWN = [
  "jobs-local",
  "jobs-push-0ms",
  "jobs-pull-0ms",
  "jobs-push-50ms",
  "jobs-pull-50ms",
  "large-push-0ms",
  "large-push-50ms",
  "one-push-50ms",
  "again-push-50ms",
  "experimaestro-local",
  "experimaestro-push-0ms",
];
/** The others that an expert would type; the quickest of them is shown. */
const EXPERTS = [
  "cp -a",
  "tar, tar",
  "tar, ssh, tar",
  "tar, zstd, ssh",
  "four rsync -aH, one login",
];
const EXPERT = "quickest other way";
/** The columns. */
const CONTENDERS = ["xpm-copy", "rsync -aH", EXPERT, "experimaestro"];

/** The times of one case by contender, in seconds, from the page of results: on disk, or in memory. */
function timesIn(section: string): { place: string; times: Map<string, string> } | undefined {
  const rows = [...section.matchAll(/^\|(.*)\|$/gm)].map(([, cells]) =>
    cells!.split("|").map((cell) => cell.trim())
  );
  for (const place of ["disk", "memory"]) {
    const at = rows[0]?.indexOf(place) ?? -1;
    const times = rows.slice(2).flatMap((cells): [string, string][] =>
      /^[\d.]+$/.test(cells[at] ?? "") ? [[cells[0]!, cells[at]!]] : []
    );
    if (times.length > 0) return { place, times: new Map(times) };
  }
  return undefined;
}

/** The quickest of the others, with its name. */
function quickest(times: ReadonlyMap<string, string>): string | undefined {
  const [first] = EXPERTS.filter((name) => times.has(name))
    .sort((a, b) => Number(times.get(a)) - Number(times.get(b)));
  return first && `${times.get(first)} s (${first})`;
}

/** The table for the README, with the contenders that took part in any of the cases. */
export function figuresOf(results: string): string {
  const sections = results.split(/^### /m).slice(1);
  const shown = SHOWN.flatMap((name) => {
    const section = sections.find((text) => text.includes(`--case ${name}\``));
    const found = section && timesIn(section);
    if (!found) return [];
    const { place, times } = found;
    const said = new Map([...times].map(([name, seconds]) => [name, `${seconds} s`]));
    const expert = quickest(times);
    if (expert !== undefined) said.set(EXPERT, expert);
    const title = section.slice(0, section.indexOf("\n"));
    return [{ title: `${title}, ${place === "disk" ? "on disk" : "in memory"}`, said }];
  });
  const contenders = CONTENDERS.filter((name) => shown.some(({ said }) => said.has(name)));
  const rows = shown.map(({ title, said }) => [
    title,
    ...contenders.map((name) => said.get(name) ?? ""),
  ]);
  const line = (cells: string[]) => `| ${cells.join(" | ")} |`;
  const head = ["median", ...contenders];
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

/** The README with a new table. */
export function withFigures(readme: string, table: string): string {
  const [begin, end] = [readme.indexOf(BEGIN), readme.indexOf(END)];
  if (begin < 0 || end < begin) throw new Error("README.md has no place for the figures");
  return `${readme.slice(0, begin)}${BEGIN}\n\n${table}\n\n${readme.slice(end)}`;
}

/** Updates the figures in `README.md`. */
export async function renewFigures(): Promise<void> {
  const file = join(ROOT, "README.md");
  const results = readFileSync(join(ROOT, "bench", "RESULTS.md"), "utf8");
  writeFileSync(file, withFigures(readFileSync(file, "utf8"), figuresOf(results)));
  await new Deno.Command(Deno.execPath(), { args: ["fmt", "--quiet", file], cwd: ROOT }).output();
}

if (import.meta.main) {
  await renewFigures();
  console.log("Written: README.md");
}
