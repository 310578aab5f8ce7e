/**
 * One login to a host for a whole copy: an ssh master with a socket that only we can reach, and
 * every other ssh through it. One shell at the other end, the agent, runs all programs except those
 * that read or write a long stream, which have a channel of their own.
 *
 * @module
 */

import { CopyError, LostConnection } from "../../errors.ts";
import type { SshSettings } from "../../workspace/workspace.ts";
import { Agent } from "./agent.ts";
import { FAR_SHELL } from "../../transport/far_command.ts";
import { Answers, input, sized } from "./frame.ts";
import type { Packing } from "../../transport/tar.ts";
import type { Parts } from "../../system/streams.ts";
import {
  answerOf,
  endWhenIdle,
  feed,
  output,
  pour,
  type Running,
  type RunOptions,
  start,
  stopIfAborted,
} from "../../system/process.ts";
import { type LoginPlan, planLogin } from "./config.ts";
import { doesItWork, endOf, whySlow } from "./end.ts";
import { comesInTime } from "./first_answer.ts";
import { later } from "../../system/time.ts";
import { loginCommand, loginOptions, programsOf } from "./options.ts";
import { makeSocketFolder, socketFault } from "./socket.ts";

/** How long a login script may still run when its channel is not needed, in milliseconds. */
const PATIENCE = 20_000;

/** How long a user may take to log in, in seconds: servers give two minutes. */
const LOGIN = 600;

/** How to log in. */
export interface Login {
  /** How long the host may take to answer, in seconds, unless the user's options say otherwise. */
  connectTimeout: number;
  /** The commands of logins that have succeeded, where another attempt may help. */
  reached: Set<string>;
  /** A name for this copy: after a lost connection it takes over its own claims at once. */
  copy: string;
}

/** A session with a host. */
export class Session {
  #agent: Agent | undefined;
  readonly #begun = later<void>();
  /** The ssh of the agent. */
  #running: Running | undefined;
  #folder: string | undefined;
  /** A channel that was opened before it is needed, for a login shell is slow to start. */
  #spare: Running | undefined;
  /** How to log in; undefined until ssh was asked. */
  #plan: Promise<LoginPlan> | undefined;
  /** Whether the login may ask the user something, as far as is known. */
  mayAsk = true;
  /** Whether the agent has ever answered. */
  #established = false;
  /** Whether the agent has ended, and with it all claims. */
  #ended = false;
  /** `LoginPlan.session`, once it is known. */
  #sessionOptions: string[] = [];
  /** The user's options. */
  readonly #given: string[];
  /** The rsync and the tar there: every program there is told of them. */
  readonly #programs: string[];

  /** @throws {CopyError} `settings`, when the user's options or paths cannot be those of a copy. */
  constructor(
    readonly ssh: SshSettings,
    private readonly watch: RunOptions,
    private readonly login: Login,
  ) {
    this.#given = loginOptions(ssh);
    this.#programs = programsOf(ssh);
  }

  /**
   * The arguments of every ssh to this host, except the last ones, `-- HOST COMMAND`. They fail
   * without the master: a new login would write to a folder that this copy may not hold any more.
   *
   * @throws {CopyError} `connection`, when it was lost.
   */
  get options(): string[] {
    stopIfAborted(this.watch);
    if (this.#ended) throw new LostConnection(`the connection to ${this.ssh.host} was lost`);
    if (this.#folder === undefined) return this.#ownOptions;
    const through = ["-S", `${this.#folder}/s`, "-oControlMaster=no", "-oProxyCommand=false"];
    return [...through, ...this.#ownOptions];
  }

  /**
   * The required options come first, then the user's, then defaults: ssh takes the first value of
   * each option.
   */
  get #ownOptions(): string[] {
    return [
      ...["-T", "-a", "-oRemoteCommand=none", "-oClearAllForwardings=yes", ...this.#sessionOptions],
      ...this.#given,
      ...["-oServerAliveInterval=15", "-oServerAliveCountMax=4"],
      `-oConnectTimeout=${this.login.connectTimeout || "none"}`,
    ];
  }

  /** Settles when the login has begun: from then on the agent takes questions. */
  get begun(): Promise<void> {
    return this.#begun.promise;
  }

  /** The shell there, once the login has begun. */
  get agent(): Agent {
    return this.#agent!;
  }

  /** Looks for a master of the user's, without a login. */
  async prewarm(): Promise<void> {
    const plan = await this.#planLogin().catch(() => undefined); // it is thrown at the login
    this.mayAsk = plan?.mayAsk ?? true;
  }

  /** Logs in; uses the user's own master for this host if there is one. */
  async open(): Promise<void> {
    const { hasMaster, mayAsk, ciphers, session } = await this.#planLogin();
    this.mayAsk = mayAsk;
    this.#sessionOptions = session;
    let options = this.#ownOptions;
    if (!hasMaster) {
      this.#folder = makeSocketFolder();
      options = ["-M", "-S", `${this.#folder}/s`, "-oControlPersist=no", ...options, ...ciphers];
    }
    const running = this.#running = this.#start(options);
    const failure = () => this.#agentFailure(running);
    this.#agent = new Agent(running, this.watch, this.#programs, this.ssh.host, failure);
    this.#begun.resolve(); // who waits for it comes after the agent's own first words
    await this.#firstAnswer(this.#agent, running);
    this.#established = true;
    this.login.reached.add(loginCommand(this.ssh));
    running.code.then(() => this.#ended = true);
  }

  /** Ends another open session as soon as this one ends. */
  lead(other: Session): void {
    this.#running!.code.then(() => other.#running!.kill());
  }

  /** Asks once how to log in. */
  #planLogin(): Promise<LoginPlan> {
    return this.#plan ??= planLogin(this.#ownOptions, this.ssh.host, this.watch);
  }

  /** Opens the agent, and does not wait for ever for a shell that a start-up file holds up. */
  async #firstAnswer(agent: Agent, running: Running): Promise<void> {
    const opening = agent.open();
    const answer = this.login.connectTimeout / 2 || this.watch.timeout || 0;
    if (answer === 0) return await opening;
    const patience = { login: LOGIN, answer };
    const came = await comesInTime(opening, patience, () => this.#isLoggedIn());
    if (came === "answer") return;
    opening.catch(() => {}); // its error does not matter any more
    running.kill();
    const { host } = this.ssh;
    const [message, hint] = came === "nothing"
      ? [`the login to ${host} took longer than ${LOGIN} s`, doesItWork(this.ssh)]
      : [
        `logged in to ${host}, but its shell has not answered within ${answer} s`,
        whySlow(this.ssh, this.#folder === undefined),
      ];
    throw this.login.reached.has(loginCommand(this.ssh))
      ? new LostConnection(message)
      : new CopyError("connection", message, hint);
  }

  /** Whether the login has succeeded: the master makes its socket only then. */
  async #isLoggedIn(): Promise<boolean> {
    if (this.#folder === undefined) return true;
    const args = ["-F", "/dev/null", "-S", `${this.#folder}/s`, "-O", "check", "--", this.ssh.host];
    // without `onCommand`: this may run many times while somebody types a password
    return await answerOf("ssh", args, { signal: this.watch.signal }) !== undefined;
  }

  #start(options: string[]): Running {
    return start("ssh", [...options, "--", this.ssh.host, FAR_SHELL], this.watch);
  }

  /**
   * Runs a constant program that reads a stream to its end, on a channel of its own, and tells each
   * text of its answer.
   */
  async send(
    program: string,
    lines: string[],
    tell: (text: string) => void,
    body: Parts,
  ): Promise<void> {
    const running = this.#channel();
    const clock = endWhenIdle(running, this.watch.timeout);
    const { word, parts } = this.#input(program, lines, body);
    const fed = feed(running, parts, clock);
    const heard = new Answers(running.stdout).read(word, tell);
    const [, whole] = await clock.during(Promise.all([fed, heard]));
    if (!whole) throw await this.failure(running);
  }

  /** Starts a constant program that answers with a stream, on a channel of its own. */
  fetch(program: string, lines: string[], body: Uint8Array, channel?: "new"): Packing {
    const running = channel === "new" ? this.#start(this.options) : this.#channel();
    const { word, parts } = this.#input(program, lines, [body]);
    const fed = feed(running, parts);
    return { running, fed, stream: new Answers(running.stdout).rest(word) };
  }

  /**
   * The same, for a program whose input may depend on its output.
   *
   * @param onLine Takes those lines of its standard error that are no error messages.
   */
  join(
    program: string,
    lines: string[],
    body: Parts,
    onLine?: (line: string) => boolean,
  ): Packing {
    const running = this.#channel();
    if (onLine !== undefined) running.listen(onLine);
    const { word, parts } = this.#input(program, lines, body);
    const fed = pour(running, parts);
    return { running, fed, stream: new Answers(running.stdout).rest(word) };
  }

  /** The input of a program on a channel of its own, and the word that its answer begins with. */
  #input(program: string, lines: string[], body: Parts): { word: string; parts: Parts } {
    const word = crypto.randomUUID();
    return { word, parts: input(sized(program) + word, [...this.#programs, ...lines], body) };
  }

  /** Opens a channel that will be needed soon; a server of two sessions may refuse it. */
  warm(): void {
    if (this.#ended || this.#spare !== undefined) return;
    const spare = this.#spare = this.#start(this.options);
    spare.code.then(() => this.#spare === spare && (this.#spare = undefined));
  }

  /** Ends the channel that was opened before it is needed; returns whether there was one. */
  async free(lost = false): Promise<boolean> {
    const spare = this.#spare;
    this.#spare = undefined;
    if (spare === undefined) return false;
    // a login script that is killed may leave locks of its own
    const timer = setTimeout(() => spare.kill(), this.#ended || lost ? 0 : PATIENCE);
    await Promise.all([spare.stdin.close().catch(() => {}), output(spare), spare.code]);
    clearTimeout(timer);
    return true;
  }

  #channel(): Running {
    stopIfAborted(this.watch);
    const running = this.#spare ?? this.#start(this.options);
    this.#spare = undefined;
    return running;
  }

  /**
   * Why the agent did not answer. The spare channel is ended first, or it would keep the master
   * alive.
   */
  async #agentFailure(running: Running): Promise<CopyError> {
    this.#spare?.kill();
    this.#spare = undefined;
    return await this.failure(running);
  }

  /** The error for an ssh that has ended too early. */
  async failure(running: Running): Promise<CopyError> {
    const code = await running.code;
    stopIfAborted(this.watch);
    const complaint = (await running.complaint).trim();
    const fault = this.#folder && socketFault(complaint, this.#folder);
    const reached = this.login.reached.has(loginCommand(this.ssh));
    const [established, { mayAsk }] = [this.#established, this];
    return fault || endOf({ code, complaint, reached, established, mayAsk }, this.ssh);
  }

  /**
   * Ends the session; at once when its connection was lost.
   *
   * @param patience How long the agent may take to give up its claims, in milliseconds.
   */
  async close(lost = false, patience = 0): Promise<void> {
    await this.free(lost);
    await this.#agent?.close(lost ? 0 : patience);
    if (this.#folder !== undefined) Deno.removeSync(this.#folder, { recursive: true });
    this.#folder = undefined;
  }
}
