/**
 * Checks what a caller gives the library where TypeScript has not: in JavaScript, `dryrun` would
 * pass for an option, and the copy would be no dry run.
 *
 * @module
 */

import { CopyError } from "../errors.ts";
import { SharedHosts } from "../host/session.ts";
import { nearest } from "../settings/nearest.ts";
import { printable } from "../text/printable.ts";
import type { ConnectionOptions, FollowOptions } from "./types.ts";

/** A kind of values: how it is named, and which values are of it. */
type Kind = readonly [name: string, has: (value: unknown) => boolean];

const isRecord = (value: unknown) =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const isText = (value: unknown) => typeof value === "string";
const isTexts = (value: unknown) => Array.isArray(value) && value.every(isText);

const FLAG: Kind = ["true or false", (value) => typeof value === "boolean"];
const NUMBER: Kind = [
  "a number, 0 or more",
  (value) => typeof value === "number" && value >= 0,
];
const TEXT: Kind = ["a text", isText];
const TEXTS: Kind = ["a list of texts", isTexts];
const FUNCTION: Kind = ["a function", (value) => typeof value === "function"];
const SIGNAL: Kind = ["an AbortSignal", (value) => value instanceof AbortSignal];
const SESSION: Kind = ["the result of openSession()", (value) => value instanceof SharedHosts];

/** The options of copies. */
const OF_COPIES: Readonly<Record<keyof FollowOptions, Kind>> = {
  session: SESSION,
  signal: SIGNAL,
  onEvent: FUNCTION,
  connectTimeout: NUMBER,
  timeout: NUMBER,
  dryRun: FLAG,
  includeRunning: FLAG,
  ended: FLAG,
  states: TEXTS,
  tasks: TEXTS,
  tags: [
    "an object of lists of texts",
    (value) => isRecord(value) && Object.values(value as object).every(isTexts),
  ],
  references: FLAG,
  keepReplaced: FLAG,
  create: FLAG,
  exclude: TEXTS,
  maxSize: NUMBER,
  metadataOnly: FLAG,
  map: [
    "an object of texts",
    (value) => isRecord(value) && Object.values(value as object).every(isText),
  ],
  bandwidthLimit: NUMBER,
  streams: ["a whole number, 1 or more", (value) => Number.isInteger(value) && Number(value) >= 1],
  fsync: FLAG,
  interval: NUMBER,
};

/** All options of the library. */
const KINDS: ReadonlyMap<string, Kind> = new Map(Object.entries({
  ...OF_COPIES,
  checksum: FLAG,
  experimentIds: TEXTS,
  remove: FLAG,
  sizes: FLAG,
  sort: TEXT,
}));

/** What selects runs. */
const SELECTION: ReadonlyMap<string, Kind> = new Map(Object.entries({
  experiments: TEXTS,
  runs: TEXTS,
  since: TEXT,
}));

/**
 * Checks the names and the types of options.
 *
 * @throws {CopyError} `usage`, when one is unknown, or its value is of another kind.
 */
export function checkOptions(options: ConnectionOptions): void {
  checkFields(options, KINDS, "option");
}

/** The same for what selects runs. */
export function checkSelection(selection: object): void {
  checkFields(selection, SELECTION, "selection");
}

function checkFields(object: object, kinds: ReadonlyMap<string, Kind>, what: string): void {
  if (!isRecord(object)) throw new CopyError("usage", `the ${what}s are not an object`);
  for (const [name, value] of Object.entries(object)) {
    const kind = kinds.get(name);
    if (kind === undefined) {
      const near = nearest(name, [...kinds.keys()]);
      const hint = near && `did you mean '${near}'?`;
      throw new CopyError("usage", `unknown ${what} '${printable(name)}'`, hint);
    }
    if (value === undefined || kind[1](value)) continue;
    throw new CopyError("usage", `the ${what} '${name}' is not ${kind[0]}`);
  }
}
