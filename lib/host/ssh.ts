/**
 * Workspaces on another machine, reached by ssh. It needs `sh`, `tar` and `rsync` there.
 *
 * @module
 */

import { JOBS_FILE, STATUS_FILE } from "../workspace/layout.ts";
import type { SshSettings } from "../workspace/workspace.ts";
import { CLAIM, FREE, TIDY } from "./agent_programs.ts";
import { APPEARED } from "./host.ts";
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
  Settlement,
  Sight,
  TidyRequest,
  Visit,
} from "./host.ts";
import { notThere } from "./local.ts";
import { moveList } from "./move_list.ts";
import { archive } from "./overlay.ts";
import { nameList, packArguments } from "./pack.ts";
import { within } from "./pause.ts";
import type { Watch } from "./process.ts";
import { BROWSE, DISCARD, LOOK, PACK, SCAN, SETTLE, UNPACK } from "./programs.ts";
import { type Login, Session } from "./session.ts";
import { availableBytes, nameOf, nonsense, oneOf, pairs, readEntry } from "./ssh_answers.ts";

/** How often a claim gives a sign of life, in milliseconds. */
const CLAIM_BEAT = 15_000;

/** How long a claim may take to be given up, in milliseconds. */
const RELEASE = 2000;

/** Another machine. */
export class SshHost implements Host {
  readonly name: string;
  readonly #session: Session;
  /** By what name the agent holds what it has claimed. */
  #token = "";

  constructor(
    ssh: SshSettings,
    private readonly watch: Watch,
    private readonly login: Login,
  ) {
    this.name = ssh.host;
    this.#session = new Session(ssh, watch, login);
  }

  /** Logs in. */
  open(): Promise<void> {
    return this.#session.open();
  }

  async look({ path, experimentId, runId, forCopy }: Question): Promise<Sight> {
    const answer = new Map<string, string>();
    const lines = [path, experimentId ?? "", runId ?? ""];
    const looked = this.#session.run(LOOK, lines, pairs((name, text) => answer.set(name, text)));
    if (forCopy === true) this.#session.warm();
    await looked;
    const said = (name: string): string => {
      const text = answer.get(name);
      if (text === undefined) throw nonsense(this.name, `no ${name} in its answer`);
      return text;
    };
    const runFound = answer.get("run");
    return {
      path: said("path"),
      realPath: said("realPath"),
      state: oneOf(["workspace", "foreign", "empty", "absent"], said("state"), this.name),
      marker: answer.has("marker"),
      jobsPath: said("jobs"),
      experimentsPath: said("experiments"),
      rsync: said("rsync"),
      tar: said("tar"),
      jobsStaging: said("jobsStaging"),
      experimentsStaging: said("experimentsStaging"),
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
    const lines = [path, experimentId ?? "", withJobs ? "yes" : ""];
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
    const linked: LinkedFolder[] = [];
    const links: string[] = [];
    let inLinks = false;
    let folder = "";
    let described: string | undefined;
    const lines = [jobStatesOnly ? "states" : "all", root, ...folders.map((name) => `./${name}`)];
    const tell = (text: string) => {
      if (inLinks) links.push(text);
      else if (described === undefined && text === "links") inLinks = true;
      else if (described === undefined) described = text;
      else {
        if (described.startsWith("/")) folder = nameOf(described);
        const entry = readEntry(described, text, this.name);
        visit(folder, entry);
        described = undefined;
      }
    };
    await this.#session.feed(SCAN, lines, tell, [], "moving");
    for (let at = 0; at + 2 < links.length; at += 3) {
      const [name, target, realPath] = links.slice(at, at + 3) as [string, string, string];
      linked.push({ folder: name.slice(2), target, realPath });
    }
    return linked;
  }

  async tidy({ areas, places, remove }: TidyRequest): Promise<FoundLeftover[]> {
    const texts: string[] = [];
    const lines = [...places.map(({ path }) => path), this.login.copy, remove ? "yes" : ""];
    await this.#session.run(TIDY, [...lines, ...areas, ""], (text) => texts.push(text), true);
    const found: FoundLeftover[] = [];
    for (let at = 0; at + 5 < texts.length; at += 6) {
      const [kind, path, size, modified, state, about] = texts.slice(at, at + 6) as string[];
      found.push({
        path: path!,
        kind: oneOf(["staging", "replaced"], kind!, this.name),
        bytes: Number(size) * 1024,
        modified: Number(modified),
        state: oneOf(["in use", "left", "removed"], state!, this.name),
        about: about!,
      });
    }
    return found;
  }

  async claim({ staging, places, about }: ClaimRequest, onWait: () => void): Promise<Claim> {
    const said = new Set<string>();
    const lines = [staging, ...places.map(({ path }) => path), this.login.copy, about];
    this.#session.warm();
    await this.#session.run(CLAIM, lines, (text) => {
      if (text === "waiting") onWait();
      said.add(text);
    }, true);
    const beat = setInterval(() => this.#session.note("alive"), CLAIM_BEAT);
    const value = (name: string) =>
      [...said].find((text) => text.startsWith(`${name} `))?.slice(name.length + 1) ?? "";
    this.#token = value("token");
    return {
      changed: said.has("waiting") || said.has("restored"),
      resumed: said.has("resumed"),
      owner: Number(value("owner")),
      release: async () => {
        clearInterval(beat);
        // where the connection is lost or stands still, the agent gives it up by itself
        const freed = this.#session.run(FREE, [staging], () => {}, true).catch(() => {});
        await within(RELEASE, freed);
      },
    };
  }

  async discard(staging: string, folders: string[]): Promise<void> {
    await this.#session.feed(DISCARD, [staging, ...folders], () => {});
  }

  pack(request: PackRequest): Pack {
    let resolve: (whole: boolean) => void = () => {};
    const whole = new Promise<boolean>((settled) => resolve = settled);
    const lines = [request.root, ...packArguments(request), ""];
    const stream = this.#session.fetch(PACK, lines, [nameList(request.folders)], (code) => {
      resolve(code === 0);
    });
    return { stream, whole };
  }

  async unpack(staging: string, stream: AsyncIterable<Uint8Array>): Promise<boolean> {
    let trouble = "";
    const tell = (text: string) => trouble += text;
    const fed = this.#session.feed(UNPACK, [staging], tell, stream, "moving");
    this.#session.warm();
    await fed;
    return trouble === "";
  }

  async settle(settlement: Settlement): Promise<FailedMove[]> {
    const { staging, carry, overlay, moves, marker, keep, finished } = settlement;
    const failed: FailedMove[] = [];
    const lines = [staging, carry?.from ?? "", carry?.into ?? "", marker ?? "", keep ?? ""];
    await this.#session.feed(
      SETTLE,
      [...lines, finished ? "yes" : "", this.watch.fsync ? "yes" : "", this.#token],
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

  close(lost?: boolean): Promise<void> {
    return this.#session.close(lost);
  }
}

/** A path that the other rsync takes as it is, not as a pattern. */
function literally(path: string): string {
  return /[*?[]/.test(path) ? path.replace(/[*?[\\]/g, "\\$&") : path;
}

/** An argument as rsync's own splitting of `--rsh` takes it: no shell is involved. */
function rsyncQuoted(argument: string): string {
  return /^[\w@%+=:,./-]+$/.test(argument) ? argument : `'${argument.replaceAll("'", "''")}'`;
}
