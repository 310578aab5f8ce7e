/**
 * What the tests use of `Deno` beyond the library, for Node: loaded before each file of tests when
 * they run on the npm package. `Deno.test` becomes a test of Node's own runner.
 *
 * @module
 */

import * as fs from "node:fs";
import { register } from "node:module";
import { createServer, type ListenOptions, type Server, Socket } from "node:net";
import process from "node:process";
import { Readable } from "node:stream";
import { after, test as nodeTest } from "node:test";
import { pathToFileURL } from "node:url";
import { Deno as library } from "../../lib/system/node/deno.ts";
import { asDeno, withErrors } from "../../lib/system/node/errors.ts";
import * as files from "../../lib/system/node/files.ts";
import { OpenFile } from "../../lib/system/node/open_file.ts";
import { Command } from "./command_in_node.ts";

/** A test as `Deno.test` takes it. */
interface Definition {
  name: string;
  fn: () => void | Promise<void>;
  ignore?: boolean;
  permissions?: unknown;
}

const befores: (() => void | Promise<void>)[] = [];
let ready: Promise<void> | undefined;

async function prepare(): Promise<void> {
  for (const before of befores) await before();
}

function test(first: string | Definition, second?: Definition["fn"]): void {
  const { name, fn, ignore = false, permissions } = typeof first === "string"
    ? { name: first, fn: second! }
    : first;
  const skip = permissions ? "Node has none of Deno's permissions" : ignore;
  nodeTest(name, { skip }, async () => {
    await (ready ??= prepare());
    await fn();
  });
}

/** Listens; Node knows at once where. */
function listen({ transport, path }: { transport?: string; path?: string }): Disposable & {
  addr: ReturnType<Server["address"]>;
} {
  const where: ListenOptions = transport === "unix" && path !== undefined ? { path } : { port: 0 };
  const server = createServer().listen(where);
  return { addr: server.address(), [Symbol.dispose]: () => void server.close() };
}

async function connect(options: { hostname: string; port: number }) {
  const socket = new Socket();
  await new Promise<void>((resolve, reject) => {
    socket.once("error", (error) => reject(asDeno(error)));
    socket.connect(options.port, options.hostname, resolve);
  });
  return {
    async read(into: Uint8Array): Promise<number> {
      const bytes: Uint8Array = await new Promise((resolve) => socket.once("data", resolve));
      into.set(bytes.subarray(0, into.length));
      return Math.min(bytes.length, into.length);
    },
    [Symbol.dispose]: () => void socket.destroy(),
  };
}

type WriteOptions = { mode?: number };

const more = {
  copyFileSync: withErrors((from: string, to: string) => fs.copyFileSync(from, to)),
  linkSync: withErrors((from: string, to: string) => fs.linkSync(from, to)),
  symlinkSync: withErrors((to: string, path: string) => fs.symlinkSync(to, path)),
  truncateSync: withErrors((path: string, length?: number) => fs.truncateSync(path, length)),
  writeFileSync: withErrors(write),
  writeTextFileSync: withErrors(write),
  makeTempFileSync({ suffix = "" } = {}): string {
    const path = `${files.makeTempDirSync()}/file${suffix}`;
    fs.writeFileSync(path, "");
    return path;
  },
};

function write(path: string, content: string | Uint8Array, { mode }: WriteOptions = {}): void {
  fs.writeFileSync(path, content);
  if (mode !== undefined) fs.chmodSync(path, mode);
}

/** Each function `xSync` as `x`, which promises. */
function promising(sync: Record<string, unknown>): Record<string, unknown> {
  const entries = Object.entries(sync).flatMap(([name, action]) =>
    name.endsWith("Sync") && typeof action === "function"
      // deno-lint-ignore require-await -- so that what it throws is a rejected promise
      ? [[name.slice(0, -"Sync".length), async (...args: unknown[]) => action(...args)]]
      : []
  );
  return Object.fromEntries(entries);
}

Object.assign(library, more, promising(files), promising(more), {
  Command,
  connect,
  cwd: () => process.cwd(),
  execPath: () => process.execPath,
  kill: (pid: number, signal: NodeJS.Signals = "SIGTERM") => void process.kill(pid, signal),
  listen,
  pid: process.pid,
  test: Object.assign(test, {
    beforeAll: (action: () => void | Promise<void>) => void befores.push(action),
    afterAll: (action: () => void | Promise<void>) => after(action),
  }),
  uid: () => process.getuid?.() ?? null,
});
Object.assign(library.env, {
  set: (name: string, value: string) => void (process.env[name] = value),
});

Object.defineProperty(library.stdin, "readable", { get: () => Readable.toWeb(process.stdin) });
Object.assign(OpenFile.prototype, {
  async lock(this: OpenFile): Promise<void> {
    while (!await this.tryLock(true)) await new Promise((resolve) => setTimeout(resolve, 100));
  },
});

// Node 20 does not tell a script that it is the one that was started.
if (import.meta.main === undefined) {
  const main = JSON.stringify(pathToFileURL(process.argv[1] ?? "").href);
  const hook = `export async function load(url, context, next) {
    const loaded = await next(url, context);
    if (url !== ${main}) return loaded;
    return { ...loaded, source: String(loaded.source).replaceAll("import.meta.main", "true") };
  }`;
  register(`data:text/javascript,${encodeURIComponent(hook)}`);
}

// `assertEquals` of @std compares sets with it; Node 20 has none.
const sets: { symmetricDifference?: unknown } = Set.prototype;
sets.symmetricDifference ??= function (this: Set<unknown>, other: Set<unknown>) {
  const both = [...this, ...other];
  return new Set(both.filter((value) => this.has(value) !== other.has(value)));
};

// Node 20 has none either.
const globals: { AsyncDisposableStack?: unknown } = globalThis;
globals.AsyncDisposableStack ??= class {
  readonly #actions: (() => unknown)[] = [];

  defer(action: () => unknown): void {
    this.#actions.unshift(action);
  }

  use<T extends Partial<AsyncDisposable> | undefined>(value: T): T {
    if (value) this.defer(() => value[Symbol.asyncDispose]?.());
    return value;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const action of this.#actions) await action();
  }
};

// A test uses it, and the library does not.
const promises: { withResolvers?: unknown } = Promise;
promises.withResolvers ??= () => {
  const parts: Record<string, unknown> = {};
  parts.promise = new Promise((resolve, reject) => Object.assign(parts, { resolve, reject }));
  return parts;
};
