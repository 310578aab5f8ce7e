/**
 * experimaestro itself, as the judge of our copies.
 *
 * @module
 */

import { existsSync } from "node:fs";
import { fromFileUrl, join, resolve } from "@std/path";

const HERE = fromFileUrl(new URL(".", import.meta.url));

/** What experimaestro's own commands say of a workspace. */
export interface Listing {
  /** `experiments list`. */
  experiments: string;
  /** `jobs list`, tags shown. */
  jobs: string;
  /** `orphans`. */
  orphans: string;
}

/** What experimaestro loads from a workspace; paths begin with `<workspace>/`. */
export interface Judgement {
  /** The current run. */
  current: string;
  /** The experiment's runs. */
  runs: string[];
  /** Each job's configuration and instance, by `task/job`. */
  jobs: Record<string, [configuration: unknown, instance: unknown]>;
  /** The jobs' configurations, as the current run has them, by id; null before 2.3. */
  run: Record<string, unknown> | null;
  /** What was saved with the experiment, loaded in three ways. */
  saved: unknown;
  /** The state of each service. */
  services: Record<string, unknown>;
}

/** How often a run is tried that experimaestro does not end well. */
const MOST_ATTEMPTS = 3;

/** Whether each run of the experiment has a state. */
function hasEnded(workspace: string): boolean {
  const experiment = join(workspace, "experiments", "oracle");
  return [...Deno.readDirSync(experiment)].filter(({ isDirectory }) => isDirectory)
    .every(({ name }) => Deno.statSync(join(experiment, name, "status.json")).size > 0);
}

/** Copies a folder with its times. */
export async function duplicate(from: string, to: string): Promise<void> {
  const { success } = await new Deno.Command("cp", { args: ["-a", from, to] }).output();
  if (!success) throw new Error(`cp -a could not copy ${from}`);
}

/** Takes a folder away; in the end it is back at its place. */
export function takeAway(path: string): Disposable {
  const away = `${path} is away`;
  Deno.renameSync(path, away);
  return { [Symbol.dispose]: () => Deno.renameSync(away, path) };
}

/** experimaestro, installed in `bin`, with a home and settings of its own. */
export class Experimaestro {
  /** @param modules Where modules of tasks are. Default: beside this file. */
  constructor(
    private readonly bin: string,
    private readonly home: string,
    private readonly modules = HERE,
  ) {}

  /**
   * Runs the experiment `oracle` in a workspace; once more when experimaestro itself failed while it
   * ended: 2.0.7 leaves an empty `status.json` in one of sixty runs.
   */
  async make(workspace: string, source: string): Promise<void> {
    const before = `${workspace} before`;
    if (existsSync(workspace)) await duplicate(workspace, before);
    for (let attempt = 1;; attempt++) {
      await this.run("python", ["-m", "xpm_oracle.make", workspace, source]);
      if (hasEnded(workspace) || attempt === MOST_ATTEMPTS) break;
      Deno.removeSync(workspace, { recursive: true });
      if (existsSync(before)) await duplicate(before, workspace);
    }
    if (existsSync(before)) Deno.removeSync(before, { recursive: true });
  }

  /** Runs an experiment `oracle` that is in progress until the file `gate` is there. */
  async makeWaiting(workspace: string, source: string, gate: string): Promise<void> {
    await this.run("python", ["-m", "xpm_oracle.wait", workspace, source, gate]);
  }

  /** What experimaestro's own commands say. */
  async list(workspace: string): Promise<Listing> {
    return JSON.parse(await this.run("python", [join(HERE, "list.py"), workspace]));
  }

  /** What experimaestro loads. */
  async judge(workspace: string): Promise<Judgement> {
    return JSON.parse(await this.run("python", [join(HERE, "judge.py"), workspace]));
  }

  /** The run that experimaestro takes for the current one. */
  async current(workspace: string, experimentId: string): Promise<string> {
    const args = [join(HERE, "current.py"), workspace, experimentId];
    return (await this.run("python", args)).trim();
  }

  /** Runs `experimaestro` with the arguments of a line that a user would type. */
  async type(line: string): Promise<string> {
    const command = `PATH=$1:$PATH; ${line}`;
    return await this.run("/bin/sh", ["-euc", command, "sh", this.bin]);
  }

  /** Runs one of its programs; answers what that prints. */
  async run(program: string, args: string[]): Promise<string> {
    const command = new Deno.Command(resolve(this.bin, program), {
      args,
      clearEnv: true,
      env: {
        PATH: Deno.env.get("PATH") ?? "",
        HOME: this.home,
        PYTHONPATH: this.modules,
        PYTHONDONTWRITEBYTECODE: "1",
        PYTHONUTF8: "1",
        NO_COLOR: "1",
      },
      stdin: "null",
    });
    const { success, stdout, stderr } = await command.output();
    const decoder = new TextDecoder();
    if (!success) throw new Error(`${program} ${args.join(" ")}: ${decoder.decode(stderr)}`);
    return decoder.decode(stdout);
  }
}
