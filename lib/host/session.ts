/**
 * Logins that several calls of the library share.
 *
 * @module
 */

import { CopyError, type CopyErrorCode } from "../errors.ts";
import { later } from "../system/time.ts";
import { Hosts, type HostsOptions } from "./hosts.ts";

/**
 * The logins that several calls share; the result of `openSession`. It ends with `await using`, or
 * by `close`; until then it keeps the program running.
 *
 * @example
 * ```ts
 * import { listExperiments, openSession } from "@xpm/copy";
 * import { assertEquals } from "@std/assert";
 *
 * const session = openSession();
 * const path = await Deno.makeTempDir();
 * assertEquals(await listExperiments({ id: "main", path }, { session }), []);
 * await session.close();
 * ```
 */
export interface Session extends AsyncDisposable {
  /** Ends the logins, as soon as the calls that were made have ended. */
  close(): Promise<void>;
}

/**
 * Opens a session: calls that get it as their option `session` log in to each host once between
 * them, at the first call that needs it. They run one after the other, each with its own `signal`,
 * `onEvent` and time-outs. After a lost connection, or a call that was aborted, the next one logs in
 * anew.
 *
 * experimaestro has no such function. Needs no permission itself.
 *
 * @returns The session.
 *
 * @example
 * ```ts
 * import { listExperiments, listRuns, openSession } from "@xpm/copy";
 * import { assertEquals } from "@std/assert";
 *
 * const path = await Deno.makeTempDir();
 * await Deno.mkdir(`${path}/experiments/neuralir/20260118_170744`, { recursive: true });
 * const main = { id: "main", path };
 *
 * await using session = openSession();
 * for (const experiment of await listExperiments(main, { session })) {
 *   assertEquals(await listRuns(main, experiment, { session }), ["20260118_170744"]);
 * }
 * ```
 */
export function openSession(): Session {
  return new SharedHosts();
}

/** Errors before a copy claims anything: the logins are as good as before. */
const HARMLESS: readonly CopyErrorCode[] = ["usage", "settings", "not-found"];

/** The machines of a session, lent to one call at a time. */
export class SharedHosts implements Session {
  readonly #hosts: Hosts;
  /** What the present call wants. */
  #call: HostsOptions = {};
  /** Ends all programs, of whichever call. */
  #stop = new AbortController();
  /** The end of the latest call. */
  #turn: Promise<unknown> = Promise.resolve();
  #isClosed = false;

  constructor() {
    const now = () => this.#call;
    const signal = () => this.#stop.signal;
    this.#hosts = new Hosts({
      get signal() {
        return signal();
      },
      get connectTimeout() {
        return now().connectTimeout;
      },
      get timeout() {
        return now().timeout;
      },
      get fsync() {
        return now().fsync;
      },
      onEvent: (event) => now().onEvent?.(event),
    });
  }

  /** Lends the machines to a call, once those before it have ended. */
  async lend<T>(call: HostsOptions, work: (hosts: Hosts) => Promise<T>): Promise<T> {
    if (this.#isClosed) throw new CopyError("usage", "the session is closed", "open another one");
    const before = this.#turn;
    const { promise, resolve } = later<void>();
    this.#turn = promise;
    await before;
    try {
      return await this.#during(call, work);
    } finally {
      resolve();
    }
  }

  async #during<T>(call: HostsOptions, work: (hosts: Hosts) => Promise<T>): Promise<T> {
    const { signal } = call;
    const stop = () => this.#stop.abort(signal?.reason);
    signal?.addEventListener("abort", stop);
    if (signal?.aborted) stop();
    this.#call = call;
    try {
      return await work(this.#hosts);
    } catch (error) {
      const code = error instanceof CopyError ? error.code : undefined;
      // a host may still hold what a copy that failed had claimed
      if (!HARMLESS.includes(code!)) await this.#hosts.close(code === "connection");
      throw error;
    } finally {
      signal?.removeEventListener("abort", stop);
      if (this.#stop.signal.aborted) {
        await this.#hosts.close();
        this.#stop = new AbortController();
      }
      this.#call = {};
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#turn;
    await this.#hosts.close();
  }

  /** The same as {@linkcode close}. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
