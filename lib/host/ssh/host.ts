/**
 * Workspaces on another machine, reached by ssh. That machine needs `sh`, `tar` and `rsync`.
 *
 * @module
 */

import { checkHost } from "../../settings/reference.ts";
import type { SshSettings } from "../../workspace/workspace.ts";
import { infoOf, linksOf, listingReader, oneOf, pairs, scanReader } from "./answers.ts";
import { requireVariableAccess } from "../../system/environment.ts";
import type {
  Abilities,
  BrowseRequest,
  ClaimRequest,
  FilePart,
  FoundLeftover,
  Grants,
  Host,
  LinkedFolder,
  Listing,
  LookRequest,
  ReadFiles,
  ScanRequest,
  Staging,
  SummedFile,
  TellSum,
  TidyRequest,
  TransferLogin,
  Visit,
  WorkspaceInfo,
} from "../host.ts";
import type { Pack, PackRequest } from "../../transport/archive.ts";
import type { DiskCondition, MachineCondition } from "../condition.ts";
import { readThere, sliceThere, sumsThere } from "./contents.ts";
import { disksThere, examineThere } from "./examine.ts";
import { attendTo, examined, requireSameFiles } from "./carrier.ts";
import { asLines } from "./lines.ts";
import { RELEASE, SshStaging } from "./staging.ts";
import { grantsForSsh } from "./grants.ts";
import { rsyncEnd } from "./rsync_end.ts";
import { entryArguments, folderArguments, nameList, packThere } from "../../transport/tar.ts";
import { dialectOf } from "../../tar/dialect.ts";
import type { RunOptions } from "../../system/process.ts";
import { readAhead } from "../../system/streams.ts";
import {
  BROWSE,
  CLAIM,
  EXISTING,
  FLUSH,
  JOBS,
  LOOK,
  PACK,
  SCAN,
  TIDY,
} from "./programs/programs.ts";
import { type Login, Session } from "./session.ts";
import { loadZstd, type Zstd } from "../../transport/zstd.ts";

/** The most bytes of files that are held before they are asked for. */
const READ_AHEAD = 1 << 24;

/** Another machine. */
export class SshHost implements Host {
  readonly name: string;
  readonly transfer: TransferLogin | undefined;
  readonly #session: Session;
  /** The login that bytes go through: the same, or another one once it is open. */
  #carrier: Session;
  /** The answers about its programs. */
  #programs: ReadonlyMap<string, string> = new Map();
  /** Whether the host has zstd; and the zstd of this end, once it is needed. */
  #hasZstd = false;
  #zstd: Zstd | undefined;
  /** Whether the agent still holds a claim of a copy that failed. */
  #held = false;
  /** How long the login took, in seconds. */
  #loginSeconds = 0;

  constructor(
    ssh: SshSettings,
    private readonly watch: RunOptions,
    private readonly login: Login,
  ) {
    this.name = checkHost(ssh.host);
    this.#session = this.#carrier = new Session(ssh, watch, login);
    if (ssh.transferHost === undefined) return;
    const name = checkHost(ssh.transferHost);
    const carrier = new Session({ ...ssh, host: name }, watch, login);
    this.transfer = { name, open: () => this.#openTransfer(carrier) };
  }

  prewarm(): Promise<void> {
    return this.#session.prewarm();
  }

  get mayAsk(): boolean {
    return this.#session.mayAsk;
  }

  async #openTransfer(carrier: Session): Promise<void> {
    this.#carrier = carrier;
    await carrier.open();
    this.#session.lead(carrier); // with the first session the claims end
  }

  /** Logs in. */
  async open(): Promise<void> {
    requireVariableAccess("TMPDIR"); // or it would pass for unset when it may not be read
    const begin = performance.now();
    await this.#session.open();
    this.#loginSeconds = (performance.now() - begin) / 1000;
  }

  /**
   * Opens a channel that will be needed soon, and loads zstd for it. An error is left to the next
   * command, which will meet it too.
   */
  async #warm(): Promise<void> {
    try {
      this.#carrier.warm();
    } catch {
      // the caller still awaits a command that is under way
    }
    if (this.#hasZstd) this.#zstd = await loadZstd().catch(() => undefined);
  }

  async look({ path, experimentId, runId, wanted }: LookRequest): Promise<WorkspaceInfo> {
    await this.#session.begun;
    if (wanted === "space") loadZstd().catch(() => {}); // early: what a copy will need, while it waits
    const answer = new Map<string, string>();
    const lines = asLines([path, experimentId ?? "", runId ?? "", wanted ?? ""]);
    const isApart = this.#carrier !== this.#session;
    const [tools] = await Promise.all([
      isApart ? examined(this.#carrier) : answer,
      this.#session.agent.run(LOOK, lines, pairs((name, text) => answer.set(name, text))),
    ]);
    this.#programs = tools;
    this.#hasZstd = Boolean(tools.get("zstd"));
    const info = infoOf(answer, this.name);
    if (isApart) await requireSameFiles(this.#session, this.#carrier, info, experimentId);
    return info;
  }

  /** The output of `tar --version`. */
  get #tar(): string {
    return this.#programs.get("tar") ?? "";
  }

  get can(): Abilities {
    const rsync = rsyncEnd(this.#programs, this.#carrier, this.#session);
    return { rsync, tar: this.#tar, clone: false, trusted: false };
  }

  async browse({ path, experimentId, withJobs }: BrowseRequest): Promise<Listing> {
    const lines = asLines([path, experimentId ?? "", withJobs ? "yes" : ""]);
    const { tell, listing } = listingReader(this.name);
    await this.#session.agent.run(BROWSE, lines, tell);
    return listing();
  }

  async existing(root: string, paths: string[]): Promise<string[]> {
    const found = new Set<string>();
    await this.#session.agent.run(EXISTING, asLines([root, ...paths]), (path) => found.add(path));
    return paths.filter((path) => found.has(path));
  }

  read(root: string, some: Iterable<string>, most = Infinity, asText = false): ReadFiles {
    const paths = [...some];
    const request = { root, paths, most, asText, hasZstd: this.#hasZstd, watch: this.watch };
    const files = readThere(this.name, this.#carrier, request, () => this.#warm(), "new");
    return readAhead(files, READ_AHEAD, ([, bytes]) => bytes?.length ?? 0).values();
  }

  slice(path: string, part: FilePart): AsyncIterable<Uint8Array> {
    return sliceThere(this.#carrier, path, part, this.watch);
  }

  sums(root: string, files: SummedFile[], tell: TellSum): Promise<void> {
    return sumsThere(this.name, this.#carrier.agent, { root, files }, tell);
  }

  async jobs(root: string): Promise<string[]> {
    const found: string[] = [];
    await this.#session.agent.run(JOBS, asLines([root]), (name) => found.push(name));
    return found;
  }

  async flush(tops: string[]): Promise<void> {
    const lines = asLines([...new Set(tops), ""]);
    await this.#session.agent.run(FLUSH, lines, () => {}, { silence: "alive" });
  }

  async scan(
    { root, folders: asked, jobStatesOnly, toPack }: ScanRequest,
    visit: Visit,
  ): Promise<LinkedFolder[]> {
    const folders = [...asked];
    const names = folders.map((name) => `./${name}`);
    const lines = asLines([jobStatesOnly ? "states" : "all", root, ...names]);
    const reader = scanReader(this.name, visit);
    const warm = toPack ? this.#warm() : undefined;
    await this.#session.agent.run(SCAN, lines, reader.tell);
    await warm;
    return linksOf(folders, reader.links);
  }

  async tidy({ workspace, areas, places, remove }: TidyRequest): Promise<FoundLeftover[]> {
    const texts: string[] = [];
    const lines = asLines([
      ...[...places.map(({ path }) => path), this.login.copy, remove ? "yes" : ""],
      ...[workspace, ...areas, ""],
    ]);
    await this.#session.agent.run(TIDY, lines, (text) => texts.push(text), { silence: "alive" });
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

  async claim({ staging, places, about }: ClaimRequest, onWait: () => void): Promise<Staging> {
    const said = new Set<string>();
    const warm = this.#warm(); // the folder will be filled soon
    const lines = asLines([
      ...[staging, ...places.map(({ path }) => path)],
      ...[this.login.copy, about],
    ]);
    await this.#session.agent.keep(CLAIM, lines, (text) => {
      if (text === "waiting") onWait();
      said.add(text);
    });
    await warm;
    const claimed = new SshStaging(staging, said, {
      agent: this.#session.agent,
      session: this.#carrier,
      tar: this.#tar,
      zstd: () => this.#zstd,
      fsync: this.watch.fsync === true,
      hold: () => this.#held = true,
    });
    if (this.#carrier !== this.#session) await this.#attendTo(claimed);
    return claimed;
  }

  async #attendTo(claimed: SshStaging): Promise<void> {
    const { heldBy, resumed, changed } = claimed;
    try {
      await attendTo(this.#session, this.#carrier, heldBy, resumed || changed);
    } catch (error) {
      await claimed.release(false);
      throw error;
    }
  }

  pack(request: PackRequest): Pack {
    const zstd = request.isPlain ? undefined : this.#zstd;
    const { root, folders, entries } = request;
    const [isWhole, isApart] = [folders.length > 0, entries.length > 0];
    const lines = asLines([
      ...[root, zstd ? "zstd" : ""],
      ...[...(isWhole ? folderArguments(request) : []), ""],
      ...[...(isApart ? entryArguments(request, dialectOf(this.#tar)) : []), ""],
      ...[...(isApart ? folders : []), ""],
    ]);
    const names = nameList(isApart ? entries : folders);
    const packed = packThere(() => this.#carrier.fetch(PACK, lines, names));
    return zstd ? { ...packed, ...zstd.unpack(packed) } : packed;
  }

  examine(): Promise<MachineCondition> {
    return examineThere(this.#session, this.#carrier, this.#loginSeconds);
  }

  disks(folders: string[]): Promise<DiskCondition[]> {
    return disksThere(this.name, this.#session, folders);
  }

  check(): void {
    // the permissions of Deno concern only this machine
  }

  grants(): Grants {
    return grantsForSsh();
  }

  async close(lost?: boolean): Promise<void> {
    // a user who has stopped the copy wants to leave at once
    const patience = this.#held && !this.watch.signal?.aborted ? RELEASE : 0;
    if (this.#carrier !== this.#session) await this.#carrier.close(lost, patience); // it works in folders that the other holds
    await this.#session.close(lost, patience);
  }
}
