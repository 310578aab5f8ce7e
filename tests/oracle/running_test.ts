import { assertEquals } from "@std/assert";
import { join } from "@std/path";
import { copyExperiment } from "../../lib/copy/copy.ts";
import type { JobId } from "../../lib/workspace/layout.ts";
import { ensureExperimaestro } from "../../scripts/setup.ts";
import { hasSshd, startSshd } from "../support/sshd.ts";
import { Experimaestro } from "./experimaestro.ts";
import { ODD } from "./oracle.ts";

const bin = await ensureExperimaestro();
const sshdFound = await hasSshd();
/** How long experimaestro may take to start a job, in milliseconds. */
const PATIENCE = 60_000;

/** The folder of the only job of a task. */
function jobOf(workspace: string, task: string): string | undefined {
  const folder = join(workspace, "jobs", `xpm_oracle.tasks.${task}`);
  try {
    return [...Deno.readDirSync(folder)].map(({ name }) => join(folder, name))[0];
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** The text of a file; undefined when there is none. */
function read(path: string): string | undefined {
  try {
    return Deno.readTextFileSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** The run that `current` names; undefined when there is no `current`. */
function currentOf(workspace: string): string | undefined {
  try {
    return Deno.readLinkSync(join(workspace, "experiments", "oracle", "current"));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** The last names of the jobs' tasks. */
function tasks(jobs: JobId[]): (string | undefined)[] {
  return jobs.map(({ taskId }) => taskId.split(".").at(-1));
}

/** Waits until the job `wait` has begun, and those before it are done. */
async function untilRunning(workspace: string): Promise<void> {
  for (const end = Date.now() + PATIENCE; Date.now() < end;) {
    const job = jobOf(workspace, "wait");
    if (job !== undefined && read(join(job, "waited")) === "begun\n") return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error("experimaestro did not start the job");
}

for (const remote of [false, true]) {
  Deno.test({
    name:
      `copyExperiment() copies an experiment in progress, and the rest when it has ended, from a ${
        remote ? "remote" : "local"
      } workspace`,
    ignore: bin === undefined || remote && !sshdFound,
    async fn() {
      const root = Deno.realPathSync(Deno.makeTempDirSync({ prefix: "xpm-oracle-" }));
      await using cleaning = new AsyncDisposableStack();
      cleaning.defer(() => Deno.removeSync(root, { recursive: true }));
      for (const folder of ["home", "a", "b"]) Deno.mkdirSync(join(root, folder));
      const [source, path] = [join(root, "a", ODD), join(root, "b", ODD)];
      const [corpus, gate] = [join(root, "corpus.txt"), join(root, "gate")];
      Deno.writeTextFileSync(corpus, "one corpus\n");
      const ssh = remote ? cleaning.use(await startSshd()) : undefined;
      const from = { id: "a", path: source, ...(ssh && { ssh }) };
      const copy = () => copyExperiment(from, { id: "b", path }, "oracle", "current");

      const experimaestro = new Experimaestro(bin!, join(root, "home"));
      const made = experimaestro.makeWaiting(source, corpus, gate);
      try {
        await Promise.race([made, untilRunning(source)]);
        const early = await copy();
        assertEquals(early.errors, []);
        assertEquals([early.run, early.runInProgress, early.complete], ["copy", true, false]);
        assertEquals([early.jobsCopied, tasks(early.jobsRunning)], [1, ["wait"]]);
        assertEquals(tasks(early.jobsMissing), ["follow"]);
        assertEquals([jobOf(path, "wait"), jobOf(path, "follow")], [undefined, undefined]);
        assertEquals(currentOf(path), undefined);
        const { jobs, orphans } = await experimaestro.list(path);
        assertEquals(jobs.match(/^\w+ +\S+(?=\/)/gm), [
          "DONE    xpm_oracle.tasks.prepare",
          "UNSCHED xpm_oracle.tasks.wait",
          "UNSCHED xpm_oracle.tasks.follow",
        ]);
        assertEquals(orphans, "No orphan jobs found.\n");
      } finally {
        Deno.writeTextFileSync(gate, "");
        await made;
      }
      const late = await copy();
      assertEquals(late.errors, []);
      assertEquals([late.run, late.runInProgress, late.complete], ["replace", false, true]);
      assertEquals([late.jobsCopied, late.jobsSkipped], [2, 1]);
      assertEquals(currentOf(path), currentOf(source));
      assertEquals(read(join(jobOf(path, "follow")!, "followed")), "ended\n");
      assertEquals(await experimaestro.list(path), await experimaestro.list(source));
      assertEquals(await experimaestro.judge(path), await experimaestro.judge(source));
    },
  });
}
