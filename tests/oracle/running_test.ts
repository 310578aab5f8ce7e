import { assertEquals } from "@std/assert";
import { join } from "@std/path";
import { copyExperiment } from "../../lib/copy/copy.ts";
import { ensureExperimaestro } from "../../scripts/setup.ts";
import { Experimaestro } from "./experimaestro.ts";
import { ODD } from "./oracle.ts";

const bin = await ensureExperimaestro();
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

/** Waits until the job `wait` has begun, and those before it are done. */
async function untilRunning(workspace: string): Promise<void> {
  for (const end = Date.now() + PATIENCE; Date.now() < end;) {
    const job = jobOf(workspace, "wait");
    if (job !== undefined && read(join(job, "waited")) === "begun\n") return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error("experimaestro did not start the job");
}

Deno.test({
  name: "copyExperiment() copies an experiment in progress, and the rest when it has ended",
  ignore: bin === undefined,
  async fn(t) {
    const root = Deno.realPathSync(Deno.makeTempDirSync({ prefix: "xpm-oracle-" }));
    for (const folder of ["home", "a", "b"]) Deno.mkdirSync(join(root, folder));
    const [source, path, gate, corpus] = [
      join(root, "a", ODD),
      join(root, "b", ODD),
      join(root, "gate"),
      join(root, "corpus.txt"),
    ];
    Deno.writeTextFileSync(corpus, "one corpus\n");
    const ends = [{ id: "a", path: source }, { id: "b", path }] as const;
    const current = join(path, "experiments", "oracle", "current");
    const experimaestro = new Experimaestro(bin!, join(root, "home"));
    const made = experimaestro.makeWaiting(source, corpus, gate);
    try {
      await Promise.race([made, untilRunning(source)]);
      await t.step("in progress", async () => {
        const result = await copyExperiment(...ends, "oracle", "current");
        console.log(result, jobOf(source, "follow"));
        assertEquals(result.errors, []);
        assertEquals([result.complete, result.runInProgress], [false, true]);
        assertEquals(result.jobsRunning.map(({ taskId }) => taskId), ["xpm_oracle.tasks.wait"]);
        assertEquals([result.run, result.jobsCopied], ["copy", 1]);
        assertEquals(read(current), undefined);
        assertEquals([jobOf(path, "wait"), jobOf(path, "follow")], [undefined, undefined]);
      });
    } finally {
      Deno.writeTextFileSync(gate, "");
      await made;
    }
    await t.step("ended", async () => {
      const result = await copyExperiment(...ends, "oracle", "current");
      assertEquals(result.errors, []);
      assertEquals([result.complete, result.runInProgress], [true, false]);
      assertEquals([result.run, result.jobsCopied, result.jobsSkipped], ["replace", 2, 1]);
      assertEquals(Deno.readLinkSync(current), result.runId);
      assertEquals(read(join(jobOf(path, "follow")!, "followed")), "begun\n");
      assertEquals(await experimaestro.list(path), await experimaestro.list(source));
      assertEquals(await experimaestro.judge(path), await experimaestro.judge(source));
    });
    Deno.removeSync(root, { recursive: true });
  },
});
