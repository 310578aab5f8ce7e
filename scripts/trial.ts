/**
 * A place to try a package: folders of its own, programs that run there, and a report of each step.
 *
 * @module
 */

import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startSshd } from "../tests/support/sshd.ts";
import { ROOT } from "./modules.ts";
import { makeSample } from "./sample.ts";

/** The result of a program. */
export interface Outcome {
  /** Its exit code. */
  code: number;
  /** All it printed. */
  said: string;
}

/** Runs the package's program with arguments. */
export type Program = (args: string[]) => Promise<Outcome>;

/** A place to try a package; it is removed at the end. */
export class Trial implements Disposable {
  /** The folder; its path is short, for an ssh socket. */
  readonly root: string = realpathSync(mkdtempSync(join(tmpdir(), "xpm-t-")));
  /** The environment of the programs. */
  readonly #env: Record<string, string>;
  readonly #experimentId: string;

  /** @param env The environment of the programs; `ROOT` in it becomes the folder. */
  constructor(env: Record<string, string> = {}) {
    const own = Object.entries(env).map((
      [name, value],
    ) => [name, value.replace("ROOT", this.root)]);
    // answers npx beforehand, as nobody is there
    this.#env = {
      NO_COLOR: "1",
      npm_config_yes: "true",
      TMPDIR: this.folder("tmp"),
      ...Object.fromEntries(own),
    };
    this.#experimentId = makeSample(join(this.root, "from"), { jobs: 3 }).experimentId;
  }

  /** A folder of this name, created if necessary. */
  folder(name: string): string {
    const path = join(this.root, name);
    mkdirSync(path, { recursive: true });
    return path;
  }

  /** Runs a program. */
  async run(program: string, args: string[], cwd = this.root): Promise<Outcome> {
    const options = { args, cwd, env: this.#env, stdin: "null" } as const;
    const { code, stdout, stderr } = await new Deno.Command(program, options).output();
    const said = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes)).join("");
    return { code, said };
  }

  /** Runs a program in a terminal; after it shows each cue, the answer to it is typed. */
  async runInTerminal(words: string[], ...dialogue: [cue: string, answer: string][]) {
    const child = new Deno.Command("script", {
      args: ["-qefc", words.map((word) => `'${word}'`).join(" "), "/dev/null"],
      cwd: this.root,
      env: { ...this.#env, TERM: "xterm" },
      stdin: "piped",
      stdout: "piped",
    }).spawn();
    const keyboard = child.stdin.getWriter();
    let said = "";
    for await (const piece of child.stdout.pipeThrough(new TextDecoderStream())) {
      said += piece;
      const [cue, answer] = dialogue[0] ?? [];
      if (cue === undefined || !said.includes(cue)) continue;
      dialogue.shift();
      await new Promise((resolve) => setTimeout(resolve, 300)); // until the program listens
      await keyboard.write(new TextEncoder().encode(answer));
    }
    const { code } = await child.status;
    await keyboard.close().catch(() => {}); // the program has stopped reading
    return { code, said };
  }

  /** Copies a sample of three jobs on this machine. */
  async copy(step: string, program: Program): Promise<void> {
    const to = join(this.folder("to"), step.replace(/\W/g, "-"));
    await this.#copy(step, { id: "to", path: to }, program);
  }

  /** The same, to this machine over ssh. */
  async copyOverSsh(step: string, program: Program): Promise<void> {
    await using sshd = await startSshd();
    const to = join(this.folder("to"), step.replace(/\W/g, "-"));
    const ssh = { host: sshd.host, options: sshd.options };
    await this.#copy(step, { id: "to", path: to, ssh }, program);
  }

  /** The same, from this machine over ssh. */
  async copyFromSsh(step: string, program: Program): Promise<void> {
    await using sshd = await startSshd();
    const to = join(this.folder("to"), step.replace(/\W/g, "-"));
    const ssh = { host: sshd.host, options: sshd.options };
    await this.#copy(step, { id: "to", path: to }, program, { ssh });
  }

  async #copy(step: string, to: unknown, program: Program, from: object = {}): Promise<void> {
    const ends = this.writeSettings(to, from);
    report(step, await program([this.#experimentId, ...ends, "--yes"]), "Copied 3 jobs");
  }

  /**
   * Writes settings with the sample's workspace (`from` has more fields of it) and another one;
   * returns the arguments that name them.
   */
  writeSettings(to: unknown, from: object = {}): string[] {
    const settings = join(this.folder("settings"), "settings.yaml");
    const workspaces = [{ id: "from", path: join(this.root, "from"), ...from }, to];
    writeFileSync(settings, JSON.stringify({ workspaces })); // JSON is YAML
    return ["--from", "from", "--to", "to", "--settings", settings];
  }

  /** Removes the folder. */
  [Symbol.dispose](): void {
    rmSync(this.root, { recursive: true });
  }
}

/** Reports a step; throws when it failed. */
export function report(step: string, { code, said }: Outcome, expected = ""): void {
  if (code !== 0 || !said.includes(expected)) throw new Error(`${step}: exit ${code}\n${said}`);
  console.log(`ok  ${step}`);
}

/** All values that the README's commands grant for a permission, sorted: `rsync,ssh,tar`. */
export function grantedByReadme(permission: string): string {
  const readme = readFileSync(join(ROOT, "README.md"), "utf8");
  const lists = [...readme.matchAll(new RegExp(`--allow-${permission}=(\\S+)`, "g"))];
  return [...new Set(lists.flatMap(([, list]) => list!.split(",")))].sort().join(",");
}
