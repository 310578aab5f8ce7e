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

/** The cases in the table, if they were measured, and the contenders. */
const SHOWN = [
  "jobs-local",
  "jobs-push-0ms",
  "jobs-push-50ms",
  "large-push-0ms",
  "again-push-50ms",
  "experimaestro-local",
  "experimaestro-push-0ms",
];
const CONTENDERS = ["xpm-copy", "rsync -aH", "experimaestro"];

/** The times on disk of one case, by contender, from the page of results. */
function timesIn(section: string): Map<string, string> {
  const rows = [...section.matchAll(/^\|(.*)\|$/gm)].map(([, cells]) =>
    cells!.split("|").map((cell) => cell.trim())
  );
  const disk = rows[0]?.indexOf("disk") ?? -1;
  return new Map(
    rows.slice(2).flatMap((cells) => {
      const seconds = cells[disk] ?? "";
      return /^[\d.]+$/.test(seconds) ? [[cells[0]!, `${seconds} s`]] : [];
    }),
  );
}

/** The table for the README, with the contenders that took part in any of the cases. */
export function figuresOf(results: string): string {
  const sections = results.split(/^### /m).slice(1);
  const shown = SHOWN.flatMap((name) => {
    const section = sections.find((text) => text.includes(`--case ${name}\``));
    if (section === undefined) return [];
    const times = timesIn(section);
    return times.size === 0 ? [] : [{ title: section.slice(0, section.indexOf("\n")), times }];
  });
  const contenders = CONTENDERS.filter((name) => shown.some(({ times }) => times.has(name)));
  const rows = shown.map(({ title, times }) => [
    title,
    ...contenders.map((name) => times.get(name) ?? ""),
  ]);
  const line = (cells: string[]) => `| ${cells.join(" | ")} |`;
  const head = ["median, on disk", ...contenders];
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
