/**
 * Draws `docs/picture.svg`: the program at work, as a terminal shows it. Every line comes from a
 * run for this picture; only the names of folders are shortened.
 *
 * deno task picture
 *
 * @module
 */

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "./modules.ts";
import type { SampleJob } from "./sample.ts";
import { SampleHome } from "./sample_home.ts";

/** The file of the picture. */
export const PICTURE: string = join(ROOT, "docs", "picture.svg");

const PLAN = "xpm-copy neuralir current --from cluster --to local";
const COPY = "xpm-copy neuralir 20260118_170744 --from cluster --to local --yes";
const COLUMNS = 96;
const LARGE = { largeFiles: 4, largeBytes: 8 * 1024 * 1024 };
/** The bandwidth, in KiB a second: low enough for the progress to be visible. */
const RATE = 12_000;

// codes for the terminal
const ESCAPE = String.fromCharCode(27);
const FRAME_END = new RegExp(`\r${ESCAPE}\\[K(?:${ESCAPE}\\[1A${ESCAPE}\\[K)*`);
const COLOUR = new RegExp(`${ESCAPE}\\[(\\d+)m`);

/** Copies a sample from a host; returns the terminal's output, line by line. */
export async function showCopy(): Promise<string[]> {
  await using home = await SampleHome.makeBare({ NO_COLOR: "" });
  const jobs = Array.from({ length: 60 }, (_, at): SampleJob => ({
    state: at === 20 || at === 30 ? "failed" : "done",
  }));
  home.sample("host/experiments", { jobs, ...LARGE });
  const there = jobs.slice(36).map((job, at) => at === 13 ? { state: "unfinished" as const } : job);
  const others = jobs.slice(0, 36).map(() => ({ state: "missing" as const }));
  home.sample("home/experiments/main", { jobs: [...others, ...there], runId: "20260117_091500" });
  home.write("home/.config/experimaestro/copy.jsonc", JSON.stringify({ bandwidthLimit: RATE }));
  const shown = async (command: string) => {
    const inTerminal = `script -qefc 'stty cols ${COLUMNS}; ${command} </dev/null' /dev/null`;
    const { code, said } = await home.run(inTerminal);
    if (code !== 0) throw new Error(`${command}: exit ${code}\n${said}`);
    return said.replaceAll("\r\n", "\n").split(FRAME_END);
  };
  const plan = await shown(PLAN);
  const copy = await shown(COPY);
  const progress = copy.find((frame) => /[5-8]\d %.* left\n/.test(frame)) ?? "";
  const lines = [
    `$ ${PLAN}`,
    plan.at(-1)!.replace(/^connecting .*\n/, ""),
    `$ ${COPY}`,
    "\u22ee",
    progress,
    copy.at(-1)!,
  ];
  return lines.join("\n").trimEnd()
    .replaceAll(home.path, "/home/me").replaceAll(home.remotePath, "/home/me").split("\n");
}

const WIDTH = 820;
const LINE = 18;
const MARGIN = 18;
const INK = "#d7dde5";
const COLOURS: Record<string, string> = { "32": "#7bd88f", "33": "#f0c674", "31": "#ff7b72" };

/** Draws lines as a terminal shows them. */
export function draw(lines: string[]): string {
  const height = 2 * MARGIN + lines.length * LINE;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" role="img">`,
    "<title>xpm-copy shows its plan, then copies 37 jobs from a cluster</title>",
    `<rect width="${WIDTH}" height="${height}" rx="8" fill="#161b22"/>`,
    `<g font-family="ui-monospace, Menlo, Consolas, monospace" font-size="13" fill="${INK}">`,
    ...lines.flatMap((line, at) => line === "" ? [] : [drawLine(line, MARGIN + 13 + at * LINE)]),
    "</g>",
    "</svg>",
  ].join("\n") + "\n";
}

/** Draws a line with its colours: every second part of it is the number of a colour. */
function drawLine(line: string, y: number): string {
  const typed = line.startsWith("$ ") ? ' font-weight="bold" fill="#ffffff"' : "";
  let colour: string | undefined;
  const pieces = line.split(COLOUR).map((piece, at) => {
    if (at % 2 === 1) colour = COLOURS[piece];
    if (at % 2 === 1 || piece === "") return "";
    return colour ? `<tspan fill="${colour}">${escaped(piece)}</tspan>` : escaped(piece);
  });
  return `<text x="${MARGIN}" y="${y}"${typed}>${pieces.join("")}</text>`;
}

/** Escapes a text so that blanks remain. */
function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replace(/ /g, "\u00a0");
}

/** The text of a picture by {@linkcode draw}, without colours. */
export function textOf(picture: string): string[] {
  const texts = picture.matchAll(/<text[^>]*>([\s\S]*?)<\/text>/g);
  return [...texts].map(([, text]) =>
    text!.replace(/\s*\n\s*/g, "").replace(/<[^>]*>/g, "").replaceAll("\u00a0", " ")
      .replaceAll("&lt;", "<").replaceAll("&amp;", "&")
  );
}

if (import.meta.main) {
  writeFileSync(PICTURE, draw(await showCopy()));
  const format = { args: ["fmt", "--quiet", PICTURE], cwd: ROOT };
  await new Deno.Command(Deno.execPath(), format).output();
  console.log("Written: docs/picture.svg");
}
