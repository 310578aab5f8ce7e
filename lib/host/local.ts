/**
 * Workspaces on this machine: Deno's own file functions, and `tar` for the overlay.
 *
 * @module
 */

import { resolve } from "@std/path";
import { CopyError } from "../errors.ts";
import {
  CURRENT,
  EXPERIMENTS,
  isId,
  JOBS,
  JOBS_FILE,
  leadsTo,
  MARKER,
  printable,
  STAGING,
  STATUS_FILE,
} from "../workspace/layout.ts";
import { isGranted, requireAccess } from "./access.ts";
import { freeBytes } from "./df.ts";
import { homeFolder } from "./environment.ts";
import { entriesOf, linkTarget, lookAt, namesIn, readText, realPath, walk } from "./files.ts";
import type {
  BrowseRequest,
  Claim,
  ClaimRequest,
  FailedMove,
  FoundExperiment,
  FoundLeftover,
  Host,
  LinkedFolder,
  Pack,
  PackRequest,
  Question,
  RsyncEnd,
  ScanRequest,
  SeenRun,
  Settlement,
  Sight,
  TidyRequest,
  Tools,
  Unpacking,
  Visit,
} from "./host.ts";
import { isGnuTar, packLocally, unpackLocally } from "./pack.ts";
import { pause } from "./pause.ts";
import { output, type Program, start, stopIfAborted, type Watch } from "./process.ts";
import { claimLocally, removeTree, settleLocally } from "./local_settle.ts";
import { tidyLocally } from "./local_tidy.ts";

/** How long this program may look at files without hearing of anything else, in milliseconds. */
const BUSY = 50;

/** This machine. */
export class LocalHost implements Host {
  readonly name = undefined;
  readonly #versions = new Map<Program, Promise<string>>();
  readonly #claims = new Map<string, { isHeld(): boolean }>();

  constructor(private readonly watch: Watch) {}

  expect(): Promise<void> {
    for (const program of ["rsync", "tar"] as const) {
      this.#version(program).catch(() => {}); // who asks for the tools will hear of it
    }
    return Promise.resolve();
  }

  open(): Promise<void> {
    return Promise.resolve();
  }

  async look(question: Question): Promise<Sight> {
    const { path, experimentId, runId, wanted } = question;
    const absolute = expand(path);
    const real = realPathOfWhatExists(absolute);
    requireAccess("read", real);
    const kind = lookAt(real, "")?.kind;
    const nearest = nearestOf(real);
    if (nearest !== undefined && !isFolder(nearest)) throw noFolder(nearest);
    const names = new Set(namesIn(real)?.map(({ name }) => name));
    const jobsPath = realPath(`${real}/${JOBS}`) ?? `${real}/${JOBS}`;
    const experimentsPath = realPath(`${real}/${EXPERIMENTS}`) ?? `${real}/${EXPERIMENTS}`;
    const experiment = `${experimentsPath}/${experimentId ?? ""}`;
    if (experimentId !== undefined) refuseForeign(experiment, experimentId);
    const staging = [stagingFor(real, jobsPath), stagingFor(real, experimentsPath)] as const;
    const current = experimentId === undefined ? undefined : currentOf(experiment);
    const place = wanted === "space" ? nearestOf(jobsPath) : undefined;
    return {
      path: absolute,
      realPath: real,
      state: kind === undefined
        ? "absent"
        : [MARKER, JOBS, EXPERIMENTS, STAGING].some((name) => names.has(name))
        ? "workspace"
        : names.size === 0
        ? "empty"
        : "foreign",
      marker: names.has(MARKER),
      jobsPath,
      experimentsPath,
      jobsStaging: staging[0],
      experimentsStaging: staging[1],
      linkedStaging: staging.find((path) => linkTarget(path) !== undefined),
      staged: staging.flatMap((area) => entriesOf(area).map(({ name }) => `${area}/${name}`)),
      freeBytes: place === undefined ? undefined : await freeBytes(place, this.watch),
      experimentExists: experimentId !== undefined && namesIn(experiment) !== undefined,
      current,
      currentStatus: current && readText(`${experiment}/${current}/${STATUS_FILE}`),
      run: runId === undefined
        ? undefined
        : findRun(experiment, runId === CURRENT ? current : runId, wanted === "jobs"),
    };
  }

  async tools(): Promise<Tools> {
    const [rsync, tar] = await Promise.all([this.#version("rsync"), this.#version("tar")]);
    return { rsync, tar };
  }

  /** The first line of what a program says of itself. */
  #version(program: Program): Promise<string> {
    const answer = this.#versions.get(program) ?? versionOf(program, this.watch);
    this.#versions.set(program, answer);
    return answer;
  }

  // deno-lint-ignore require-await -- ssh needs the promise
  async browse({ path, experimentId, withJobs }: BrowseRequest): Promise<FoundExperiment[]> {
    const real = realPathOfWhatExists(expand(path));
    requireAccess("read", real);
    if (namesIn(real) === undefined) throw notThere(path);
    const root = `${real}/${EXPERIMENTS}`;
    return foldersIn(root, (name) => `${EXPERIMENTS}/${name}`)
      .filter((id) => experimentId === undefined || id === experimentId)
      .map((id) => ({
        experimentId: id,
        current: currentOf(`${root}/${id}`),
        runs: foldersIn(`${root}/${id}`).map((runId) => ({
          runId,
          status: readText(`${root}/${id}/${runId}/${STATUS_FILE}`),
          jobs: withJobs ? readText(`${root}/${id}/${runId}/${JOBS_FILE}`) : undefined,
        })),
      }));
  }

  async scan(
    { root, folders, jobStatesOnly, isNeeded }: ScanRequest,
    visit: Visit,
  ): Promise<LinkedFolder[]> {
    const linked: LinkedFolder[] = [];
    const above = linksAbove(root, folders);
    let rested = performance.now();
    for (const folder of folders) {
      if (performance.now() - rested > BUSY) { // Ctrl-C is heard in between, and a login goes on
        await pause(0);
        stopIfAborted(this.watch);
        rested = performance.now();
      }
      if (isNeeded?.(folder) === false) continue;
      const path = `${root}/${folder}`;
      const self = lookAt(path, "");
      if (self === undefined) continue;
      const target = self.target ?? above.get(folder);
      const real = target === undefined ? path : follow(path, folder, target);
      if (target !== undefined) linked.push({ folder, target, realPath: real ?? "" });
      const start = real === undefined ? self : lookAt(real, "") ?? self;
      visit(folder, start);
      if (real === undefined || start.kind !== "folder") continue;
      const statesOnly = jobStatesOnly && folder.startsWith(`${JOBS}/`);
      walk(real, !statesOnly, (entry) => {
        if (!statesOnly || /\.(done|failed|pid)$/.test(entry.path)) visit(folder, entry);
      });
    }
    return linked;
  }

  async claim(request: ClaimRequest, onWait: () => void): Promise<Claim> {
    const claim = await claimLocally(request, onWait, this.watch.signal);
    this.#claims.set(request.staging, claim);
    return claim;
  }

  tidy(request: TidyRequest): Promise<FoundLeftover[]> {
    return tidyLocally(request, this.watch.signal);
  }

  // deno-lint-ignore require-await -- ssh needs the promise
  async discard(staging: string, folders: string[]): Promise<void> {
    for (const folder of folders) {
      if (isInside(staging, folder)) removeTree(`${staging}/${folder}`);
    }
  }

  pack(request: PackRequest): Pack {
    return packLocally(request, this.watch);
  }

  unpack(staging: string, archive: Unpacking): Promise<boolean> {
    return unpackLocally(staging, archive, this.watch);
  }

  async settle(settlement: Settlement): Promise<FailedMove[]> {
    const { staging } = settlement;
    if (this.#claims.get(staging)?.isHeld() === false) throw takenOver(staging);
    const tar = await this.#version("tar");
    return await settleLocally(settlement, isGnuTar(tar), this.watch);
  }

  rsyncEnd(): RsyncEnd {
    return { operand: (path) => path, rsh: undefined };
  }

  check(access: "read" | "write", path: string): void {
    requireAccess(access, path);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

async function versionOf(program: Program, watch: Watch): Promise<string> {
  const running = start(program, ["--version"], watch);
  const [said] = await Promise.all([output(running), running.stdin.close()]);
  return said.split("\n")[0]!;
}

/** Whether something is there, and no folder on the way to it is a link. */
function isInside(root: string, path: string): boolean {
  if (lookAt(`${root}/${path}`, "") === undefined) return false;
  for (let at = path.lastIndexOf("/"); at > 0; at = path.lastIndexOf("/", at - 1)) {
    if (lookAt(`${root}/${path.slice(0, at)}`, "")?.kind !== "folder") return false;
  }
  return true;
}

function noFolder(path: string): CopyError {
  return new CopyError("refused", `${path} is not a folder`, "choose another workspace");
}

/** The error for a staging folder that another copy has by now. */
function takenOver(staging: string): CopyError {
  return new CopyError(
    "refused",
    `another copy has taken over ${staging}, for this one gave no sign of life`,
    "run the same command again",
  );
}

/** The error for a workspace that is not there. */
export function notThere(path: string, host?: string): CopyError {
  const where = host === undefined ? "" : ` on ${host}`;
  return new CopyError("not-found", `there is no folder ${path}${where}`, "is the path right?");
}

/** Where folders lead that stand in a folder that is a link: a task's, or an experiment's. */
function linksAbove(root: string, folders: string[]): Map<string, string> {
  const targets = new Map<string, string | undefined>();
  const found = new Map<string, string>();
  for (const folder of folders) {
    const at = folder.lastIndexOf("/");
    const parent = folder.slice(0, at);
    if (!targets.has(parent)) targets.set(parent, linkTarget(`${root}/${parent}`));
    const target = targets.get(parent);
    if (target !== undefined) found.set(folder, target.replace(/\/*$/, folder.slice(at)));
  }
  return found;
}

/** Refuses an experiment's folder that is a link to anything but a folder of that experiment. */
function refuseForeign(path: string, experimentId: string): void {
  const target = linkTarget(path);
  if (target === undefined) return;
  if (!leadsTo(target, `${EXPERIMENTS}/${experimentId}`)) {
    const what = `${path} is a link to ${target}, not a folder of this experiment`;
    throw new CopyError("refused", printable(what));
  }
  const real = realPath(path);
  if (real !== undefined) requireAccess("read", real);
}

/** Where a job's link leads, when it leads to a folder of that job that Deno may read. */
function follow(path: string, folder: string, target: string): string | undefined {
  if (!leadsTo(target, folder)) return undefined;
  const real = realPath(path);
  if (real !== undefined) requireAccess("read", real);
  return real;
}

function expand(path: string): string {
  const full = path === "~" || path.startsWith("~/") ? homeFolder() + path.slice(1) : path;
  return full.length > 1 ? full.replace(/\/+$/, "") : full;
}

function realPathOfWhatExists(given: string): string {
  const whole = realPath(given);
  if (whole !== undefined) return whole;
  const path = resolve(given);
  for (let end = path.length; end > 0; end = path.lastIndexOf("/", end - 1)) {
    const above = path.slice(0, end);
    // Where a new folder's parent may not be read, it is checked once the folder has been made.
    if (end < path.length && !isGranted("read", above)) break;
    const real = realPath(above);
    if (real !== undefined) return (real === "/" ? "" : real) + path.slice(end);
  }
  return path;
}

/** A folder of the same file system, for what will be moved into `place`. */
function stagingFor(workspace: string, place: string): string {
  return device(place) === device(workspace) ? `${workspace}/${STAGING}` : `${place}/${STAGING}`;
}

/** What exists of a path; undefined when that may not be read. */
function nearestOf(path: string): string | undefined {
  for (; path !== ""; path = path.slice(0, path.lastIndexOf("/"))) {
    if (!isGranted("read", path)) return undefined;
    if (lookAt(path, "") !== undefined) return path;
  }
  return "/";
}

function isFolder(path: string): boolean {
  return namesIn(path) !== undefined;
}

/** The device of what exists of a path; undefined when that may not be read. */
function device(path: string): number | undefined {
  const nearest = nearestOf(path);
  return nearest === undefined ? undefined : Deno.statSync(nearest).dev;
}

/** The folders in one, by name; a link to a folder counts when its target ends with `linked`. */
function foldersIn(path: string, linked?: (name: string) => string): string[] {
  const leads = (name: string) =>
    linked !== undefined && leadsTo(linkTarget(`${path}/${name}`)!, linked(name)) &&
    namesIn(`${path}/${name}`) !== undefined;
  return (namesIn(path) ?? [])
    .filter(({ name, isDirectory, isSymlink }) =>
      !name.startsWith(".") && (isDirectory || isSymlink && leads(name))
    )
    .map(({ name }) => name);
}

/** The run that `current` names; one that is gone counts as none. */
function currentOf(experiment: string): string | undefined {
  const name = linkTarget(`${experiment}/${CURRENT}`)?.replace(/\/+$/, "").split("/").at(-1) ?? "";
  return isId(name) && lookAt(`${experiment}/${name}`, "")?.kind === "folder" ? name : undefined;
}

function findRun(
  experiment: string,
  runId: string | undefined,
  withJobs: boolean,
): SeenRun | undefined {
  const folder = `${experiment}/${runId}`;
  if (runId === undefined || lookAt(folder, "")?.kind !== "folder") return undefined;
  return {
    runId,
    jobs: withJobs ? readText(`${folder}/${JOBS_FILE}`) : undefined,
    status: readText(`${folder}/${STATUS_FILE}`),
    transient: withJobs ? transientEvents(`${folder}/events`) : "",
  };
}

/** The lines of a run's events that call a job transient. */
function transientEvents(folder: string): string {
  if (lookAt(folder, "")?.kind !== "folder") return "";
  const files = (namesIn(folder) ?? []).filter(({ name }) => name.endsWith(".jsonl"));
  const lines = files.flatMap(({ name }) => readText(`${folder}/${name}`)?.split("\n") ?? []);
  return lines.filter((line) => /"scheduler_state": *"transient"/.test(line)).join("\n");
}
