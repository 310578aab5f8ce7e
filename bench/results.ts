/**
 * What was measured, and how it is judged.
 *
 * @module
 */

import type { Heat, Lane, Level, Limit } from "./cases.ts";
import type { Cost } from "./measure.ts";

/** The runs of a lane. */
export interface LaneResult {
  /** The lane. */
  lane: Lane;
  /** What each run cost; none where its contender is not to be had. */
  costs: Cost[];
}

/** What was measured of a case in a place. */
export interface HeatResult extends Heat {
  /** The lanes, in their order. */
  lanes: LaneResult[];
  /** Why it could not be measured. */
  absent?: string;
}

/** How a limit was kept. */
export interface Verdict {
  /** The limit. */
  limit: Limit;
  /** What was found, in the limit's own unit; undefined when it was not measured. */
  figure: number | undefined;
  /** The best level that was reached. */
  reached: Level["name"] | "none" | "not measured";
  /** Whether that is enough: what was not measured is not. */
  enough: boolean;
}

/** The median, the least and the most of some figures. */
export interface Spread {
  /** The one in the middle, or between the two there. */
  median: number;
  /** The least. */
  min: number;
  /** The most. */
  max: number;
}

/** The spread of some figures; undefined when there is none. */
export function spreadOf(figures: number[]): Spread | undefined {
  const sorted = figures.toSorted((a, b) => a - b);
  const [low, high] = [sorted[(sorted.length - 1) >> 1], sorted[sorted.length >> 1]];
  if (low === undefined || high === undefined) return undefined;
  return { median: (low + high) / 2, min: sorted[0]!, max: sorted.at(-1)! };
}

/** The times of a lane, in seconds; undefined when it did not run. */
export function timesOf(result: HeatResult, lane: Lane): Spread | undefined {
  const found = result.lanes.find((each) => each.lane.label === lane.label);
  return spreadOf(found?.costs.map(({ seconds }) => seconds) ?? []);
}

/** The processor times of a lane, in seconds; undefined when they are not known. */
export function processorOf(result: HeatResult, lane: Lane): Spread | undefined {
  const found = result.lanes.find((each) => each.lane.label === lane.label);
  return spreadOf(found?.costs.flatMap(({ processorSeconds }) => processorSeconds ?? []) ?? []);
}

/** The most memory that our program had in any run, in MB; undefined when it is not known. */
export function peakOf(result: HeatResult): number | undefined {
  const peaks = result.lanes[0]?.costs.flatMap(({ peakBytes }) => peakBytes ?? []) ?? [];
  return peaks.length === 0 ? undefined : Math.max(...peaks) / 1e6;
}

/** Judges what is asked of our program in a case. */
export function judge(result: HeatResult): Verdict[] {
  return (result.case.limits[result.place] ?? []).map((limit) => {
    const figure = figureOf(limit, result);
    if (figure === undefined) return { limit, figure, reached: "not measured", enough: false };
    const keeps = ({ value }: Level) => limit.kind === "faster" ? figure >= value : figure <= value;
    const reached = limit.levels.find(keeps)?.name ?? "none";
    return { limit, figure, reached, enough: reached !== "none" };
  });
}

function figureOf(limit: Limit, result: HeatResult): number | undefined {
  switch (limit.kind) {
    case "memory":
      return peakOf(result);
    case "hop":
      return besideHops(result, timesOf);
    case "processor":
      return besideHops(result, processorOf);
  }
  const ours = timesOf(result, result.case.lanes[0])?.median;
  const other = timesOf(result, limit.against)?.median;
  if (ours === undefined || other === undefined) return undefined;
  if (limit.kind === "ratio") {
    const { roundTrips = 0 } = limit;
    return ours / (other + roundTrips * result.case.roundTrip / 1000);
  }
  return limit.kind === "faster" ? other / ours : ours - other;
}

/** Our figure as a multiple of the larger one of two hops. */
function besideHops(result: HeatResult, spread: typeof timesOf): number | undefined {
  const ours = spread(result, result.case.lanes[0])?.median;
  const hops = result.case.lanes.filter(({ hop }) => hop !== undefined)
    .map((lane) => spread(result, lane)?.median);
  if (ours === undefined || hops.includes(undefined)) return undefined;
  return ours / Math.max(...hops as number[]);
}
