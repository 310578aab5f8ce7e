/**
 * A claimed staging folder on another machine.
 *
 * @module
 */

import type { Parts } from "../../system/streams.ts";
import { type Sharing, sharingOf } from "../../system/sharing.ts";
import { within } from "../../system/time.ts";
import { dialectOf } from "../../tar/dialect.ts";
import type { OverlayEntry } from "../../tar/write.ts";
import type { Unpacking } from "../../transport/archive.ts";
import type { Zstd } from "../../transport/zstd.ts";
import type { Place, Staging } from "../host.ts";
import { type Commitment, type FailedMove, type PublishRequest, whyOf } from "../steps.ts";
import { isSlow } from "../creation.ts";
import { Verification } from "../verification.ts";
import type { Agent } from "./agent.ts";
import { pairs } from "./answers.ts";
import { asLines } from "./lines.ts";
import { asideList, filesBeside, moveList } from "./move_list.ts";
import { ASIDE, CARRY, COMMIT, DISCARD, FREE, PLACE, SETTLE, UNPACK } from "./programs/programs.ts";
import type { Session } from "./session.ts";

/** How often to send a sign of life for a claim, in milliseconds. */
const CLAIM_BEAT = 15_000;

/** How long the release of claims may take, in milliseconds: a host may not answer any more. */
export const RELEASE = 5000;

/** Of what brings files to the disk, or moves, copies or removes them: nobody knows how long it takes. */
const SILENT = { silence: "alive" } as const;

/** The parts of a host that a staging folder needs. */
export interface Ground {
  /** The shell that holds it. */
  agent: Pick<Agent, "run" | "keep" | "note">;
  /** Opens channels, and runs programs that move bytes. */
  session: Pick<Session, "send" | "agent">;
  /** The output of `tar --version` there. */
  tar: string;
  /** zstd for what is sent there, if both ends have it. */
  zstd: () => Zstd | undefined;
  /** Whether what is written must reach the disk before it gets its name. */
  fsync: boolean;
  /** Called when the agent must give up the folder itself when the session ends. */
  hold: () => void;
}

/** So many files in a row take longer than the clocks of most file systems are apart. */
const ROW = 4;

/** How long a file takes, in milliseconds, by when each of several in a row was made, in seconds. */
function pacesOf(times: number[]): number[] {
  return times.slice(ROW).filter((_, at) => at % ROW === 0)
    .map((time, at) => (time - times[at * ROW]!) * 1000 / ROW);
}

/** Implements {@linkcode Staging}. */
export class SshStaging implements Staging {
  readonly changed: boolean;
  readonly resumed: boolean;
  readonly isSlow: boolean;
  readonly owner: number;
  readonly shared: Sharing | undefined;
  /** The name of the agent's file in the lock. */
  readonly #token: string;
  readonly #beat: ReturnType<typeof setInterval>;
  readonly #verification: Verification;
  /** Whether the folder went with its last load, and the claim with it. */
  #isGone = false;

  /** @param said The answer of CLAIM. */
  constructor(
    readonly folder: string,
    said: ReadonlySet<string>,
    private readonly ground: Ground,
  ) {
    const value = (name: string) =>
      [...said].find((text) => text.startsWith(`${name} `))?.slice(name.length + 1) ?? "";
    this.changed = said.has("waiting") || said.has("restored");
    this.resumed = said.has("resumed");
    this.owner = Number(value("owner"));
    const stats = value("stats").split("\n").map((line) => line.split(" "));
    const [[mode = "", group] = [], [fileMode = ""] = [], ...more] = stats;
    this.isSlow = isSlow(pacesOf(more.map(([, , time]) => Number(time))));
    const passing = { mode: parseInt(mode, 8), group: Number(group) };
    this.shared = sharingOf(passing, parseInt(fileMode, 8) || 0o666);
    this.#token = value("token");
    this.#verification = new Verification(said.has("unverified"));
    this.#beat = setInterval(() => ground.agent.note("alive"), CLAIM_BEAT);
  }

  get heldBy(): string {
    return `${this.folder}.lock/${this.#token}`;
  }

  get unverified(): boolean {
    return this.#verification.isDoubted;
  }

  async unpack(
    { stream, trusted, isPlain, hasBulk, whole }: Unpacking,
  ): Promise<string | undefined> {
    let trouble = "";
    const tell = (text: string) => trouble += text;
    const zstd = isPlain ? undefined : this.ground.zstd();
    const body = zstd ? zstd.pack(stream) : stream;
    const isGnu = dialectOf(this.ground.tar) === "gnu";
    const answers = [trusted, isGnu, hasBulk].map((is) => is ? "yes" : "");
    const lines = [this.folder, zstd ? "zstd" : "", ...answers];
    await this.ground.session.send(UNPACK, lines, tell, body);
    const isWhole = trouble === "" && await whole();
    if (hasBulk) this.#verification.note(isWhole);
    return isWhole ? undefined : trouble.split("\n")[0]!;
  }

  verify(): Promise<void> {
    return this.#verification.clear(this);
  }

  async discard(places: string[]): Promise<void> {
    await this.ground.agent.run(DISCARD, asLines([this.folder, ...places]), () => {}, SILENT);
  }

  async carry(from: string, into: string): Promise<boolean> {
    let lost = false;
    const lines = asLines([this.folder, from, into]);
    await this.ground.session.agent.run(CARRY, lines, () => lost = true, SILENT);
    return !lost;
  }

  async place(path: string, start: number, bytes: Parts): Promise<void> {
    const lines = asLines([this.folder, path, String(start)]);
    await this.ground.session.send(PLACE, lines, () => {}, bytes);
  }

  filesFor(request: Pick<PublishRequest, "moves" | "records">): OverlayEntry[] {
    return filesBeside(request);
  }

  async settle(request: PublishRequest): Promise<FailedMove[]> {
    const { moves, records, marker, keep, finished } = request;
    const { agent, fsync } = this.ground;
    const failed: FailedMove[] = [];
    const lines = asLines([
      ...[this.folder, marker ?? "", keep ?? ""],
      ...[finished ? "yes" : "", fsync ? "yes" : "", this.#token],
      ...moveList(moves, records),
    ]);
    const tell = pairs((from, said) => failed.push({ from, why: whyOf(said) }));
    await agent.run(SETTLE, lines, tell, SILENT);
    this.#isGone = finished && failed.length === 0;
    return failed;
  }

  async setAside(folders: Place[], back: boolean): Promise<FailedMove[]> {
    const failed: FailedMove[] = [];
    const lines = asLines([this.folder, this.#token, back ? "yes" : "", ...asideList(folders)]);
    const tell = pairs((from, said) => failed.push({ from, why: { said } }));
    await this.ground.agent.run(ASIDE, lines, tell, SILENT);
    return failed;
  }

  async commit({ runId, links, folders }: Commitment): Promise<void> {
    const lines = asLines([this.folder, this.#token, runId, ...links, "", ...folders]);
    await this.ground.agent.run(COMMIT, lines, () => {}, SILENT);
  }

  async release(failed: boolean): Promise<void> {
    clearInterval(this.#beat);
    if (failed) return this.ground.hold();
    const freed = this.ground.agent.keep(FREE, [this.folder], () => {}).catch(() => {});
    if (!this.#isGone) await within(RELEASE, freed); // else it only has to be forgotten
  }
}
