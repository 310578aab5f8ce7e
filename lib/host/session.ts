/**
 * One login to a host for a whole copy: an ssh master whose socket only we can reach, and every
 * other ssh through it.
 *
 * @module
 */

import { CopyError } from "../errors.ts";
import type { SshSettings } from "../workspace/workspace.ts";
import { requireAccess } from "./access.ts";
import { variable } from "./environment.ts";
import { readAnswer } from "./frame.ts";
import {
  feed,
  output,
  type Parts,
  type Running,
  start,
  stopIfAborted,
  type Watch,
} from "./process.ts";
import { HOLD } from "./programs.ts";

/** How long a host may take to answer at all, in seconds, where the user's options do not say. */
const CONNECT_TIMEOUT = 20;

/** What a socket's path may have at most, in bytes, with what ssh adds to it while it makes one. */
const SOCKET_PATH = 104 - 18;
/** What Deno's temporary names look like. */
const SOCKET_NAME = "xpm-0123456789abcdef/s";

const encoder = new TextEncoder();

/** A program that goes on at the other end. */
export interface Held {
  /** Writes to it; that it has ended is no error here. */
  write(text: string): void;
  /** Closes its input and waits for its end. */
  end(): Promise<void>;
  /** Ends this end of it. */
  kill(): void;
}

/** A session with a host. */
export class Session {
  #master: Held | undefined;
  #folder: string | undefined;

  constructor(private readonly ssh: SshSettings, private readonly watch: Watch) {
    if (ssh.host.startsWith("-") || ssh.host === "" || /\s/.test(ssh.host)) {
      throw new CopyError("usage", `'${ssh.host}' cannot be a host`);
    }
  }

  /** The arguments of every ssh to this host but its last ones: `-- HOST COMMAND`. */
  get options(): string[] {
    if (this.#folder === undefined) return this.#ownOptions;
    return ["-S", this.#socket, "-oControlMaster=no", ...this.#ownOptions];
  }

  /** What the user's settings say comes first: ssh takes the first value of an option. */
  get #ownOptions(): string[] {
    return [
      ...(this.ssh.options ?? []),
      ...["-T", "-oRemoteCommand=none", "-oClearAllForwardings=yes"],
      ...["-oServerAliveInterval=15", "-oServerAliveCountMax=4"],
      `-oConnectTimeout=${CONNECT_TIMEOUT}`,
    ];
  }

  get #socket(): string {
    return `${this.#folder}/s`;
  }

  /** Logs in; where the user has a master of their own for this host, that one serves. */
  async open(): Promise<void> {
    if (await this.#hasMaster()) return;
    this.#folder = Deno.makeTempDirSync({ prefix: "xpm-", dir: socketParent() });
    const options = ["-M", "-S", this.#socket, "-oControlPersist=no", ...this.#ownOptions];
    this.#master = await this.#hold(options, HOLD, [], () => {});
  }

  async #hasMaster(): Promise<boolean> {
    const args = [...this.#ownOptions, "-O", "check", "--", this.ssh.host];
    const running = start("ssh", args, this.watch);
    await Promise.all([running.stdin.close(), output(running)]);
    return await running.code === 0;
  }

  /**
   * Runs a constant program on the host and tells each text of its answer.
   *
   * @param program One of `programs.ts`.
   * @param lines The program's first data, a line each.
   * @param body What comes after them.
   */
  async run(
    program: string,
    lines: string[],
    tell: (text: string) => void,
    body: Parts = [],
  ): Promise<void> {
    const word = crypto.randomUUID();
    const args = [...this.options, "--", this.ssh.host, command(program)];
    const running = start("ssh", args, this.watch);
    async function* input() {
      yield encoder.encode([program + word, ...lines, ""].join("\n"));
      yield* body;
    }
    const [whole] = await Promise.all([
      readAnswer(running.stdout, word, tell),
      feed(running, input()),
    ]);
    const code = await running.code;
    if (!whole) throw await this.#failure(running, code);
  }

  /** Runs a constant program that answers, and then goes on for as long as we do. */
  hold(program: string, lines: string[], tell: (text: string) => void): Promise<Held> {
    return this.#hold(this.options, program, lines, tell);
  }

  async #hold(
    options: string[],
    program: string,
    lines: string[],
    tell: (text: string) => void,
  ): Promise<Held> {
    const running = start("ssh", [...options, "--", this.ssh.host, command(program)], this.watch);
    const word = crypto.randomUUID();
    const writer = running.stdin.getWriter(); // stays open: the program ends with it, or with us
    const write = (text: string) => writer.write(encoder.encode(text)).catch(() => {});
    write([program + word, ...lines, ""].join("\n"));
    if (!await readAnswer(running.stdout, word, tell)) {
      throw await this.#failure(running, await running.code);
    }
    return {
      write,
      async end() {
        await writer.close().catch(() => {}); // it may have ended before
        await running.code;
      },
      kill: running.kill,
    };
  }

  async #failure(running: Running, code: number): Promise<CopyError> {
    stopIfAborted(this.watch);
    const host = this.ssh.host;
    const said = (await running.complaint).trim().split(/\r?\n/).at(-1) ?? "";
    const why = said === "" ? `ssh exit ${code}` : said;
    return code === 255
      ? new CopyError("connection", `no connection to ${host}: ${why}`, `does  ssh ${host}  work?`)
      : new CopyError("connection", `${host} did not answer as expected: ${why}`);
  }

  /** Ends the session. */
  async close(): Promise<void> {
    if (this.#folder === undefined) return;
    this.#master?.kill();
    await this.#master?.end();
    Deno.removeSync(this.#folder, { recursive: true });
    this.#folder = undefined;
  }
}

/** The words of the remote command line: the same for every host and every login shell. */
function command(program: string): string {
  const bytes = encoder.encode(program).length;
  return `exec sh -c 'eval "$(dd bs=1 count=${bytes} 2>/dev/null)"'`;
}

/** A folder whose sockets have paths short enough. */
function socketParent(): string {
  const parent = variable("TMPDIR") ?? "/tmp";
  const short = encoder.encode(`${parent}/${SOCKET_NAME}`).length <= SOCKET_PATH;
  const chosen = short ? parent : "/tmp";
  requireAccess("write", chosen);
  return chosen;
}
