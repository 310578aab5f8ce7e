/**
 * Workspaces on another machine, reached by ssh. It needs `sh`, `tar` and `rsync` there.
 *
 * @module
 */

import { CopyError } from "../errors.ts";
import { hasControl, JOBS_FILE, printable, STATUS_FILE } from "../workspace/layout.ts";
import { checkHost } from "../workspace/reference.ts";
import type { SshSettings } from "../workspace/workspace.ts";
import { requireVariableAccess } from "./environment.ts";
import { APPEARED } from "./host.ts";
import type {
  BrowseRequest,
  Claim,
  Entry,
  EntryKind,
  FailedMove,
  FoundExperiment,
  Host,
  LinkedFolder,
  Move,
  Pack,
  PackRequest,
  Place,
  Question,
  RsyncEnd,
  ScanRequest,
  Settlement,
  Sight,
  Visit,
} from "./host.ts";
import { notThere } from "./local.ts";
import { archive, type OverlayEntry } from "./overlay.ts";
import { nameList, packArguments } from "./pack.ts";
import type { Watch } from "./process.ts";
import { BROWSE, CLAIM, DISCARD, FREE, LOOK, PACK, SCAN, SETTLE, UNPACK } from "./programs.ts";
import { Session } from "./session.ts";

/** How often a claim gives a sign of life, in milliseconds. */
const CLAIM_BEAT = 15_000;

const KINDS: Record<string, EntryKind> = { f: "file", d: "folder", l: "link" };

/** Another machine. */
export class SshHost implements Host {
  readonly name: string;
  readonly #session: Session;

  constructor(ssh: SshSettings, watch: Watch) {
    this.name = checkHost(ssh.host);
    this.#session = new Session(ssh, watch);
  }

  /** Logs in. */
  async open(): Promise<void> {
    requireVariableAccess("TMPDIR"); // where the socket goes: it must not be taken for unset
    await this.#session.open();
  }

  async look({ path, experimentId, runId, forCopy }: Question): Promise<Sight> {
    const answer = new Map<string, string>();
    const lines = asLines([path, experimentId ?? "", runId ?? ""]);
    const looked = this.#session.run(LOOK, lines, pairs((name, text) => answer.set(name, text)));
    if (forCopy === true) this.#session.warm();
    await looked;
    const said = (name: string): string => {
      const text = answer.get(name);
      if (text === undefined) throw nonsense(this.name, `no ${name} in its answer`);
      return text;
    };
    const place = (name: string): string => {
      const text = said(name);
      if (text.startsWith("/") && !hasControl(text)) return text;
      throw nonsense(this.name, `'${printable(text.slice(0, 40))}' for a path`);
    };
    const runFound = answer.get("run");
    return {
      path: place("path"),
      realPath: place("realPath"),
      state: oneOf(["workspace", "foreign", "empty", "absent"], said("state"), this.name),
      marker: answer.has("marker"),
      jobsPath: place("jobs"),
      experimentsPath: place("experiments"),
      rsync: said("rsync"),
      tar: said("tar"),
      jobsStaging: place("jobsStaging"),
      experimentsStaging: place("experimentsStaging"),
      linkedStaging: answer.get("linkedStaging"),
      freeBytes: availableBytes(said("free")),
      experimentExists: answer.has("experiment"),
      current: answer.get("current"),
      currentStatus: answer.get("currentStatus"),
      run: runFound === undefined ? undefined : {
        runId: runFound,
        jobs: answer.get(JOBS_FILE),
        status: answer.get(STATUS_FILE),
        transient: answer.get("transient") ?? "",
      },
    };
  }

  async browse({ path, experimentId, withJobs }: BrowseRequest): Promise<FoundExperiment[]> {
    const found: FoundExperiment[] = [];
    const lines = asLines([path, experimentId ?? "", withJobs ? "yes" : ""]);
    const tell = pairs((name, text) => {
      const latest = found.at(-1);
      if (name === "absent") throw notThere(text, this.name);
      if (name === "experiment") found.push({ experimentId: text, current: undefined, runs: [] });
      else if (name === "current" && latest && text !== "") latest.current = text;
      else if (name === "run") {
        latest?.runs.push({ runId: text, status: undefined, jobs: undefined });
      }
      const run = latest?.runs.at(-1);
      if (run !== undefined && (name === "status" || name === "jobs")) run[name] = text;
    });
    await this.#session.run(BROWSE, lines, tell);
    return found;
  }

  async scan({ root, folders, jobStatesOnly }: ScanRequest, visit: Visit): Promise<LinkedFolder[]> {
    const links: string[] = [];
    let inLinks = false;
    let folder = "";
    let described: string | undefined;
    const names = folders.map((name) => `./${name}`);
    const lines = asLines([jobStatesOnly ? "states" : "all", root, ...names]);
    await this.#session.feed(SCAN, lines, (text) => {
      if (inLinks) links.push(text);
      else if (described === undefined && text === "links") inLinks = true;
      else if (described === undefined) described = text;
      else {
        if (described.startsWith("/")) folder = nameOf(described);
        const entry = readEntry(described, text, this.name);
        visit(folder, entry);
        described = undefined;
      }
    });
    return linksOf(folders, links);
  }

  async claim(staging: string, places: Place[], onWait: () => void): Promise<Claim> {
    const said = new Set<string>();
    const lines = asLines([staging, ...places.map(({ path }) => path)]);
    this.#session.warm();
    await this.#session.run(CLAIM, lines, (text) => {
      if (text === "waiting") onWait();
      said.add(text);
    }, true);
    const beat = setInterval(() => this.#session.note("alive"), CLAIM_BEAT);
    const owner = [...said].find((text) => text.startsWith("owner "))?.slice("owner ".length);
    return {
      changed: said.has("waiting") || said.has("restored"),
      resumed: said.has("resumed"),
      owner: Number(owner),
      release: async () => {
        clearInterval(beat);
        // where the connection is lost, the agent has given it up
        await this.#session.run(FREE, [staging], () => {}, true).catch(() => {});
      },
    };
  }

  async discard(staging: string, folders: string[]): Promise<void> {
    await this.#session.feed(DISCARD, asLines([staging, ...folders]), () => {});
  }

  pack(request: PackRequest): Pack {
    let resolve: (whole: boolean) => void = () => {};
    const whole = new Promise<boolean>((settled) => resolve = settled);
    const lines = asLines([request.root, ...packArguments(request), ""]);
    const stream = this.#session.fetch(PACK, lines, [nameList(request.folders)], (code) => {
      resolve(code === 0);
    });
    return { stream, whole };
  }

  async unpack(staging: string, stream: AsyncIterable<Uint8Array>): Promise<boolean> {
    let trouble = "";
    const fed = this.#session.feed(UNPACK, [staging], (text) => trouble += text, stream);
    this.#session.warm();
    await fed;
    return trouble === "";
  }

  async settle(settlement: Settlement): Promise<FailedMove[]> {
    const { staging, carry, overlay, moves, marker, keep, finished } = settlement;
    const failed: FailedMove[] = [];
    const carried = [carry?.from ?? "", carry?.into ?? ""];
    await this.#session.feed(
      SETTLE,
      asLines([staging, ...carried, marker ?? "", keep ?? "", finished ? "yes" : ""]),
      pairs((from, said) => failed.push({ from, reason: said === "appeared" ? APPEARED : said })),
      archive([...overlay, moveList(moves)]),
    );
    return failed;
  }

  rsyncEnd(): RsyncEnd {
    const host = this.name.includes(":") ? this.name.replace(/[^@]*$/, "[$&]") : this.name;
    return {
      operand: (path) => `${host}:${literally(path)}`,
      rsh: ["ssh", ...this.#session.options].map(rsyncQuoted).join(" "),
    };
  }

  check(): void {
    // Deno's permissions are about this machine
  }

  close(): Promise<void> {
    return this.#session.close();
  }
}

/**
 * Data of a remote program, a line each. What holds the end of a line would be read as two, and the
 * second perhaps as something to run.
 */
function asLines(texts: string[]): string[] {
  const odd = texts.find((text) => /[\n\0]/.test(text));
  if (odd === undefined) return texts;
  throw new CopyError("refused", `'${printable(odd)}' holds a control character`);
}

/** The folders that are links, or stand in one: the answer has names, targets and real paths. */
function linksOf(folders: string[], answer: string[]): LinkedFolder[] {
  const links = new Map<string, { target: string; realPath: string }>();
  for (let at = 0; at + 2 < answer.length; at += 3) {
    const [name, target, realPath] = answer.slice(at, at + 3) as [string, string, string];
    links.set(name.slice(2), { target, realPath });
  }
  return folders.flatMap((folder) => {
    const at = folder.lastIndexOf("/");
    const [own, above] = [links.get(folder), links.get(folder.slice(0, at))];
    if (own !== undefined) return [{ folder, ...own }];
    if (above === undefined) return [];
    const [target, realPath] = [above.target, above.realPath]
      .map((path) => path.replace(/\/*$/, folder.slice(at))) as [string, string];
    return [{ folder, target, realPath }];
  });
}

/** Takes the texts of an answer in pairs. */
function pairs(tell: (name: string, text: string) => void): (text: string) => void {
  let name: string | undefined;
  return (text) => {
    if (name === undefined) name = text;
    else {
      tell(name, text);
      name = undefined;
    }
  };
}

/** At most so many names are given to one `mv`. */
const MOVES_AT_ONCE = 200;

/** The moves as the remote program reads them: `.moves`, in the staging folder. */
function moveList(moves: Move[]): OverlayEntry {
  const lines: string[] = [];
  let group: { move: Move; count: number } | undefined;
  for (const move of moves) {
    const at = move.from.lastIndexOf("/");
    if (
      group === undefined || group.count === MOVES_AT_ONCE ||
      group.move.kind !== move.kind || group.move.into !== move.into
    ) {
      group = { move, count: 0 };
      lines.push(`group ${move.kind}`, `from ${move.from.slice(0, at)}`, `into ${move.into}`);
    }
    group.count++;
    lines.push(`name ${move.from.slice(at + 1)}`);
  }
  const bytes = new TextEncoder().encode(lines.map((line) => `${line}\n`).join(""));
  return { path: ".moves", kind: "file", mode: 0o600, mtime: "0", bytes };
}

/** A path that the other rsync takes as it is, not as a pattern. */
function literally(path: string): string {
  return /[*?[]/.test(path) ? path.replace(/[*?[\\]/g, "\\$&") : path;
}

/** An argument as rsync's own splitting of `--rsh` takes it: no shell is involved. */
function rsyncQuoted(argument: string): string {
  return /^[\w@%+=:,./-]+$/.test(argument) ? argument : `'${argument.replaceAll("'", "''")}'`;
}

function oneOf<T extends string>(known: T[], text: string, host: string): T {
  const found = known.find((word) => word === text);
  if (found === undefined) throw nonsense(host, `'${printable(text.slice(0, 40))}'`);
  return found;
}

function nonsense(host: string, what: string): CopyError {
  return new CopyError("connection", `${host} did not answer as expected: ${what}`);
}

/** The fourth column of `df -Pk`, as bytes. */
function availableBytes(line: string): number | undefined {
  const match = /\s\d+\s+\d+\s+(\d+)\s+\d+%\s/.exec(line);
  return match === null ? undefined : Number(match[1]) * 1024;
}

const DESCRIBED = /^(\/?)(.)(\d+) (\S+) ([0-7]+) /;

/** The folder that `/d4096 1795470732.38 755 ./jobs/a/b` names: `jobs/a/b`. */
function nameOf(described: string): string {
  return described.replace(DESCRIBED, "").replace(/^\.\//, "");
}

function readEntry(described: string, target: string, host: string): Entry {
  const match = DESCRIBED.exec(described);
  const path = described.slice(match?.[0].length);
  if (match === null || path.startsWith("/") || path.split("/").includes("..")) {
    throw nonsense(host, `'${printable(described.slice(0, 40))}'`);
  }
  const [, self, kind, size, mtime, mode] = match as unknown as string[];
  return {
    path: self ? "" : path,
    kind: KINDS[kind!] ?? "other",
    size: Number(size),
    mtime: mtime!.slice(0, mtime!.indexOf(".") < 0 ? undefined : mtime!.indexOf(".") + 10),
    mode: parseInt(mode!, 8),
    ...(target !== "" && { target }),
  };
}
