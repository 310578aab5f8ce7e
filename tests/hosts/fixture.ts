/**
 * What the cases of the conformance suite work with: a folder, ways to fill and to read it, and a
 * host asked in the suite's own few words. When the interface of hosts changes, this file does, and
 * no case.
 *
 * @module
 */

import { assert, assertEquals, assertRejects } from "@std/assert";
import { CopyError } from "../../mod.ts";
import type { CurrentRun, FoundLeftover, Host } from "../../lib/host/host.ts";
import { joined } from "../../lib/system/streams.ts";
import { type Files, makeFiles, setTime, shownFiles, type Telling } from "../support/files.ts";
import { shell } from "../support/shell.ts";
import { publish, unpack } from "./publish.ts";
import type { Held, Kind, Seen, SeenExperiment, Traits } from "./words.ts";

/** What stands for the case's folder in all that is compared. */
export const ROOT = "/R";
/** The name of a staging folder. */
export const STAGING = "0123456789abcdef";
const NO_ENTRIES = { entries: [], withSharedDocuments: false, isPlain: false };
const STAGED = `ws/.xpm-staging/${STAGING}`;

/** What a case works with. */
export class Fixture {
  readonly #opened = new Map<string, Promise<Host>>();

  /**
   * @param kind What is tried.
   * @param root The case's folder, links resolved.
   */
  constructor(readonly kind: Kind, readonly root: string) {}

  /** What the host differs in. */
  get traits(): Traits {
    return this.kind.traits;
  }

  /** A machine of this kind: one to each name that copies there. */
  host(copy = "a copy"): Promise<Host> {
    const known = this.#opened.get(copy);
    if (known !== undefined) return known;
    const opening = open(this.kind.connect(), this.root);
    this.#opened.set(copy, opening);
    return opening;
  }

  /** Ends what a copy has open; its connection may be `lost`. */
  async close(copy = "a copy", lost = false): Promise<void> {
    const host = await this.#opened.get(copy);
    this.#opened.delete(copy);
    await host?.close(lost);
  }

  /** Ends all. */
  async end(): Promise<void> {
    for (const copy of [...this.#opened.keys()]) await this.close(copy);
  }

  /** An absolute path. */
  at(path: string): string {
    return `${this.root}/${path}`;
  }

  /** Makes files; in what links lead to, `/R` is the case's folder. */
  make(files: Files): void {
    const own = Object.entries(files).map(([path, made]) =>
      [
        path,
        typeof made === "object" && "link" in made ? { link: this.#absolute(made.link) } : made,
      ] as const
    );
    makeFiles(this.root, Object.fromEntries(own));
    this.give();
  }

  /** Makes files in the staging folder. */
  stage(files: Files): void {
    const staged = Object.entries(files).map(([path, made]) =>
      [`${STAGED}/${path}`, made] as const
    );
    this.make(Object.fromEntries(staged));
  }

  /** Gives all there is to the user that the host works as. */
  give(): void {
    const { user } = this.traits;
    if (user !== Deno.uid()) shell(this.root, 'chown -hR "$1" .', `${user}:${user}`);
  }

  /** Sets times; deeper paths come first, so that folders keep theirs. */
  touch(time: string, ...paths: string[]): void {
    setTime(time, ...paths.map((path) => this.at(path)));
  }

  /** What stands in a folder, see {@linkcode shownFiles}; `/R` stands for the case's folder. */
  shown(path: string, telling?: Telling): Record<string, string> {
    return this.plain(shownFiles(this.at(path), telling));
  }

  /** The same without folders. */
  files(path: string): Record<string, string> {
    const shown = Object.entries(this.shown(path)).filter(([, what]) => what !== "folder");
    return Object.fromEntries(shown);
  }

  /** With `/R` for the case's folder, and without what is undefined. */
  plain<T>(value: T): T {
    const text = JSON.stringify(value ?? null).replaceAll(this.kind.home, "/HOME");
    return JSON.parse(text.replaceAll(this.root, ROOT));
  }

  #absolute(path: string): string {
    return path.startsWith(ROOT) ? this.root + path.slice(ROOT.length) : path;
  }

  /** What is seen of a workspace: of `path` in the case's folder, or of an absolute path or `~`. */
  async look(
    path: string,
    asked: { experiment?: string; run?: string; wanted?: "jobs" | "space" } = {},
  ): Promise<Seen> {
    const { experiment, run, wanted } = asked;
    const info = await (await this.host()).look({
      path: /^[~/]/.test(path) ? this.#absolute(path) : this.at(path),
      ...(experiment !== undefined && { experimentId: experiment }),
      ...(run !== undefined && { runId: run }),
      ...(wanted !== undefined && { wanted }),
    });
    const staged = info.staged.filter((path) => /\/[0-9a-f]{16}$/.test(path));
    const { runId, transient = "", ...texts } = info.run ?? {};
    return this.plain({
      ...{ state: info.state, marker: info.marker, path: info.path, realPath: info.realPath },
      ...{ jobs: info.jobsPath, experiments: info.experimentsPath },
      jobsStaging: info.jobsStaging,
      experimentsStaging: info.experimentsStaging,
      ...(info.records && { records: true as const }),
      linkedStaging: info.linkedStaging,
      staged: [...new Set(staged)].sort(),
      free: (info.freeBytes ?? 0) > 0,
      experiment: info.experimentExists,
      ...(info.inXp && { inXp: true as const }),
      current: info.current && told(info.current),
      currentStatus: info.currentStatus,
      run: runId === undefined ? undefined : {
        id: runId,
        ...texts,
        transient: transient.split("\n").filter((line) => line !== "").sort(),
      },
    });
  }

  /** The experiments of `ws`, by name. */
  async browse(experiment?: string, withJobs = false): Promise<SeenExperiment[]> {
    const request = { path: this.at("ws"), experimentId: experiment, withJobs };
    const { realPath, experiments: found } = await (await this.host()).browse(request);
    assertEquals(realPath, Deno.realPathSync(this.at("ws")));
    const byName = <T>(name: (one: T) => string) => (a: T, b: T) => name(a) < name(b) ? -1 : 1;
    const experiments = found.map(({ experimentId, current, runs }) => ({
      id: experimentId,
      current: current && told(current),
      runs: runs.map(({ runId, ...texts }) => ({ id: runId, ...texts })).sort(
        byName(({ id }) => id),
      ),
    }));
    return this.plain(experiments.sort(byName(({ id }) => id)));
  }

  /** Whether an experiment, or any, is told to be in `xp`. */
  async inXp(experimentId?: string, path = "ws"): Promise<boolean> {
    const request = { path: this.at(path), experimentId, withJobs: false };
    return (await (await this.host()).browse(request)).inXp;
  }

  /** What a scan of folders of `ws` tells of each path, and of links. */
  async scan(
    folders: string[],
    { statesOnly = false } = {},
  ): Promise<{ found: Record<string, string>; links: Record<string, string> }> {
    const found: Record<string, string> = {};
    const request = { root: this.at("ws"), folders, jobStatesOnly: statesOnly };
    const linked = await (await this.host()).scan(request, (folder, entry) => {
      const path = entry.path === "" ? folder : `${folder}/${entry.path}`;
      assert(!(path in found), `${path} was told twice`);
      assert(folder in found || entry.path === "", `${folder} was not told first`);
      const { kind, mode, size, mtime, target, holes } = entry;
      found[path] = statesOnly ? kind : [
        ...[kind, mode.toString(8)],
        ...(kind === "file" ? [`${size} bytes`, ...(holes ? ["with holes"] : [])] : []),
        ...[this.time(mtime), ...(target === undefined ? [] : [`to ${target}`])],
      ].join(", ");
    });
    // of a folder that is not there, nobody asks where it would be
    const links = linked.filter(({ folder }) => folder in found)
      .map(({ folder, target, realPath }) => [folder, `${target} = ${realPath}`] as const);
    return this.plain({ found, links: Object.fromEntries(links) });
  }

  /** A time as exactly as this host tells times. */
  time(time: string): string {
    const { decimals } = this.traits;
    const [seconds, fraction = ""] = time.split(".");
    return decimals === 0 ? seconds! : `${seconds}.${fraction.padEnd(9, "0").slice(0, decimals)}`;
  }

  /** Claims a staging folder in `ws`, by its name. */
  async claim(
    name = STAGING,
    { copy, about = "{}", onWait = () => {} }: {
      copy?: string;
      about?: string;
      onWait?: () => void;
    } = {},
  ): Promise<Held> {
    const host = await this.host(copy);
    const staging = this.at(`ws/.xpm-staging/${name}`);
    const claim = await host.claim({ staging, places: this.#places(), about }, onWait);
    return {
      resumed: claim.resumed,
      changed: claim.changed,
      owner: claim.owner,
      unpack: (bytes, ours = true) => unpack(claim, bytes, ours),
      place: claim.place.bind(claim),
      discard: (...paths) => claim.discard(paths),
      publish: async (what) => this.plain(await publish(claim, this, what)),
      release: (failed = false) => claim.release(failed),
    };
  }

  #places(): { name: string; path: string }[] {
    return ["jobs", "experiments"].map((name) => ({ name, path: this.at(`ws/${name}`) }));
  }

  /** What copies have left in `ws`, by path; `remove` removes it. */
  async leftovers(
    { remove = false, copy = "who tidies", areas = ["ws/.xpm-staging"] } = {},
  ): Promise<FoundLeftover[]> {
    const host = await this.host(copy);
    const request = {
      workspace: this.at("ws"),
      areas: areas.map((path) => this.at(path)),
      places: this.#places(),
      remove,
    };
    const found = await host.tidy(request);
    return this.plain(found.sort((a, b) => a.path < b.path ? -1 : 1));
  }

  /** Packs folders of `ws`. */
  async pack(
    folders: string[],
    leftBehind: string[] = [],
  ): Promise<{ archive: Uint8Array; whole: boolean }> {
    const host = await this.host();
    const { stream, whole } = host.pack({
      root: this.at("ws"),
      folders,
      leftBehind,
      ...NO_ENTRIES,
    });
    const parts: Uint8Array[] = [];
    for await (const part of stream) parts.push(part.slice());
    return { archive: joined(parts), whole: await whole };
  }

  /** Checks that something is refused, with a sentence about `part`. */
  async refuses(action: () => Promise<unknown>, part: string): Promise<void> {
    const error = await assertRejects(action, CopyError);
    // to this machine a link is first of all a path that Deno was not granted
    assert(["refused", "permission"].includes(error.code), `${error.code}: ${error.message}`);
    assert(this.plain(error.message).includes(part), error.message);
  }
}

function told({ runId, by }: CurrentRun): string {
  return `${runId} by ${by}`;
}

/** Opens a host, so far that it is known what it can do. */
async function open(host: Host, root: string): Promise<Host> {
  try {
    await host.prewarm();
    await host.open();
    await host.look({ path: root });
  } catch (error) {
    await host.close();
    throw error;
  }
  return host;
}
