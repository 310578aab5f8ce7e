/**
 * The other machine: an sshd on loopback, near and far.
 *
 * @module
 */

import { type Sshd, startSshd } from "../tests/support/sshd.ts";
import { type Relay, startRelay } from "./relay.ts";

/** How ssh reaches a host. */
export interface Ssh {
  /** `user@host`. */
  host: string;
  /** The arguments that come before it. */
  options: string[];
}

/** Which machine: the other one, or a third one. */
export type Machine = "other" | "third";

/** The other machines, at several distances; they end with `await using`. */
export class Network implements AsyncDisposable {
  readonly #relays = new Map<string, Relay>();
  readonly #sshds = new Map<string, Promise<Sshd>>();

  /**
   * The way to another machine, with a round trip of so many milliseconds.
   *
   * @param path Where it looks for programs. Default: where the system has them.
   */
  async at(roundTrip: number, machine: Machine = "other", path = ""): Promise<Ssh> {
    const started = this.#sshds.get(path) ??
      startSshd(path === "" ? {} : { environment: { PATH: path } });
    this.#sshds.set(path, started);
    const sshd = await started;
    const { host, options } = machine === "other" ? sshd : sshd.elsewhere;
    if (roundTrip === 0) return { host, options };
    const port = Number(options[options.indexOf("-p") + 1]);
    const key = `${port} ${roundTrip}`;
    const relay = this.#relays.get(key) ?? startRelay(port, roundTrip / 2);
    this.#relays.set(key, relay);
    const elsewhere = options.map((word, at) =>
      options[at - 1] === "-p" ? String(relay.port) : word
    );
    // the host's key is known by the port of the sshd
    return { host, options: [...elsewhere, "-o", `HostKeyAlias=[127.0.0.1]:${port}`] };
  }

  /** Ends the relays and the sshds. */
  async [Symbol.asyncDispose](): Promise<void> {
    for (const relay of this.#relays.values()) await relay[Symbol.asyncDispose]();
    for (const sshd of this.#sshds.values()) await (await sshd)[Symbol.asyncDispose]();
  }
}
