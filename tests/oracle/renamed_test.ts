import { assertEquals } from "@std/assert";
import { fromFileUrl, join } from "@std/path";
import { copyExperiment } from "../../lib/copy/copy.ts";
import type { Workspace } from "../../lib/workspace/workspace.ts";
import { ensureExperimaestro } from "../../scripts/setup.ts";
import { hasSshd, type Login, startSshd } from "../support/sshd.ts";
import { Experimaestro } from "./experimaestro.ts";
import { changedFiles, jobFiles, links, traces } from "./traces.ts";

const bin = await ensureExperimaestro();
const sshdFound = await hasSshd();
const SOURCES = fromFileUrl(new URL("./renamed/", import.meta.url));

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

const DIRECTIONS = [
  { name: "local to local", from: false, to: false },
  { name: "local to remote", from: false, to: true },
  { name: "remote to local", from: true, to: false },
  { name: "remote to remote", from: true, to: true },
];

Deno.test({
  name: "copyExperiment() copies what experimaestro kept by links when a task was renamed",
  ignore: bin === undefined,
  async fn(t) {
    const root = Deno.realPathSync(Deno.makeTempDirSync({ prefix: "xpm-renamed-" }));
    const [modules, source] = [join(root, "modules"), join(root, "source")];
    for (const folder of ["home", "modules/xpm_renamed", "copies"]) {
      Deno.mkdirSync(join(root, folder), { recursive: true });
    }
    Deno.writeTextFileSync(join(modules, "xpm_renamed/__init__.py"), "");
    const experimaestro = new Experimaestro(bin!, join(root, "home"), modules);
    const make = (workspace: string, module: string) =>
      experimaestro.run("python", [join(SOURCES, "make.py"), workspace, module]);
    install(modules, { "before.py": "tasks.py" });
    await make(source, "xpm_renamed.tasks");
    install(modules, { "after.py": "tasks.py", "models.py": "models.py" });
    await experimaestro.run("experimaestro", ["deprecated", "list", source, "--fix"]);
    const computed = jobFiles(source);
    await make(source, "xpm_renamed.models");
    assertEquals(written(computed, source), []);
    const [listed, led] = [await experimaestro.list(source), links(source, source)];
    const renamed = [...led.keys()].filter((path) => path.startsWith("jobs/"));
    assertEquals(renamed.map((path) => path.split("/")[1]), ["xpm_renamed.models.train"]);

    await using sshd = sshdFound ? await startSshd() : undefined;
    for (const { name, from, to } of DIRECTIONS) {
      const at = (path: string, remote: boolean, ssh: Login = sshd!): Workspace => ({
        ...{ id: path, path },
        ...(remote && { ssh }),
      });
      await t.step({
        name,
        ignore: (from || to) && !sshdFound,
        async fn() {
          const path = join(root, "copies", name);
          const result = await copyExperiment(
            at(source, from, to ? sshd?.elsewhere : sshd),
            at(path, to),
            ...["renamed", "current"] as const,
          );
          assertEquals([result.errors, result.jobsMissing, result.complete], [[], [], true]);
          Deno.renameSync(source, `${source} is away`);
          try {
            assertEquals(traces(path, `${source}/`), []);
            const here = [...led].filter(([link]) => !/^experiments\/.*\/\d{8}_/.test(link));
            const there = links(path, path);
            for (const [link, target] of here) assertEquals(there.get(link), target);
            assertEquals((await experimaestro.list(path)).jobs, listed.jobs);
            assertEquals((await experimaestro.list(path)).orphans, "No orphan jobs found.\n");
            const before = jobFiles(path);
            await make(path, "xpm_renamed.models");
            assertEquals(written(before, path), []);
          } finally {
            Deno.renameSync(`${source} is away`, source);
          }
        },
      });
    }
    Deno.removeSync(root, { recursive: true });
  },
});
