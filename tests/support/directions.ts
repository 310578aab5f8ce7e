/**
 * One test for all directions: on this machine, to a remote one, from a remote one, between two. The
 * remote machines are this one as well, behind an sshd that is started once for all tests of a file.
 *
 * @module
 */

import { rmSync, statfsSync } from "node:fs";
import {
  copyExperiment,
  type CopyOptions,
  type CopyPlan,
  type CopyResult,
  planCopy,
  type Workspace,
} from "../../mod.ts";
import { hasSshd, shareLogin, type Sshd, type SshdOptions, startSshd } from "./sshd.ts";

/** Where from, where to. */
export type Direction =
  | "local to local"
  | "local to remote"
  | "remote to local"
  | "remote to remote";

/** All directions there are. */
export const DIRECTIONS: readonly Direction[] = [
  "local to local",
  "local to remote",
  "remote to local",
  "remote to remote",
];

/** The directions in which a login is needed. */
export const REMOTE: readonly Direction[] = DIRECTIONS.filter((each) => each.includes("remote"));

/**
 * Those in which both ends are here, or both are remote: each kind of host is a source once, and a
 * destination once.
 */
export const EACH_HOST: readonly Direction[] = ["local to local", "remote to remote"];

/** Which ends are on this machine. */
export function endsHere(direction: Direction): { source: boolean; destination: boolean } {
  const [source, destination] = direction.split(" to ").map((end) => end === "local");
  return { source: source!, destination: destination! };
}

/** A source and a destination in a folder of their own. */
export interface Pair {
  /** Where from, where to. */
  readonly direction: Direction;
  /** The folder, links resolved; it is removed in the end. */
  readonly root: string;
  /** Where from: `source` in that folder. */
  readonly source: Workspace;
  /** Where to: `destination` in that folder; not there yet. */
  readonly destination: Workspace;
  /** The same pair with other paths, absolute or in the folder. */
  between(paths: { source?: string; destination?: string }): Pair;
  /** Copies a run. */
  copy(run: RunName, options?: CopyOptions): Promise<CopyResult>;
  /** Plans the copy of a run. */
  plan(run: RunName, options?: CopyOptions): Promise<CopyPlan>;
}

/** Which run, such as a `Sample`. */
export interface RunName {
  /** The experiment. */
  experimentId: string;
  /** The run. */
  runId: string;
}

/** How a test is run. */
export interface DirectionOptions {
  /** In which directions. @default {all of them} */
  directions?: readonly Direction[];
  /** Why not: then it is skipped. */
  ignore?: boolean;
}

/** The file system in memory, where there is one. */
export const MEMORY = "/dev/shm";

/** How the sshd of a file's tests is set up. */
export interface SharedSshdOptions extends SshdOptions {
  /** Whether each copy logs in, or all share one login as a user's own settings may have it. */
  logins: "each" | "shared";
}

/** How long a host may take to answer: where many tests run at once, a login shell starts slowly. */
const PATIENT = { connectTimeout: 120 };

const reachable = await hasSshd();
let sshd: Sshd | undefined;
let home: string | undefined;

/** Starts the sshd before the first test of a file; its sessions begin with an empty home. */
export function useSshd(options: SharedSshdOptions = { logins: "shared" }): void {
  if (!reachable) return;
  Deno.test.beforeAll(async () => {
    home = Deno.makeTempDirSync({ prefix: "xpm-home-" });
    const environment = { HOME: home, ...options.environment };
    sshd = await startSshd({ ...options, environment });
    if (options.logins === "shared") sshd = await shareLogin(sshd);
  });
  Deno.test.afterAll(async () => {
    await sshd?.[Symbol.asyncDispose]();
    if (home !== undefined) Deno.removeSync(home, { recursive: true });
  });
}

/** Registers a test for each direction. */
export function inEachDirection(
  name: string,
  check: (pair: Pair) => Promise<void>,
  { directions = DIRECTIONS, ignore = false }: DirectionOptions = {},
): void {
  for (const direction of directions) {
    Deno.test({
      name: `${name}, ${direction}`,
      ignore: ignore || direction !== "local to local" && !reachable,
      fn: () => withPair(direction, sshd, check),
    });
  }
}

/**
 * Registers a test for each kind of host. That is enough for what one end does by itself, and for
 * what a plan decides, whichever way bytes travel.
 */
export function onEachHost(
  name: string,
  check: (pair: Pair) => Promise<void>,
  options: Omit<DirectionOptions, "directions"> = {},
): void {
  inEachDirection(name, check, { ...options, directions: EACH_HOST });
}

/** Whether a folder is there, with room for some samples: on many disks files are slow to make. */
function hasRoom(folder: string): boolean {
  try {
    const { bavail, bsize } = statfsSync(folder);
    return bavail * bsize > 2 ** 29;
  } catch {
    return false;
  }
}

/** Does something with a pair whose remote end is behind `sshd`; then its folder goes. */
export async function withPair(
  direction: Direction,
  sshd: Sshd | undefined,
  check: (pair: Pair) => Promise<void>,
): Promise<void> {
  const parent = hasRoom(MEMORY) ? { dir: MEMORY } : {};
  const root = Deno.realPathSync(Deno.makeTempDirSync({ prefix: "xpm-d-", ...parent }));
  try {
    await check(makePair(direction, sshd, root, {}));
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

function makePair(
  direction: Direction,
  sshd: Sshd | undefined,
  root: string,
  { source = "source", destination = "destination" }: { source?: string; destination?: string },
): Pair {
  const [from, to] = direction.split(" to ");
  // what a test does to the sshd of a pair it does to the destination, where there are two
  const logins = { source: to === "remote" ? sshd?.elsewhere : sshd, destination: sshd };
  const at = (id: "source" | "destination", end: string | undefined, path: string): Workspace => {
    const { host, options } = logins[id] ?? {};
    return {
      id,
      path: path.startsWith("/") || path.startsWith("~") ? path : `${root}/${path}`,
      ...(end === "remote" && { ssh: { host: host!, options: options! } }),
    };
  };
  const pair = {
    source: at("source", from, source),
    destination: at("destination", to, destination),
  };
  return {
    direction,
    root,
    ...pair,
    between: (paths) => makePair(direction, sshd, root, { source, destination, ...paths }),
    copy: ({ experimentId, runId }, options) =>
      copyExperiment(pair.source, pair.destination, experimentId, runId, {
        ...PATIENT,
        ...options,
      }),
    plan: ({ experimentId, runId }, options) =>
      planCopy(pair.source, pair.destination, experimentId, runId, { ...PATIENT, ...options }),
  };
}
