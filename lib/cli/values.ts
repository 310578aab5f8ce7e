/**
 * Reads the values of options.
 *
 * @module
 */

import { CHOSEN_STATES } from "../copy/select.ts";
import type { JobState } from "../copy/types.ts";
import { CopyError } from "../errors.ts";
import { nearest } from "../settings/nearest.ts";
import { printable } from "../text/printable.ts";
import { cutMapping, mappingFault } from "../workspace/mapping.ts";
import type { CopyRequest } from "./requests.ts";

/** What every sentence about a wrong option may end with. */
export const HELP = "see `xpm-copy --help`";

/**
 * The options given, each with its values in order; the list is empty for an option without values.
 */
export type Given = Map<string, string[]>;

/** The value of an option, the last one where it was given several times. */
export function last(given: Given, name: string): string | undefined {
  return given.get(name)?.at(-1);
}

/** Reads the `OLD=NEW` of each `--map`. */
export function readMap(texts: string[]): Record<string, string> {
  const map: Record<string, string> = {};
  for (const text of texts) {
    const [from, to] = cutMapping(text) ?? [text, ""];
    const wrong = mappingFault(from, to);
    const message = to === ""
      ? `--map needs OLD=NEW, not '${printable(text)}'`
      : wrong !== undefined
      ? `invalid --map '${printable(text)}': '${printable(wrong.place)}' ${wrong.fault}`
      : map[from] !== undefined && map[from] !== to
      ? `--map gives two values for ${printable(from)}`
      : undefined;
    if (message !== undefined) {
      throw new CopyError(
        "usage",
        message,
        "write OLD=NEW with absolute paths, e.g. /data=/mnt/data",
      );
    }
    map[from] = to;
  }
  return map;
}

/** Reads a value of which the table lists all that there are. */
export function readChoice<T extends string>(
  given: Given,
  name: string,
  choices: readonly T[],
): T | undefined {
  const text = last(given, name);
  const choice = choices.find((one) => one === text);
  if (text === undefined || choice !== undefined) return choice;
  const names = choices.join(", ").replace(/, (?=\w+$)/, " or ");
  throw new CopyError("usage", `--${name} needs ${names}, not '${printable(text)}'`, HELP);
}

/** Reads a number of seconds. */
export function readSeconds(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (/^\d{1,6}$/.test(text)) return Number(text);
  throw new CopyError(
    "usage",
    `${name} needs a number of seconds, not '${printable(text)}'`,
    "use a whole number, or 0 for no limit",
  );
}

/** Reads the states of each `--state`, which commas separate. */
function readStates(texts: string[]): JobState[] {
  const states = texts.flatMap((text) => text.split(","));
  const known: readonly string[] = CHOSEN_STATES;
  const unknown = states.find((state) => !known.includes(state));
  if (unknown === undefined) return states as JobState[];
  const near = nearest(unknown, known);
  const meant = near === undefined ? "" : `did you mean ${near}?\n`;
  throw new CopyError(
    "usage",
    `--state does not know '${printable(unknown)}'`,
    `${meant}choose ${known.join(", ")}, e.g. done,failed`,
  );
}

/** Reads the `KEY=PATTERN` of each `--tag`. */
function readTags(texts: string[]): Record<string, string[]> {
  const tags: Record<string, string[]> = Object.create(null);
  for (const text of texts) {
    const at = text.indexOf("=");
    if (at < 1) {
      throw new CopyError(
        "usage",
        `--tag needs KEY=VALUE, not '${printable(text)}'`,
        "write e.g. lr=0.1 or 'model=bert*'",
      );
    }
    (tags[text.slice(0, at)] ??= []).push(text.slice(at + 1));
  }
  return { ...tags };
}

/** Reads which jobs are chosen. */
export function readChosen(given: Given): Pick<CopyRequest, "states" | "tasks" | "tags"> {
  return {
    states: readStates(given.get("state") ?? []),
    tasks: given.get("task") ?? [],
    tags: readTags(given.get("tag") ?? []),
  };
}

const POWERS = ["", "k", "m", "g", "t"];

/** Reads an amount: bytes, when `unit` is 1, or with a suffix: `10m`, `1.5MiB`, `500KB`. */
function readAmount(text: string, unit: number): number | undefined {
  const match = /^(\d+(?:\.\d+)?)(?:([kmgt])(ib|b)?|(b))?$/i.exec(text);
  if (match === null) return undefined;
  const [, number, power, form = "", bytes] = match;
  const base = form.toLowerCase() === "b" ? 1000 : 1024;
  const factor = bytes !== undefined
    ? 1
    : power === undefined
    ? unit
    : base ** POWERS.indexOf(power.toLowerCase());
  return Number(number) * factor;
}

/**
 * Reads a size: bytes, or with a suffix, `2G`, `1.5GiB`, `500KB`.
 *
 * @throws {CopyError} `usage`, when it is invalid.
 */
export function parseSize(text: string): number {
  const bytes = readAmount(text, 1);
  if (bytes !== undefined && Number.isSafeInteger(Math.round(bytes))) return Math.round(bytes);
  throw new CopyError(
    "usage",
    `--max-size needs a size, not '${printable(text)}'`,
    "write bytes, or e.g. 500M or 2G",
  );
}

/**
 * Reads a bandwidth as rsync does: KiB a second, or with a suffix, `10m`, `1.5MiB`, `500KB`.
 *
 * @throws {CopyError} `usage`, when it is invalid.
 */
export function parseBandwidth(text: string): number {
  const bytes = readAmount(text, 1024);
  if (bytes === undefined) {
    throw new CopyError(
      "usage",
      `--bwlimit needs a rate, not '${printable(text)}'`,
      "write KiB per second, e.g. 5000, or 10m for 10 MiB/s",
    );
  }
  return bytes === 0 ? 0 : Math.max(1, Math.round(bytes / 1024));
}

/**
 * Reads how many rsyncs may work at once.
 *
 * @throws {CopyError} `usage`, when it is invalid.
 */
export function parseStreams(text: string): number {
  if (/^[1-9][0-9]?$/.test(text)) return Number(text);
  throw new CopyError(
    "usage",
    `--streams needs a number, not '${printable(text)}'`,
    "write how many rsyncs may work at once, e.g. 4",
  );
}
