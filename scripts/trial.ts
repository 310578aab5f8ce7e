/**
 * A place to try a package in: folders of its own, programs run there, each step told.
 *
 * @module
 */

import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startSshd } from "../tests/support/sshd.ts";
import { ROOT } from "./modules.ts";
import { makeSample } from "./sample.ts";

/** What a program that was run has said. */
export interface Outcome {
  /** Its exit code. */
  code: number;
  /** All it printed. */
  said: string;
}

/** Runs the package's program with arguments. */
export type Program = (args: string[]) => Promise<Outcome>;

/** Where something is tried; it goes in the end. */
export class Trial implements Disposable {
  /** The folder; short, for the path of an ssh socket. */
  readonly root: string = realpathSync(mkdtempSync(join(tmpdir(), "xpm-t-")));
  /** What programs find in their environment. */
  readonly #env: Record<string, string>;
  readonly #experimentId: string;

  /** @param env What programs find in their environment; `ROOT` there stands for the folder. */
  constructor(env: Record<string, string> = {}) {
    const own = Object.entries(env).map((
      [name, value],
    ) => [name, value.replace("ROOT", this.root)]);
    // npx is answered beforehand, for nobody is there
    this.#env = {
      NO_COLOR: "1",
      npm_config_yes: "true",
      TMPDIR: this.folder("tmp"),
      ...Object.fromEntries(own),
    };
    this.#experimentId = makeSample(join(this.root, "from"), { jobs: 3 }).experimentId;
  }

  /** A folder of that name, made if need be. */
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

  /** Runs a program in a terminal; once it shows `cue`, `answer` is typed there. */
  async runInTerminal(words: string[], cue: string, answer: string): Promise<Outcome> {
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
      const known = said.includes(cue);
      said += piece;
      if (known || !said.includes(cue)) continue;
      await new Promise((resolve) => setTimeout(resolve, 300)); // until it listens
      await keyboard.write(new TextEncoder().encode(answer));
    }
    const { code } = await child.status;
    await keyboard.close().catch(() => {}); // nobody reads any more
    return { code, said };
  }

  /** Copies a sample of three jobs on this machine. */
  async copy(step: string, program: Program): Promise<void> {
    const to = join(this.folder("to"), step.replace(/\W/g, "-"));
    await this.#copy(step, { id: "to", path: to }, program);
  }

  /** The same, to this machine by way of ssh. */
  async copyOverSsh(step: string, program: Program): Promise<void> {
    await using sshd = await startSshd();
    const to = join(this.folder("to"), step.replace(/\W/g, "-"));
    const ssh = { host: sshd.host, options: sshd.options };
    await this.#copy(step, { id: "to", path: to, ssh }, program);
  }

  /** The same, from this machine by way of ssh. */
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
   * Writes settings with the sample's workspace, of which `from` may say more, and another; gives the
   * arguments that name them.
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

/** Says how one step went; throws when it did not go as it should. */
export function report(step: string, { code, said }: Outcome, expected = ""): void {
  if (code !== 0 || !said.includes(expected)) throw new Error(`${step}: exit ${code}\n${said}`);
  console.log(`ok  ${step}`);
}

/** All that the README's commands grant of a permission, sorted: `rsync,ssh,tar`. */
export function grantedByReadme(permission: string): string {
  const readme = readFileSync(join(ROOT, "README.md"), "utf8");
  const lists = [...readme.matchAll(new RegExp(`--allow-${permission}=(\\S+)`, "g"))];
  return [...new Set(lists.flatMap(([, list]) => list!.split(",")))].sort().join(",");
}
