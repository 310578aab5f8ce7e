/**
 * `Deno.Command` for tests that run in Node.
 *
 * @module
 */

import { type ChildProcess, spawn, spawnSync, type StdioOptions } from "node:child_process";
import { constants } from "node:os";
import process from "node:process";
import { Readable, Writable } from "node:stream";
import { asDeno } from "../../lib/system/node/errors.ts";

type Stdio = "piped" | "inherit" | "null";

/** What Deno's `CommandOptions` are here. */
interface Options {
  args?: string[];
  cwd?: string;
  env?: Record<string, string>;
  clearEnv?: boolean;
  stdin?: Stdio;
  stdout?: Stdio;
  stderr?: Stdio;
}

interface Status {
  success: boolean;
  code: number;
  signal: string | null;
}

function statusOf(code: number | null, signal: NodeJS.Signals | null): Status {
  const number = code ?? 128 + constants.signals[signal!];
  return { success: number === 0, code: number, signal };
}

/** What a program is called with, and by which name. */
type Words = [program: string, ...args: string[]];

/**
 * `deno run FLAGS SCRIPT ARGS`, wherever it stands in a command, as Node runs it: the program by the
 * package's own command, a script of the tests with what stands in for `Deno`.
 */
function translated(words: Words): Words {
  const at = words.indexOf(process.execPath);
  const script = words.findIndex((word, index) => index > at && /\.[jt]s$/.test(word));
  if (at < 0 || words[at + 1] !== "run" || script < 0) return words;
  const compiled = words[script]!.replace(/\/cli\.ts$/, "/scripts/npm/bin.js")
    .replace(/\.ts$/, ".js");
  const preload = compiled.endsWith("/bin.js") ? [] : ["--import", PRELOAD];
  return [...words.slice(0, at + 1), ...preload, compiled, ...words.slice(script + 1)] as Words;
}

const PRELOAD = new URL("./deno_in_node.js", import.meta.url).href;

/** Stands in for `Deno.Command`. */
export class Command {
  readonly #program: string;
  readonly #args: string[];
  readonly #options: Options;

  constructor(program: string | URL, options: Options = {}) {
    [this.#program, ...this.#args] = translated([String(program), ...options.args ?? []]);
    this.#options = options;
  }

  spawn(): Child {
    return new Child(spawn(this.#program, this.#args, this.#nodeOptions("inherit", "inherit")));
  }

  output(): Promise<Status & { stdout: Uint8Array; stderr: Uint8Array }> {
    return new Child(spawn(this.#program, this.#args, this.#nodeOptions("null", "piped")))
      .output();
  }

  outputSync(): Status & { stdout: Uint8Array; stderr: Uint8Array } {
    const options = { ...this.#nodeOptions("null", "piped"), maxBuffer: 1 << 30 };
    const { error, status, signal, stdout, stderr } = spawnSync(this.#program, this.#args, options);
    if (error) throw asDeno(error);
    return { ...statusOf(status, signal), stdout, stderr };
  }

  #nodeOptions(stdin: Stdio, output: Stdio) {
    const { cwd, env, clearEnv = false } = this.#options;
    const streams = [
      this.#options.stdin ?? stdin,
      this.#options.stdout ?? output,
      this.#options.stderr ?? output,
    ].map((kind) => kind === "piped" ? "pipe" : kind === "null" ? "ignore" : kind) as StdioOptions;
    return { cwd, env: { ...(clearEnv ? {} : process.env), ...env }, stdio: streams };
  }
}

/** Stands in for `Deno.ChildProcess`. */
class Child {
  readonly #child: ChildProcess;
  readonly status: Promise<Status>;
  readonly pid: number | undefined;

  constructor(child: ChildProcess) {
    this.#child = child;
    this.pid = child.pid;
    this.status = new Promise((resolve, reject) => {
      child.once("error", (error) => reject(asDeno(error)));
      child.once("exit", (code, signal) => resolve(statusOf(code, signal)));
    });
    this.status.catch(() => {});
  }

  get stdin(): WritableStream<Uint8Array> {
    return Writable.toWeb(this.#child.stdin!) as WritableStream<Uint8Array>;
  }

  get stdout(): ReadableStream<Uint8Array> {
    return Readable.toWeb(this.#child.stdout!) as ReadableStream<Uint8Array>;
  }

  get stderr(): ReadableStream<Uint8Array> {
    return Readable.toWeb(this.#child.stderr!) as ReadableStream<Uint8Array>;
  }

  kill(signal: NodeJS.Signals = "SIGTERM"): void {
    if (!this.#child.kill(signal)) throw new TypeError("Child process has already terminated");
  }

  async output(): Promise<Status & { stdout: Uint8Array; stderr: Uint8Array }> {
    const [status, stdout, stderr] = await Promise.all([
      this.status,
      bytesOf(this.#child.stdout),
      bytesOf(this.#child.stderr),
    ]);
    return { ...status, stdout, stderr };
  }
}

async function bytesOf(stream: Readable | null): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for await (const part of stream ?? []) parts.push(part);
  return new Uint8Array(Buffer.concat(parts));
}
