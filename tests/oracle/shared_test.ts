import { assertEquals } from "@std/assert";
import { fromFileUrl, join } from "@std/path";
import { ensureExperimaestro } from "../../scripts/setup.ts";
import { inEachDirection, useSshd } from "../support/directions.ts";
import { Experimaestro, type Judgement, takeAway } from "./experimaestro.ts";
import { computed } from "./faithful.ts";
import { changedFiles, jobFiles, links, traces } from "./traces.ts";

useSshd({ logins: "each" });

const bin = await ensureExperimaestro();
const MAKE = fromFileUrl(new URL("./xpm_shared/make.py", import.meta.url));

let root: string;
let source: string;
let experimaestro: Experimaestro;
let judged: Judgement;

function make(workspace: string, ...epochs: string[]): Promise<string> {
  return experimaestro.run("python", [MAKE, workspace, ...epochs]);
}

/** What the jobs of a workspace have found, each when it began. */
function foundBy(workspace: string): string[] {
  const task = join(workspace, "jobs/xpm_shared.tasks.train");
  return [...Deno.readDirSync(task)].map(({ name }) =>
    Deno.readTextFileSync(join(task, name, "found.txt"))
  ).sort();
}

Deno.test.beforeAll(async () => {
  if (bin === undefined) return;
  root = Deno.realPathSync(Deno.makeTempDirSync({ prefix: "xpm-shared-" }));
  Deno.mkdirSync(join(root, "home"));
  source = join(root, "source");
  experimaestro = new Experimaestro(bin, join(root, "home"));
  await make(source, "2", "5");
  judged = await experimaestro.judge(source);
});

Deno.test.afterAll(() => {
  if (bin !== undefined) Deno.removeSync(root, { recursive: true });
});

inEachDirection(
  "copyExperiment() brings the folders that jobs share, and experimaestro goes on from there",
  async (pair) => {
    const led = links(source, source);
    const [shared] = [...led.values()].filter((target) => target.includes("partials/"));
    assertEquals(foundBy(source), ["0", "2"]);
    const between = pair.between({ source, destination: pair.direction });
    const { path } = between.destination;
    const result = await between.copy({ experimentId: "oracle", runId: "current" });
    const { errors, partialsCopied, complete } = result;
    assertEquals([errors, partialsCopied, complete], [[], 1, true]);
    using _away = takeAway(source);
    // what the scheduler has told a job of its locks is history, as its script is
    const left = traces(path, `${source}/`).filter((each) => !each.endsWith("/locks.json"));
    assertEquals(left, []);
    assertEquals(links(path, path), led);
    assertEquals(await experimaestro.judge(path), judged);
    const before = jobFiles(path);
    await make(path, "2", "5");
    assertEquals(computed(changedFiles(before, jobFiles(path))), []);
    await make(path, "2", "5", "9");
    assertEquals(foundBy(path), ["0", "2", "5"]);
    assertEquals(
      Deno.readTextFileSync(join(path, shared!.replace("<workspace>/", ""), "at.txt")),
      "9",
    );
  },
  { ignore: bin === undefined },
);
