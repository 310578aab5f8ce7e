/**
 * The machines of a copy, each opened once: one login for each host.
 *
 * @module
 */

import { refuseUnnamed } from "../transport/rsync.ts";
import type { Workspace } from "../workspace/workspace.ts";
import type { Access, Host, LookRequest, WorkspaceInfo } from "./host.ts";
import { checkRuntime } from "./runtime.ts";
import { LocalHost } from "./local/host.ts";
import type { RunOptions } from "../system/process.ts";
import { SshHost } from "./ssh/host.ts";

/** An event: a login, or a program that is started. */
export type HostEvent =
  | { type: "connecting" | "connected"; host: string }
  | { type: "command"; command: string[] };

/** The options of the caller that concern the machines. */
export interface HostsOptions {
  /** Receives logins and every program that is started. */
  onEvent?: ((event: HostEvent) => void) | undefined;
  /** Ends every program when it fires. */
  signal?: AbortSignal | undefined;
  /** How long a host may take to answer at all, in seconds; 0 for ever. */
  connectTimeout?: number | undefined;
  /** How long a transfer may stand still, in seconds; 0 for ever. */
  timeout?: number | undefined;
  /** Whether what is written must reach the disk before it gets its name. */
  fsync?: boolean | undefined;
}

/** The default of `connectTimeout`. */
const CONNECT_TIMEOUT = 20;
/** The default of `timeout`. */
const TIMEOUT = 300;

/** Opens the machines that workspaces are on, each once. */
export class Hosts implements AsyncDisposable {
  readonly #options: HostsOptions;
  readonly #watch: RunOptions;
  readonly #opened = new Map<string, Promise<Host>>();
  /** The machines that are known, opened or not. */
  readonly #known = new Map<string, Host>();
  /** What stands for a workspace that is on no machine: an archive. */
  readonly #archives = new Map<Workspace, Host>();
  /** The logins to the machines that bytes go through. */
  readonly #transfers = new Map<Host, Promise<void>>();
  /** The preparations of each workspace, as `prewarm` began them, by machine and path. */
  readonly #expected = new Map<string, { workspace: Workspace; ready: Promise<void> }>();
  readonly #copy = crypto.randomUUID();
  /** The logins that have succeeded, whose machines may be closed by now. */
  readonly #reached = new Set<string>();

  /**
   * @param options The options of the caller.
   * @throws {CopyError} `program`, when this runtime will not do.
   */
  constructor(options: HostsOptions = {}) {
    checkRuntime(Deno.build.os, Deno.version.deno);
    this.#options = options;
    this.#watch = { // read anew each time: in a session they change with each call
      get signal() {
        return options.signal;
      },
      get fsync() {
        return options.fsync ?? true;
      },
      get timeout() {
        return options.timeout ?? TIMEOUT;
      },
      onCommand: (command, folder) =>
        options.onEvent?.({ type: "command", command, ...(folder !== undefined && { folder }) }),
    };
  }

  /** The options of every process that is started for these machines. */
  get watch(): RunOptions {
    return this.#watch;
  }

  /**
   * Prepares early what a copy will need of a machine, and resolves when a login can begin. A
   * missing program is thus reported before any login.
   */
  prewarm(workspace: Workspace): Promise<void> {
    const ready = this.#host(workspace).prewarm();
    ready.catch(() => {}); // it is thrown where this is awaited
    if (!this.#archives.has(workspace)) {
      this.#expected.set(placeOf(workspace), { workspace, ready });
    }
    return ready;
  }

  /** Refuses a workspace for which Deno has no permission, by its real path. */
  check(workspace: Workspace, needed: readonly Access[]): void {
    this.#host(workspace).check(workspace.path, needed);
  }

  /** Lets an archive stand for a workspace during some work. It stays when the sessions end. */
  async during<T>(workspace: Workspace, archive: Host, work: () => Promise<T>): Promise<T> {
    this.#archives.set(workspace, archive);
    try {
      return await work();
    } finally {
      this.#archives.delete(workspace);
    }
  }

  /** This machine. */
  here(): Host {
    return this.#host({ id: "this machine", path: "/" });
  }

  /** The machine that a workspace is on. */
  open(workspace: Workspace): Promise<Host> {
    const archive = this.#archives.get(workspace);
    if (archive !== undefined) return Promise.resolve(archive);
    const key = keyOf(workspace);
    const known = this.#opened.get(key);
    if (known !== undefined) return known;
    const host = this.#open(workspace);
    this.#opened.set(key, host);
    return host;
  }

  /** The same, logged in also to the machine that its bytes go through. */
  async openForBytes(workspace: Workspace): Promise<Host> {
    const host = await this.open(workspace);
    const { transfer } = host;
    if (transfer === undefined) return host;
    const login = this.#transfers.get(host) ?? this.#logIn(transfer);
    this.#transfers.set(host, login);
    await login;
    return host;
  }

  /** Looks at a workspace, with the login to its machine if that is not open yet. */
  async look(workspace: Workspace, request: LookRequest): Promise<WorkspaceInfo> {
    const opening = this.openForBytes(workspace);
    const host = this.#host(workspace);
    if (host.transfer !== undefined) return await (await opening).look(request);
    const looking = host.look(request);
    looking.catch(() => {}); // where the login fails, that is thrown
    await opening;
    return await looking;
  }

  /**
   * Logs in beside a login for another workspace, if that asks nothing: two questions at once would
   * mix. Its error is thrown by `open`.
   *
   * @returns What is at the workspace, if only one login leads there.
   */
  async lookBeside(
    workspace: Workspace,
    other: Workspace,
    request: LookRequest,
  ): Promise<WorkspaceInfo | undefined> {
    if (workspace.ssh === undefined || other.ssh === undefined) return undefined;
    await this.#expected.get(placeOf(workspace))?.ready;
    const host = this.#host(workspace);
    if (host.mayAsk) return undefined;
    if (host.transfer === undefined) return await this.look(workspace, request);
    await this.open(workspace);
    return undefined;
  }

  #host(workspace: Workspace): Host {
    const archive = this.#archives.get(workspace);
    if (archive !== undefined) return archive;
    const key = keyOf(workspace);
    const host = this.#known.get(key) ?? this.#newHost(workspace);
    this.#known.set(key, host);
    return host;
  }

  #newHost({ ssh }: Workspace): Host {
    if (ssh === undefined) return new LocalHost(this.#watch);
    const { connectTimeout = CONNECT_TIMEOUT } = this.#options;
    const login = { connectTimeout, reached: this.#reached, copy: this.#copy };
    return new SshHost(ssh, this.#watch, login);
  }

  async #open(workspace: Workspace): Promise<Host> {
    const host = this.#host(workspace);
    if (workspace.ssh === undefined) return host;
    await Promise.all([...this.#expected.values()].map(({ ready }) => ready));
    this.#refuseUnnamed();
    try {
      await this.#logIn(host);
    } catch (error) {
      await host.close();
      throw error;
    }
    return host;
  }

  /** Logs in; ssh may ask meanwhile. */
  async #logIn(login: Pick<Host, "name" | "open">): Promise<void> {
    this.#options.onEvent?.({ type: "connecting", host: login.name });
    try {
      await login.open();
    } finally {
      this.#options.onEvent?.({ type: "connected", host: login.name });
    }
  }

  /** Refuses paths of one machine that the rsync of another cannot pass on. */
  #refuseUnnamed(): void {
    const ends = [...this.#expected.values()]
      .map(({ workspace }) => ({ ...workspace, rsync: this.#host(workspace).can.rsync }));
    for (const here of ends) {
      for (const there of ends) refuseUnnamed(here.rsync, there.rsync, [there.path]);
    }
  }

  /** Ends all sessions; at once when a connection was `lost`. */
  async close(lost = false): Promise<void> {
    const opened = [...this.#opened.values()];
    this.#opened.clear();
    this.#transfers.clear();
    this.#known.clear();
    this.#expected.clear();
    for (const host of await Promise.allSettled(opened)) {
      if (host.status === "fulfilled") await host.value.close(lost);
    }
  }

  /** The same as {@linkcode close}. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

/** Whether two workspaces are on one machine. */
export function areTogether(one: Workspace, other: Workspace): boolean {
  return one.ssh?.host === other.ssh?.host;
}

/** A text that is the same for workspaces on the same machine, with the same settings. */
function keyOf({ ssh }: Workspace): string {
  if (ssh === undefined) return "";
  const { host, options = [], rsyncPath, tarPath, transferHost } = ssh;
  return JSON.stringify([host, options, rsyncPath, tarPath, transferHost]);
}

/** A text that is the same for the same path of the same machine. */
function placeOf(workspace: Workspace): string {
  return `${keyOf(workspace)} ${workspace.path}`;
}
