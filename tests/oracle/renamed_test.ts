import { assertEquals } from "@std/assert";
import { fromFileUrl, join } from "@std/path";
import { ensureExperimaestro } from "../../scripts/setup.ts";
import { inEachDirection, useSshd } from "../support/directions.ts";
import { Experimaestro, type Listing, takeAway } from "./experimaestro.ts";
import { changedFiles, jobFiles, links, traces } from "./traces.ts";

useSshd({ logins: "each" });

const bin = await ensureExperimaestro();
const SOURCES = fromFileUrl(new URL("./renamed/", import.meta.url));

let root: string;
let source: string;
let experimaestro: Experimaestro;
let listed: Listing;

function make(workspace: string, module: string): Promise<string> {
  return experimaestro.run("python", [join(SOURCES, "make.py"), workspace, module]);
}

/** Puts files in the place of a module's. */
function install(modules: string, files: Record<string, string>): void {
  for (const [from, to] of Object.entries(files)) {
    Deno.copyFileSync(join(SOURCES, from), join(modules, "xpm_renamed", to));
  }
}

/** The files of jobs that were written since, but for what experimaestro notes of any job. */
function written(before: Map<string, string>, workspace: string): string[] {
  return changedFiles(before, jobFiles(workspace))
    .filter((path) => !path.endsWith("/.experimaestro/status.json"));
}

Deno.test.beforeAll(async () => {
  if (bin === undefined) return;
  root = Deno.realPathSync(Deno.makeTempDirSync({ prefix: "xpm-renamed-" }));
  source = join(root, "source");
  const modules = join(root, "modules");
  for (const folder of ["home", "modules/xpm_renamed"]) {
    Deno.mkdirSync(join(root, folder), { recursive: true });
  }
  Deno.writeTextFileSync(join(modules, "xpm_renamed/__init__.py"), "");
  experimaestro = new Experimaestro(bin, join(root, "home"), modules);
  install(modules, { "before.py": "tasks.py" });
  await make(source, "xpm_renamed.tasks");
  install(modules, { "after.py": "tasks.py", "models.py": "models.py" });
  await experimaestro.run("experimaestro", ["deprecated", "list", source, "--fix"]);
  const computed = jobFiles(source);
  await make(source, "xpm_renamed.models");
  assertEquals(written(computed, source), []);
  listed = await experimaestro.list(source);
});

Deno.test.afterAll(() => {
  if (bin !== undefined) Deno.removeSync(root, { recursive: true });
});

inEachDirection(
  "copyExperiment() copies what experimaestro kept by links when a task was renamed",
  async (pair) => {
    const led = links(source, source);
    const renamed = [...led.keys()].filter((path) => path.startsWith("jobs/"));
    assertEquals(renamed.map((path) => path.split("/")[1]), ["xpm_renamed.models.train"]);
    const between = pair.between({ source, destination: pair.direction });
    const { path } = between.destination;
    const result = await between.copy({ experimentId: "renamed", runId: "current" });
    assertEquals([result.errors, result.jobsMissing, result.complete], [[], [], true]);
    using _away = takeAway(source);
    assertEquals(traces(path, `${source}/`), []);
    const here = [...led].filter(([link]) => !/^experiments\/.*\/\d{8}_/.test(link));
    const there = links(path, path);
    for (const [link, target] of here) assertEquals(there.get(link), target);
    assertEquals((await experimaestro.list(path)).jobs, listed.jobs);
    assertEquals((await experimaestro.list(path)).orphans, "No orphan jobs found.\n");
    const before = jobFiles(path);
    await make(path, "xpm_renamed.models");
    assertEquals(written(before, path), []);
  },
  { ignore: bin === undefined },
);
