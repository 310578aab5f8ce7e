import { assertEquals } from "@std/assert";
import { dirname, join } from "@std/path";
import { resolveCurrentRun } from "../../lib/inspect/browse.ts";
import { makeSample } from "../../scripts/sample.ts";
import { ensureExperimaestro } from "../../scripts/setup.ts";
import { Experimaestro } from "./experimaestro.ts";

const bin = await ensureExperimaestro();

const OLD = "20260101_000000";
const RUN = "20260118_170744";

/** A workspace with these runs, and with these links for the current one. */
function makeRuns(path: string, runIds: string[], links: Record<string, string>): void {
  for (const runId of runIds) makeSample(path, { runId, jobs: 1 });
  Deno.removeSync(join(path, "experiments/neuralir/current"));
  for (const [place, target] of Object.entries(links)) {
    Deno.mkdirSync(dirname(join(path, place)), { recursive: true });
    Deno.symlinkSync(target, join(path, place));
  }
}

Deno.test({
  name: "resolveCurrentRun() answers as experimaestro does, with a link or without",
  ignore: bin === undefined,
  async fn() {
    const root = Deno.makeTempDirSync({ prefix: "xpm-oracle-" });
    try {
      Deno.mkdirSync(join(root, "home"));
      const experimaestro = new Experimaestro(bin!, join(root, "home"));
      const cases: [runIds: string[], links: Record<string, string>, current: string][] = [
        [[OLD, RUN], { "experiments/neuralir/current": OLD }, OLD],
        [[OLD, RUN], {}, RUN],
        [[RUN, `${RUN}.2`, `${RUN}.10`], {}, `${RUN}.2`],
        [[RUN, "baseline"], {}, "baseline"],
        [
          [OLD, RUN],
          { ".experimaestro/experiments/neuralir": `../../experiments/neuralir/${OLD}` },
          OLD,
        ],
      ];
      for (const [at, [runIds, links, current]] of cases.entries()) {
        const path = join(root, String(at));
        makeRuns(path, runIds, links);
        const ours = await resolveCurrentRun({ id: "x", path }, "neuralir");
        assertEquals([ours, await experimaestro.current(path, "neuralir")], [current, current]);
      }
    } finally {
      Deno.removeSync(root, { recursive: true });
    }
  },
});
