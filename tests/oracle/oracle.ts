/**
 * The experiment by which the copy is judged: run once, then run again, both kept aside.
 *
 * @module
 */

import { join } from "@std/path";
import type { Workspace } from "../../lib/workspace/workspace.ts";
import { ensureExperimaestro } from "../../scripts/setup.ts";
import { hasSshd, startSshd } from "../support/sshd.ts";
import { duplicate, Experimaestro, type Judgement, type Listing } from "./experimaestro.ts";
import { changedFiles, jobFiles, links } from "./traces.ts";

/** A folder's name that no shell and no JSON takes as it stands. */
export const ODD = `it's "mine" $(id) é`;

/** The workspace at one moment, and what experimaestro says of it then. */
export interface Version {
  /** Where it is kept. */
  readonly kept: string;
  /** Where its links lead, from the workspace on. */
  readonly links: Map<string, string>;
  /** What experimaestro's commands say. */
  readonly listing: Listing;
  /** What experimaestro loads. */
  readonly judgement: Judgement;
}

/** An experiment that experimaestro ran, in a workspace whose name may be odd. */
export class Oracle {
  private constructor(
    /** A private folder for all of it. */
    readonly root: string,
    /** The name of the workspace's folder. */
    readonly name: string,
    /** experimaestro, with a home in that folder. */
    readonly experimaestro: Experimaestro,
    /** After the experiment was run once. */
    readonly first: Version,
    /** After it was run again. */
    readonly second: Version,
    /** The files of jobs that the second run wrote. */
    readonly rewritten: string[],
  ) {}

  /** Runs the experiment twice with the experimaestro that is in `bin`. */
  static async make(bin: string, name = ODD): Promise<Oracle> {
    const root = Deno.realPathSync(Deno.makeTempDirSync({ prefix: "xpm-oracle-" }));
    try {
      return await Oracle.#run(root, bin, name);
    } catch (error) {
      Deno.removeSync(root, { recursive: true });
      throw error;
    }
  }

  static async #run(root: string, bin: string, name: string): Promise<Oracle> {
    for (const folder of ["home", "kept", "origin"]) Deno.mkdirSync(join(root, folder));
    Deno.writeTextFileSync(join(root, "corpus.txt"), "one corpus\n");
    const experimaestro = new Experimaestro(bin, join(root, "home"));
    const workspace = join(root, "origin", name);
    const keep = async (moment: string): Promise<Version> => {
      const [listing, judgement] = await Promise.all([
        experimaestro.list(workspace),
        experimaestro.judge(workspace),
      ]);
      const version = { kept: join(root, "kept", moment), links: links(workspace, workspace) };
      Deno.renameSync(workspace, version.kept);
      return { ...version, listing, judgement };
    };
    await experimaestro.make(workspace, join(root, "corpus.txt"));
    const first = await keep("first");
    await duplicate(first.kept, workspace);
    const before = jobFiles(workspace);
    await experimaestro.make(workspace, join(root, "corpus.txt"));
    const rewritten = changedFiles(before, jobFiles(workspace));
    return new Oracle(root, name, experimaestro, first, await keep("second"), rewritten);
  }

  /** Where the experiment was made. */
  get source(): string {
    return join(this.root, "origin", this.name);
  }

  /** What the paths in a copy must not lead to. */
  get origin(): string {
    return join(this.root, "origin");
  }

  /** The file outside the workspace that the experiment reads. */
  get corpus(): string {
    return join(this.root, "corpus.txt");
  }

  /** Puts a version where it was made; afterwards there is nothing at that place again. */
  stand({ kept }: Version): Disposable {
    Deno.renameSync(kept, this.source);
    return { [Symbol.dispose]: () => Deno.renameSync(this.source, kept) };
  }

  /** Removes it all. */
  remove(): void {
    Deno.removeSync(this.root, { recursive: true });
  }
}

/**
 * Registers a test on this machine, and one whose two ends are the same remote machine. Each has an
 * experiment of its own; `at` makes a workspace of a path there.
 */
export async function onOneMachine(
  name: string,
  check: (oracle: Oracle, at: (path: string) => Workspace) => Promise<void>,
): Promise<void> {
  const [bin, sshdFound] = [await ensureExperimaestro(), await hasSshd()];
  for (const direction of ["local to local", "remote to remote"] as const) {
    const isRemote = direction === "remote to remote";
    Deno.test({
      name: `${name}, ${direction}`,
      ignore: bin === undefined || isRemote && !sshdFound,
      async fn() {
        const oracle = await Oracle.make(bin!);
        const sshd = isRemote ? await startSshd() : undefined;
        try {
          await check(oracle, (path) => ({ id: path, path, ...(sshd && { ssh: sshd }) }));
        } finally {
          await sshd?.[Symbol.asyncDispose]();
          oracle.remove();
        }
      },
    });
  }
}
