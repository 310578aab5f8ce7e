import { assertEquals } from "@std/assert";
import { fromFileUrl, join } from "@std/path";
import { copyExperiment } from "../../lib/copy/copy.ts";
import type { Workspace } from "../../lib/workspace/workspace.ts";
import { ensureExperimaestro } from "../../scripts/setup.ts";
import { hasSshd, type Login, startSshd } from "../support/sshd.ts";
import { Experimaestro } from "./experimaestro.ts";
import { computed } from "./faithful.ts";
import { changedFiles, jobFiles, links, traces } from "./traces.ts";

const bin = await ensureExperimaestro();
const sshdFound = await hasSshd();
const MAKE = fromFileUrl(new URL("./xpm_shared/make.py", import.meta.url));

const DIRECTIONS = [
  { name: "local to local", from: false, to: false },
  { name: "local to remote", from: false, to: true },
  { name: "remote to local", from: true, to: false },
  { name: "remote to remote", from: true, to: true },
];

Deno.test({
  name: "copyExperiment() brings the folders that jobs share, and experimaestro goes on from there",
  ignore: bin === undefined,
  async fn(t) {
    const root = Deno.realPathSync(Deno.makeTempDirSync({ prefix: "xpm-shared-" }));
    for (const folder of ["home", "copies"]) Deno.mkdirSync(join(root, folder));
    const source = join(root, "source");
    const experimaestro = new Experimaestro(bin!, join(root, "home"));
    const make = (workspace: string, ...epochs: string[]) =>
      experimaestro.run("python", [MAKE, workspace, ...epochs]);
    await make(source, "2", "5");
    const [judged, led] = [await experimaestro.judge(source), links(source, source)];
    const [shared] = [...led.values()].filter((target) => target.includes("partials/"));
    const foundBy = (workspace: string) =>
      [...Deno.readDirSync(join(workspace, "jobs/xpm_shared.tasks.train"))].map(({ name }) =>
        Deno.readTextFileSync(join(workspace, "jobs/xpm_shared.tasks.train", name, "found.txt"))
      ).sort();
    assertEquals(foundBy(source), ["0", "2"]);

    await using sshd = sshdFound ? await startSshd() : undefined;
    for (const { name, from, to } of DIRECTIONS) {
      const at = (path: string, remote: boolean, ssh: Login = sshd!): Workspace => ({
        ...{ id: path, path },
        ...(remote && { ssh: { host: ssh.host, options: ssh.options } }),
      });
      await t.step({
        name,
        ignore: (from || to) && !sshdFound,
        async fn() {
          const path = join(root, "copies", name);
          const result = await copyExperiment(
            at(source, from, to ? sshd?.elsewhere : sshd),
            at(path, to),
            ...["oracle", "current"] as const,
          );
          const { errors, partialsCopied, complete } = result;
          assertEquals([errors, partialsCopied, complete], [[], 1, true]);
          Deno.renameSync(source, `${source} is away`);
          try {
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
          } finally {
            Deno.renameSync(`${source} is away`, source);
          }
        },
      });
    }
    Deno.removeSync(root, { recursive: true });
  },
});
