/**
 * The progress of a copy: its state, and how it is drawn.
 *
 * @module
 */

import { isWritten } from "../copy/decisions.ts";
import type {
  CheckProgress,
  CopyEvent,
  CopyPlan,
  CopyProgress,
  CopyRunsPlan,
} from "../copy/types.ts";
import { printable } from "../text/printable.ts";
import { bytesIn } from "../text/sizes.ts";
import {
  clip,
  count,
  formatBytes,
  formatCount,
  formatPart,
  formatRate,
  formatTimeLeft,
  width,
} from "./format.ts";
import { shortFile } from "./names.ts";

/** How many bytes had arrived at one moment. */
interface Sample {
  at: number;
  bytes: number;
}

/** Which of several runs is under way. */
interface Several {
  /** The plan for all. */
  plan: CopyRunsPlan;
  /** The number of the run, from 1. */
  number: number;
  /** The bytes of the runs before it. */
  bytesBefore: number;
}

/** The state of a running copy. */
export interface ProgressState {
  /** The place among several runs; undefined when it is only one. */
  several: Several | undefined;
  /** The plan, of several runs that of the run under way; undefined before. */
  plan: CopyPlan | undefined;
  /** Hosts with a login in progress, where ssh may be asking for a password. */
  connecting: string[];
  /** The amounts so far; undefined before the plan. */
  progress: CopyProgress | undefined;
  /** How far the check has come; undefined before and without one. */
  checking: CheckProgress | undefined;
  /** How far an import has read its file; undefined before and after. */
  reading: { bytes: number; totalBytes: number } | undefined;
  /** The number of jobs at their final places. */
  published: number;
  /** What the copies before this one have brought: of several runs, or of one that is followed. */
  before: { jobs: number; bytes: number };
  /** Recent amounts, for the rate. */
  samples: Sample[];
  /** The time of this state, in seconds. */
  at: number;
  /** Whether the copy has finished. */
  done: boolean;
}

/** The state before the first event. */
export function startProgress(at: number): ProgressState {
  return {
    several: undefined,
    plan: undefined,
    connecting: [],
    progress: undefined,
    checking: undefined,
    reading: undefined,
    published: 0,
    before: { jobs: 0, bytes: 0 },
    samples: [],
    at,
    done: false,
  };
}

/** The state after an event. */
export function advance(state: ProgressState, event: CopyEvent, at: number): ProgressState {
  switch (event.type) {
    case "connecting":
      return { ...state, at, connecting: [...state.connecting, event.host] };
    case "connected":
      return { ...state, at, connecting: state.connecting.filter((host) => host !== event.host) };
    case "plannedRuns":
      return { ...state, at, several: { plan: event.plan, number: 0, bytesBefore: 0 } };
    case "planned": {
      const { plan } = event;
      const several = state.several && severalAt(state.several.plan, plan);
      const totals = { totalBytes: plan.bytes, totalJobs: plan.jobs.filter(isWritten).length };
      const progress = { bytes: 0, jobs: 0, received: 0, ...totals };
      const begun = { plan, progress, reading: undefined, samples: [] };
      const before = soFar(state);
      return { ...state, ...begun, before, several, at, published: 0, done: false };
    }
    case "progress": {
      const { bytes, bytesBefore = 0 } = event.progress;
      const sample = { at, bytes: bytes - bytesBefore };
      const samples = addSample(state.samples, sample);
      return { ...state, at, progress: event.progress, samples };
    }
    case "checking": {
      const sample = { at, bytes: event.progress.bytes };
      const samples = state.checking === undefined ? [sample] : addSample(state.samples, sample);
      return { ...state, at, checking: event.progress, samples, done: false };
    }
    case "reading": {
      const { bytes, totalBytes } = event;
      const samples = addSample(state.samples, { at, bytes });
      return { ...state, at, reading: { bytes, totalBytes }, samples };
    }
    case "published":
      if (event.job.sharedName !== undefined) return { ...state, at };
      return { ...state, at, published: state.published + 1 };
    case "followed":
    case "done":
      return { ...state, at, done: true };
    default:
      return { ...state, at };
  }
}

/** What all copies have brought so far, of how many jobs. */
export function soFar({ before, published, progress, several }: ProgressState) {
  const jobs = before.jobs + Math.max(published, progress?.jobs ?? 0);
  const total = several?.plan.jobs.filter(isWritten).length ??
    before.jobs + (progress?.totalJobs ?? 0);
  return { jobs, total: Math.max(jobs, total), bytes: before.bytes + (progress?.bytes ?? 0) };
}

/** The place of a run among several. */
function severalAt(plan: CopyRunsPlan, { experimentId, runId }: CopyPlan): Several {
  const at = plan.runs.findIndex((run) => run.experimentId === experimentId && run.runId === runId);
  const bytesBefore = bytesIn(plan.runs.slice(0, at));
  return { plan, number: at + 1, bytesBefore };
}

/** The rate is an average over this time, in seconds. */
const WINDOW = 10;
/** The shortest time between two samples, in seconds. */
const SPACING = 0.25;
/** The shortest time before the rate is shown, in seconds. */
const WARM_UP = 1;
/** The same for the time left, unless so much has come: large files begin slowly. */
const [SURE_AFTER, SURE_PART] = [3, 0.01];

function addSample(samples: Sample[], sample: Sample): Sample[] {
  const recent = samples.filter(({ at }) => at > sample.at - WINDOW);
  const before = recent.at(-2);
  // the newest sample is always kept; the one before it only if far enough from its predecessor
  const crowded = before !== undefined && (recent.at(-1)?.at ?? 0) - before.at < SPACING;
  return [...(crowded ? recent.slice(0, -1) : recent), sample];
}

/** Bytes a second over the last few seconds; undefined while it is too early to tell. */
export function currentRate({ samples, at }: ProgressState): number | undefined {
  const [first, last] = [samples[0], samples.at(-1)];
  if (first === undefined || last === undefined || at - first.at < WARM_UP) return undefined;
  return Math.max(0, last.bytes - first.bytes) / (at - first.at);
}

/** What is under way, a copy, a check or the reading of a file, in words and numbers. */
interface Amounts {
  name: string;
  bytes: number;
  totalBytes: number;
  /** How much of it is done, from 0 to 1. */
  fraction: number;
  /** `13 of 40 jobs received`; empty where nothing is counted. */
  counted: string;
  /** The file under way. */
  file?: string | undefined;
}

function amountsOf(
  { progress, checking, reading, plan, published, several }: ProgressState,
): Amounts | undefined {
  if (checking !== undefined) {
    const { files, totalFiles } = checking;
    const counted = `${formatCount(files)} of ${count(totalFiles, "file")} compared`;
    return {
      name: "checking",
      ...checking,
      fraction: fraction(checking, files, totalFiles),
      counted,
    };
  }
  if (reading !== undefined) {
    return { name: "reading the file", ...reading, fraction: fraction(reading, 0, 0), counted: "" };
  }
  if (progress === undefined) return undefined;
  const { totalJobs, file, settling } = progress;
  const received = Math.max(progress.received, published);
  const counted = `${formatCount(received)} of ${count(totalJobs, "job")} received` +
    fromBefore(progress) + (settling ? "; writing to the disk" : "");
  const name = clip(printable(plan?.experimentId ?? ""), 24);
  if (several === undefined) {
    return { name, ...progress, fraction: fraction(progress, received, totalJobs), counted, file };
  }
  const { plan: { runs, bytes: totalBytes }, number, bytesBefore } = several;
  const amount = { bytes: Math.min(bytesBefore + progress.bytes, totalBytes), totalBytes };
  return {
    name: count(runs.length, "run"),
    ...amount,
    fraction: fraction(amount, number - 1, runs.length),
    counted: `run ${number}, ${name}: ${counted}`,
    file,
  };
}

/** What an interrupted copy had brought: ` (12.1 GiB from before)`; empty when that is nothing. */
function fromBefore({ bytesBefore: bytes }: CopyProgress): string {
  return bytes === undefined ? "" : ` (${formatBytes(bytes)} from before)`;
}

function fraction(
  { bytes, totalBytes }: Pick<CopyProgress, "bytes" | "totalBytes">,
  done: number,
  total: number,
): number {
  if (totalBytes > 0) return Math.min(1, bytes / totalBytes);
  return total > 0 ? Math.min(1, done / total) : 1;
}

/** The lines for a terminal: at most two, none wider than the terminal. */
export function renderProgress(state: ProgressState, columns: number): string[] {
  if (state.connecting.length > 0 || state.done) return [];
  const amounts = amountsOf(state);
  if (amounts === undefined) return [clip("reading the workspaces", columns)];
  const { name, counted, file } = amounts;
  const parts = [
    `${percent(amounts)} %`.padStart(5),
    formatPart(amounts.bytes, amounts.totalBytes),
    ...pace(state, amounts),
  ];
  const second = file === undefined ? counted : `${counted}   now: ${shortFile(file)}`;
  const lines = [renderBar(name, amounts.fraction, parts, columns)];
  if (second !== "") lines.push(" ".repeat(width(name) + 2) + second);
  return lines.map((line) => clip(line, columns));
}

/** The title of the terminal: `54 % neuralir - xpm-copy`; undefined while there is nothing to tell. */
export function renderTitle(state: ProgressState): string | undefined {
  const amounts = state.connecting.length > 0 || state.done ? undefined : amountsOf(state);
  return amounts && `${percent(amounts)} % ${amounts.name} - xpm-copy`;
}

/**
 * The line for a log: `12.1 of 229 GiB (5 %), 94 MiB/s, 41 min left, 13 of 40 jobs received`.
 * Undefined when there is nothing to tell.
 */
export function renderLogLine(state: ProgressState): string | undefined {
  const amounts = amountsOf(state);
  if (amounts === undefined || state.connecting.length > 0 || state.done) return undefined;
  const part = `${formatPart(amounts.bytes, amounts.totalBytes)} (${percent(amounts)} %)`;
  return [part, ...pace(state, amounts), amounts.counted].filter((text) => text !== "").join(", ");
}

function percent({ fraction }: Amounts): number {
  return Math.floor(fraction * 100);
}

/** The rate and the time left, as far as they are known. */
function pace(state: ProgressState, { bytes, totalBytes, fraction }: Amounts): string[] {
  const rate = currentRate(state);
  const left = totalBytes - bytes;
  if (rate === undefined || rate <= 0 || left <= 0) return [];
  // a check counts whole files: a large one would seem to take for ever
  const isLong = !state.checking && state.at - state.samples[0]!.at >= SURE_AFTER;
  const isSure = fraction >= SURE_PART || isLong;
  return [formatRate(rate), ...(isSure ? [`${formatTimeLeft(left / rate)} left`] : [])];
}

const LONGEST_BAR = 24;
const SHORTEST_BAR = 8;

function renderBar(name: string, done: number, parts: string[], columns: number): string {
  const [percent = "", bytes = "", , left] = parts;
  const choices = [parts, [percent, bytes], [percent]];
  if (left !== undefined) choices.splice(1, 0, [percent, bytes, left], [percent, left]);
  for (const choice of choices) {
    const text = choice.join("   ");
    const room = columns - width(name) - width(text) - 4;
    if (room < SHORTEST_BAR) continue;
    const length = Math.min(LONGEST_BAR, room);
    const full = Math.floor(done * length);
    return `${name}  ${"█".repeat(full)}${"░".repeat(length - full)}  ${text}`;
  }
  return `${name}  ${percent.trim()}`;
}
