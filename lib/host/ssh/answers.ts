/**
 * Reads the answers of remote programs, and refuses any that makes no sense.
 *
 * @module
 */

import { CopyError, NoFolder } from "../../errors.ts";
import { JOBS_FILE, STATUS_FILE } from "../../workspace/layout.ts";
import { hasControl, printable } from "../../text/printable.ts";
import { isUtf8 } from "../../system/byte_text.ts";
import { availableBytes, availableFiles } from "../../system/df.ts";
import type {
  CurrentRun,
  FoundExperiment,
  LinkedFolder,
  Listing,
  Visit,
  WorkspaceInfo,
} from "../host.ts";
import type { Entry, EntryKind } from "../../system/entry.ts";
import { hasHoles, unreadable } from "../../system/files.ts";

const KINDS: Record<string, EntryKind> = { f: "file", d: "folder", l: "link" };

/** Groups the texts of an answer into pairs. */
export function pairs(tell: (name: string, text: string) => void): (text: string) => void {
  let name: string | undefined;
  return (text) => {
    if (name === undefined) name = text;
    else {
      tell(name, text);
      name = undefined;
    }
  };
}

/** Reads an answer to {@linkcode Host.look}, given by its names. */
export function infoOf(answer: ReadonlyMap<string, string>, host: string): WorkspaceInfo {
  const said = (name: string): string => {
    const text = answer.get(name);
    if (text === undefined) throw nonsense(host, `no ${name} in its answer`);
    return text;
  };
  const place = (name: string): string => asPath(said(name), host);
  const runFound = answer.get("run");
  const current = answer.get("current");
  const unwritable = answer.get("unwritable");
  return {
    path: place("path"),
    realPath: place("realPath"),
    state: oneOf(["workspace", "foreign", "empty", "absent"], said("state"), host),
    marker: answer.has("marker"),
    jobsPath: place("jobs"),
    experimentsPath: place("experiments"),
    partialsPath: place("partials"),
    jobsStaging: place("jobsStaging"),
    experimentsStaging: place("experimentsStaging"),
    partialsStaging: place("partialsStaging"),
    records: answer.has("records"),
    store: answer.has("store"),
    linkedStaging: answer.get("linkedStaging"),
    staged: said("staged").split("\n").filter(Boolean),
    ...(unwritable !== undefined && { unwritable: asPath(unwritable, host) }),
    freeBytes: availableBytes(answer.get("free") ?? ""),
    freeFiles: availableFiles(answer.get("files") ?? ""),
    experimentExists: answer.has("experiment"),
    inXp: answer.has("xp"),
    current: current === undefined ? undefined : currentOf(current, said("by"), host),
    currentStatus: contentOf(answer.get("currentStatus")),
    run: runFound === undefined ? undefined : {
      runId: runFound,
      jobs: contentOf(answer.get(JOBS_FILE)),
      linked: answer.get("linked") || undefined,
      status: contentOf(answer.get(STATUS_FILE)),
      transient: contentOf(answer.get("transient")) ?? "",
    },
  };
}

function currentOf(runId: string, by: string, host: string): CurrentRun {
  return { runId, by: oneOf(["link", "older link", "latest"], by, host) };
}

/** The content of a file, as `readText` reads one here: bytes that are not UTF-8 are replaced. */
function contentOf(text: string | undefined): string | undefined {
  return text?.replace(/\p{Surrogate}/gu, "\ufffd");
}

/** Reads the texts of an answer to {@linkcode Host.browse}. */
export function listingReader(host: string) {
  const experiments: FoundExperiment[] = [];
  let realPath = "";
  let inXp = false;
  let by = "";
  const tell = pairs((name, text) => {
    const latest = experiments.at(-1);
    if (name === "absent") throw new NoFolder(text, host);
    if (name === "root") realPath = asPath(text, host);
    else if (name === "experiment") {
      experiments.push({ experimentId: text, current: undefined, runs: [] });
    } else if (name === "by") by = text;
    else if (name === "current" && latest && text !== "") {
      latest.current = currentOf(text, by, host);
    } else if (name === "run") {
      latest?.runs.push({ runId: text, status: undefined, jobs: undefined });
    }
    const run = latest?.runs.at(-1);
    if (name === "xp") inXp = true;
    else if (run !== undefined && name === "linked") run.linked = text || undefined;
    else if (run !== undefined && (name === "status" || name === "jobs")) {
      run[name] = contentOf(text);
    }
  });
  const listing = (): Listing => ({ realPath: asPath(realPath, host), experiments, inXp });
  return { tell, listing };
}

/** Reads the texts of an answer to {@linkcode Host.scan}; the last part is for `linksOf`. */
export function scanReader(host: string, visit: Visit) {
  const links: string[] = [];
  let inLinks = false;
  let folder = "";
  let described: string | undefined;
  const tell = (text: string) => {
    if (inLinks) links.push(text);
    else if (described === undefined && text === "links") inLinks = true;
    else if (described === undefined) described = text;
    else {
      if (described.startsWith("/")) folder = nameOf(described);
      visit(folder, readEntry(described, text, host));
      described = undefined;
    }
  };
  return { tell, links };
}

/**
 * The folders that are links, or are in one, from the names, targets and real paths of an answer.
 */
export function linksOf(folders: string[], answer: string[]): LinkedFolder[] {
  const links = new Map<string, { target: string; realPath: string }>();
  for (let at = 0; at + 2 < answer.length; at += 3) {
    const [name, target, realPath] = answer.slice(at, at + 3) as [string, string, string];
    links.set(name.slice(2), { target, realPath });
  }
  return folders.flatMap((folder) => {
    const ends = [...folder.matchAll(/\//g)].slice(1).map(({ index }) => index).reverse();
    for (const at of [folder.length, ...ends]) { // itself, its parent, of a shared folder one more
      const link = links.get(folder.slice(0, at));
      if (link === undefined) continue;
      const rest = folder.slice(at);
      const [target, realPath] = [link.target, link.realPath]
        .map((path) => rest === "" ? path : path.replace(/\/*$/, rest)) as [string, string];
      return [{ folder, target, realPath }];
    }
    return [];
  });
}

/** A text that is an absolute path. */
function asPath(text: string, host: string): string {
  if (!isUtf8(text)) throw new CopyError("refused", `${host} has ${printable(text)}: not UTF-8`);
  if (text.startsWith("/") && !hasControl(text)) return text;
  throw nonsense(host, `'${printable(text.slice(0, 40))}' for a path`);
}

/** A text that is one of these. */
export function oneOf<T extends string>(known: T[], text: string, host: string): T {
  const found = known.find((word) => word === text);
  if (found === undefined) throw nonsense(host, `'${printable(text.slice(0, 40))}'`);
  return found;
}

export function nonsense(host: string, what: string): CopyError {
  return new CopyError("connection", `${host} did not answer as expected: ${what}`);
}

const DESCRIBED = /^(\/?)(.)(\d+) (\d+)(?:@(\d+\.\d+))? (\S+) ([0-7]+) /;

/** The folder that `/d4096 8 1795470732.38 755 ./jobs/a/b` names: `jobs/a/b`. */
function nameOf(described: string): string {
  return described.replace(DESCRIBED, "").replace(/^\.\//, "");
}

/** Whether a path has a name `..`. */
function leadsUp(path: string): boolean {
  return path.includes("..") && path.split("/").includes("..");
}

function readEntry(described: string, target: string, host: string): Entry {
  const match = DESCRIBED.exec(described);
  const path = described.slice(match?.[0].length);
  if (match === null || path.startsWith("/") || leadsUp(path)) {
    throw nonsense(host, `'${printable(described.slice(0, 40))}'`);
  }
  const [, self, kind, size, blocks, shared, mtime, mode] = match as unknown as string[];
  if (self && kind === "u") return unreadable(target);
  return {
    path: self ? "" : path,
    kind: KINDS[kind!] ?? "other",
    size: Number(size),
    mtime: mtime!.slice(0, mtime!.indexOf(".") < 0 ? undefined : mtime!.indexOf(".") + 10),
    mode: parseInt(mode!, 8),
    ...(target !== "" && { target }),
    ...(kind === "f" && hasHoles(Number(size), Number(blocks)) && { holes: true as const }),
    ...(kind === "f" && shared !== undefined && { shared }),
  };
}
