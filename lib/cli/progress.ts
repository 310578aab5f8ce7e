/**
 * The progress of a copy: its state, and how it is drawn.
 *
 * @module
 */

import type { CheckProgress, CopyEvent, CopyProgress } from "../copy/types.ts";
import type { JobId } from "../workspace/layout.ts";
import { printable } from "../text/printable.ts";
import { clip, formatCount, formatPart, formatRate, formatTimeLeft, width } from "./format.ts";
import { shortFile } from "./names.ts";

/** How many bytes had arrived at one moment. */
interface Sample {
  at: number;
  bytes: number;
}

/** The state of a running copy. */
export interface ProgressState {
  /** The experiment's id; undefined before the plan. */
  experimentId: string | undefined;
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
  /** The last one of these. */
  lastPublished: JobId | undefined;
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
    experimentId: undefined,
    connecting: [],
    progress: undefined,
    checking: undefined,
    reading: undefined,
    published: 0,
    lastPublished: undefined,
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
    case "planned": {
      const { plan } = event;
      const work = plan.jobs.filter(({ action }) => action === "copy" || action === "replace");
      const progress = { bytes: 0, totalBytes: plan.bytes, jobs: 0, totalJobs: work.length };
      const begun = { experimentId: plan.experimentId, progress, reading: undefined, samples: [] };
      return { ...state, ...begun, at, published: 0, done: false };
    }
    case "progress": {
      const sample = { at, bytes: event.progress.bytes };
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
      return { ...state, at, published: state.published + 1, lastPublished: event.job };
    case "followed":
    case "done":
      return { ...state, at, done: true };
    default:
      return { ...state, at };
  }
}

/** The rate is an average over this time, in seconds. */
const WINDOW = 10;
/** The shortest time between two samples, in seconds. */
const SPACING = 0.25;
/** The shortest time of copying before the rate is shown, in seconds. */
const WARM_UP = 1;

function addSample(samples: Sample[], sample: Sample): Sample[] {
  const recent = samples.filter(({ at }) => at > sample.at - WINDOW);
  const before = recent.at(-2);
  // The newest sample is always kept; the one before it only when it is far enough from its
  // predecessor.
  const crowded = before !== undefined && (recent.at(-1)?.at ?? 0) - before.at < SPACING;
  return [...(crowded ? recent.slice(0, -1) : recent), sample];
}

/** Bytes a second over the last few seconds; undefined while it is too early to tell. */
export function currentRate({ samples, at }: ProgressState): number | undefined {
  const [first, last] = [samples[0], samples.at(-1)];
  if (first === undefined || last === undefined || at - first.at < WARM_UP) return undefined;
  return Math.max(0, last.bytes - first.bytes) / (at - first.at);
}

/** The lines for a terminal: at most two, none wider than the terminal. */
export function renderProgress(state: ProgressState, columns: number): string[] {
  const { progress, checking, reading } = state;
  if (state.connecting.length > 0 || state.done) return [];
  if (checking !== undefined) return renderChecking(state, checking, columns);
  if (reading !== undefined) {
    const parts = renderParts(state, { ...reading, jobs: 0, totalJobs: 0 });
    const done = Math.min(1, reading.bytes / reading.totalBytes);
    return [clip(renderBar("reading the file", done, parts, columns), columns)];
  }
  if (progress === undefined) return [clip("reading the workspaces", columns)];
  const name = clip(printable(state.experimentId ?? ""), 24);
  const parts = renderParts(state, progress);
  const indent = " ".repeat(width(name) + 2);
  return [
    clip(renderBar(name, fraction(progress), parts, columns), columns),
    clip(indent + renderJobs(state, progress), columns),
  ];
}

function renderChecking(state: ProgressState, checking: CheckProgress, columns: number): string[] {
  const { bytes, totalBytes, files, totalFiles } = checking;
  const parts = renderParts(state, { bytes, totalBytes, jobs: files, totalJobs: totalFiles });
  const done = totalBytes > 0 ? Math.min(1, bytes / totalBytes) : 1;
  const text = `${formatCount(files)} of ${formatCount(totalFiles)} files compared`;
  const name = "checking";
  return [
    clip(renderBar(name, done, parts, columns), columns),
    clip(" ".repeat(name.length + 2) + text, columns),
  ];
}

function fraction({ bytes, totalBytes, jobs, totalJobs }: CopyProgress): number {
  if (totalBytes > 0) return Math.min(1, bytes / totalBytes);
  return totalJobs > 0 ? Math.min(1, jobs / totalJobs) : 1;
}

/** Percentage, bytes, rate, time left; a narrow terminal shows only some of them. */
function renderParts(state: ProgressState, progress: CopyProgress): string[] {
  const percent = `${Math.floor(fraction(progress) * 100)} %`.padStart(5);
  const parts = [percent, formatPart(progress.bytes, progress.totalBytes)];
  const rate = currentRate(state);
  const left = progress.totalBytes - progress.bytes;
  if (rate !== undefined && rate > 0 && left > 0) {
    parts.push(formatRate(rate), `${formatTimeLeft(left / rate)} left`);
  }
  return parts;
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

function renderJobs(state: ProgressState, { jobs, totalJobs, file }: CopyProgress): string {
  const published = Math.max(jobs, state.published);
  const text = `${formatCount(published)} of ${formatCount(totalJobs)} ${
    totalJobs === 1 ? "job" : "jobs"
  } in place`;
  return file === undefined ? text : `${text}   now: ${shortFile(file)}`;
}
