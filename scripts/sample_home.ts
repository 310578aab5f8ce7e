/**
 * Makes a home as the documents describe it: the settings that the guide shows, samples in the
 * workspaces, hosts that ssh reaches. So the commands in the documents can run.
 *
 * @module
 */

import { existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { homedir, tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { type Sshd, startSshd } from "../tests/support/sshd.ts";
import { blocksOf, DOCUMENTS } from "./documents.ts";
import { moduleFlags, ROOT } from "./modules.ts";
import { makeSample, type SampleOptions } from "./sample.ts";
import { findProgram } from "./setup.ts";
import type { Outcome } from "./trial.ts";

/** Folders that the documents name by an absolute path; here they are in the sample home. */
const ABSOLUTE = /(?<=[\s=,:]|:\d+)\/(?=(?:data|scratch)\/)/g;

/** A folder for temporary ones; the default one of macOS has a long path. */
const SHORT = existsSync("/tmp") ? "/tmp" : tmpdir();
/** The SHA-256 sum of nothing. */
const EMPTY = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

/** A home, for use with `await using`, which removes it. */
export class SampleHome implements AsyncDisposable {
  /** The folder of everything; its path is short, for an ssh socket. */
  readonly root: string = realpathSync(mkdtempSync(join(SHORT, "xpm-h-")));
  /** The folder `~` on this machine. */
  readonly path: string = this.#folder("home");
  /** The folder `~` on the hosts. */
  readonly remotePath: string = this.#folder("host");
  readonly #bin: string = this.#folder("bin");
  readonly #env: Record<string, string>;
  #sshd: Sshd | undefined;

  private constructor(env: Record<string, string>) {
    this.#env = {
      PATH: [this.#bin, join(this.path, ".deno", "bin"), Deno.env.get("PATH")].join(":"),
      HOME: this.path,
      NO_COLOR: "1",
      DENO_NO_UPDATE_CHECK: "1",
      // earlier downloads also serve here
      DENO_DIR: Deno.env.get("DENO_DIR") ??
        join(Deno.env.get("XDG_CACHE_HOME") ?? join(homedir(), ".cache"), "deno"),
      ...env,
    };
  }

  /**
   * Makes a home in which `jsr:@xpm/copy` is this project, and `xpm-copy` its program. When `env`
   * has a `JSR_URL`, `jsr:@xpm/copy` is the package that it serves.
   */
  static async make(env: Record<string, string> = {}): Promise<SampleHome> {
    const home = await SampleHome.makeBare(env);
    for (
      const path of [
        "host/experiments",
        "host/experiments/main",
        "scratch/me/xpm",
        "work/experiments",
      ]
    ) {
      home.sample(path);
    }
    home.sample("host/experiments", { experimentId: "ls" });
    home.sample("home/experiments/main", { jobs: 2, runId: "20260117_091500" });
    home.write("data/shared/notes.txt", "no workspace\n");
    const single = "xpm-copy-1.2.3-x86_64-unknown-linux-gnu";
    home.write(`work/${single}`, "");
    home.write("work/SHA256SUMS", `${EMPTY}  ${single}\n${EMPTY}  xpm-copy-1.2.3-of-another\n`);
    home.write("home/.local/bin/other", "");
    return home;
  }

  /** The same, with no workspaces and no other files. */
  static async makeBare(env: Record<string, string> = {}): Promise<SampleHome> {
    const home = new SampleHome(env);
    home.#sshd = await startSshd({ environment: { HOME: home.remotePath } });
    home.#writeSettings();
    await home.#writePrograms(env.JSR_URL === undefined);
    return home;
  }

  /** Writes a file: `home/notes.txt`. */
  write(path: string, text: string): void {
    mkdirSync(join(this.root, path, ".."), { recursive: true });
    writeFileSync(join(this.root, path), text);
  }

  /** Makes a sample in a workspace, for example `home/experiments/main` or `host/experiments`. */
  sample(path: string, options: SampleOptions = {}): void {
    makeSample(join(this.root, path), { jobs: 3, ...options });
  }

  /** Runs a script of the documents, and stops at the first failure, as a reader would. */
  async run(script: string, cwd: string = this.#folder("work")): Promise<Outcome> {
    const options = { cwd, env: this.#env, clearEnv: true, stdin: "null" } as const;
    const args = ["-e", "-c", `exec 2>&1\n${script.replace(ABSOLUTE, `${this.root}/`)}`];
    const { code, stdout } = await new Deno.Command("sh", { ...options, args }).output();
    return { code, said: new TextDecoder().decode(stdout) };
  }

  #folder(name: string): string {
    const path = join(this.root, name);
    mkdirSync(path, { recursive: true });
    return path;
  }

  #writeSettings(): void {
    const guide = blocksOf("", DOCUMENTS.get("docs/guide.md")!);
    const settings = guide.find(({ body }) => body.startsWith("workspaces:\n"))!.body;
    this.write("home/.config/experimaestro/settings.yaml", settings);
  }

  async #writePrograms(projectItself: boolean): Promise<void> {
    const { options } = this.#sshd!;
    // the first value wins, so any host and user is the sshd on this machine
    const login = [...options, "-o", "HostName=127.0.0.1", "-l", userInfo().username];
    this.#program("ssh", `exec ${words([(await findProgram("ssh"))!, ...login])} "$@"`);
    const flags = ["--config", `${ROOT}/deno.json`, ...await moduleFlags()];
    const deno = `exec ${words([Deno.execPath()])} "$@"`;
    this.#program("deno", projectItself ? replacing("jsr:@xpm/copy", flags) + deno : deno);
    this.#program("npx", `shift 2; exec deno "$@" # npx --yes deno@VERSION`);
    if (projectItself) this.#program("xpm-copy", `exec deno run -A jsr:@xpm/copy "$@"`);
  }

  #program(name: string, script: string): void {
    writeFileSync(join(this.#bin, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  }

  /** Ends the sshd, and removes the folder. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#sshd?.[Symbol.asyncDispose]();
    rmSync(this.root, { recursive: true });
  }
}

/**
 * The beginning of a script that replaces the package from JSR by this project, in the arguments of
 * a command.
 */
function replacing(name: string, flags: string[]): string {
  return `for word; do
  shift
  case $word in
    ${name}) set -- "$@" ${words([...flags, `${ROOT}/mod.ts`])} ;;
    ${name}/cli) set -- "$@" ${words([...flags, `${ROOT}/cli.ts`])} ;;
    *) set -- "$@" "$word" ;;
  esac
done
`;
}

/** Words, quoted for the shell. */
function words(list: string[]): string {
  return list.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(" ");
}
