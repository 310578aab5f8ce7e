/**
 * The results as a picture: each contender's time beside that of bare rsync.
 *
 * @module
 */

import type { Limit } from "./cases.ts";
import { seconds } from "./report.ts";
import { type HeatResult, timesOf } from "./results.ts";

/** The width of the picture, of the names on its left and of the figures on its right. */
const WIDTH = 760;
const NAMES = 150;
const FIGURES = 130;
/** The height of a title, of a bar, and of what is between two cases. */
const TITLE = 20;
const BAR = 16;
const GAP = 10;
/** The heading, with the scale. */
const HEAD = 70;
/** What the scale shows at most; longer bars are cut off. */
const MOST = 2.5;

const LEGEND = `bars: the median, cut off at ${MOST} ×; thin lines: least to most; ` +
  "orange: where xpm-copy must end";

const OURS = "#1d6fd8";
const OTHERS = "#a9b4c2";
const BOUND = "#ea580c";

/** Draws the cases that bare rsync takes part in. */
export function drawPicture(heats: HeatResult[]): string {
  const shown = heats.filter((heat) => rsyncOf(heat) !== undefined);
  const parts: string[] = [];
  let top = HEAD;
  for (const heat of shown) {
    parts.push(...drawHeat(heat, top));
    top += TITLE + heat.lanes.length * BAR + GAP;
  }
  const title = "Time to copy, beside bare rsync";
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${top}" width="${WIDTH}" ` +
    `height="${top}" role="img" font-family="sans-serif" font-size="12" fill="#1f2933">`,
    `<title>${title}</title>`,
    `<rect width="${WIDTH}" height="${top}" rx="6" fill="#ffffff"/>`,
    text(16, 22, title, 'font-size="15" font-weight="bold"'),
    text(16, 40, LEGEND, 'fill="#52606d"'),
    ...drawScale(top),
    ...parts,
    "</svg>",
  ].join("\n") + "\n";
}

function drawScale(bottom: number): string[] {
  return [0.5, 1, 1.5, 2].flatMap((value) => [
    line(x(value), HEAD - 4, x(value), bottom - GAP, value === 1 ? "#52606d" : "#e4e7eb"),
    text(x(value), HEAD - 8, `${value} ×`, 'text-anchor="middle" fill="#52606d"'),
  ]);
}

function drawHeat(heat: HeatResult, top: number): string[] {
  const title = `${heat.case.title}, ${heat.place === "disk" ? "on disk" : "in memory"}`;
  const bare = rsyncOf(heat)!;
  const first = top + TITLE;
  const bars = heat.lanes.flatMap(({ lane }, at) => {
    const y = first + at * BAR;
    const name = text(NAMES - 8, y + 11, lane.label, 'text-anchor="end"');
    const times = timesOf(heat, lane);
    if (times === undefined) return [name, text(NAMES + 6, y + 11, "not to be had", "")];
    const { median, min, max } = times;
    const length = Math.max(1, x(median / bare) - NAMES);
    const colour = at === 0 ? OURS : OTHERS;
    const figure = `${(median / bare).toFixed(2)} ×, ${seconds(median)} s`;
    return [
      name,
      `<rect x="${NAMES}" y="${y + 2}" width="${round(length)}" height="11" fill="${colour}"/>`,
      line(x(min / bare), y + 7.5, x(max / bare), y + 7.5, "#1f2933"),
      text(WIDTH - FIGURES + 8, y + 11, figure, ""),
    ];
  });
  const bounds = (heat.case.limits[heat.place] ?? []).flatMap((limit) => boundOf(limit) ?? []);
  return [
    text(NAMES, first - 5, title, 'font-weight="bold"'),
    ...bars,
    ...bounds.map((value) => line(x(value), first, x(value), first + 15, BOUND, 2)),
  ];
}

/** Where our bar must end, when that is said in times of rsync's. */
function boundOf(limit: Limit): number | undefined {
  if (limit.kind !== "ratio" || limit.against.contender !== "rsync") return undefined;
  return limit.levels.find(({ name }) => name === "must")?.value;
}

function rsyncOf(heat: HeatResult): number | undefined {
  const lane = heat.case.lanes.find(({ contender }) => contender === "rsync");
  return lane && timesOf(heat, lane)?.median;
}

/** Where so many times rsync's time lies. */
function x(value: number): number {
  return round(NAMES + Math.min(value, MOST) / MOST * (WIDTH - NAMES - FIGURES));
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

function line(x1: number, y1: number, x2: number, y2: number, colour: string, width = 1): string {
  return `<line x1="${x1}" y1="${y1}" x2="${x2}" y2="${y2}" stroke="${colour}" ` +
    `stroke-width="${width}"/>`;
}

function text(x: number, y: number, words: string, attributes: string): string {
  const escaped = words.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
  return `<text x="${x}" y="${y}" ${attributes}>${escaped}</text>`;
}
