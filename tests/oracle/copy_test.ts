import { assert, assertEquals } from "@std/assert";
import { join } from "@std/path";
import { copyExperiment } from "../../lib/copy/copy.ts";
import type { Workspace } from "../../lib/workspace/workspace.ts";
import { ensureExperimaestro } from "../../scripts/setup.ts";
import { inEachDirection, onEachHost, type Pair, useSshd } from "../support/directions.ts";
import { duplicate } from "./experimaestro.ts";
import { assertFaithful, failedJobs, jobsOf } from "./faithful.ts";
import { ODD, Oracle } from "./oracle.ts";
import { toAbsolutePaths } from "./older.ts";
import { jobFiles, links, traces } from "./traces.ts";

useSshd({ logins: "each" });

const bin = await ensureExperimaestro();
const ignore = bin === undefined;
const HASH = /[0-9a-f]{64}/g;

let oracle: Oracle;

Deno.test.beforeAll(async () => {
  if (bin !== undefined) oracle = await Oracle.make(bin);
});

Deno.test.afterAll(() => {
  if (bin !== undefined) oracle.remove();
});

function workspace(path: string): Workspace {
  return { id: path, path };
}

/** A new path for a copy, as odd as the source's. */
function newPath(name: string): string {
  Deno.mkdirSync(join(oracle.root, name));
  return join(oracle.root, name, `${ODD}, a copy`);
}

/** A pair of the experiment's workspace and a new path. */
function ofOracle(pair: Pair, name: string): Pair {
  return pair.between({ source: oracle.source, destination: newPath(name) });
}

const RUN = { experimentId: "oracle", runId: "current" };

Deno.test({
  name: "traces() finds the source in every kind of file that has its path",
  ignore,
  fn() {
    const found = traces(oracle.first.kept, oracle.origin).map((path) =>
      path.replace(HASH, "J").replace(/\.tasks\.\w+/, ".T").replace(/\d{8}_\d{6}/, "R")
    );
    assertEquals([...new Set(found)].sort(), [
      "experiments/oracle/R/data/default/experimaestro.json",
      "experiments/oracle/R/jobs/xpm_oracle.T/J",
      "experiments/oracle/R/objects.jsonl",
      "experiments/oracle/R/status.json",
      "jobs/xpm_oracle.T/J/.experimaestro/status.json",
      "jobs/xpm_oracle.T/J/checkpoint",
      "jobs/xpm_oracle.T/J/params.json",
    ]);
  },
});

Deno.test({
  name: "experimaestro itself runs only the failed job again",
  ignore,
  fn() {
    assertEquals(jobsOf(oracle.rewritten), failedJobs(oracle));
    assertEquals(failedJobs(oracle).length, 1);
  },
});

inEachDirection(
  "copyExperiment() makes what experimaestro takes for its own",
  async (pair) => {
    assertEquals(oracle.first.links.size, 10); // current, seven jobs, two to checkpoints
    const { source, destination } = ofOracle(pair, pair.direction);
    await assertFaithful(oracle, source, destination);
  },
  { ignore },
);

Deno.test({
  name: "copyExperiment() misses no job that the run did without",
  ignore,
  async fn() {
    const { experimaestro, source, origin, first, second } = oracle;
    const path = newPath("second run");
    for (const version of [first, second]) {
      using _there = oracle.stand(version);
      const result = await copyExperiment(workspace(source), workspace(path), "oracle", "current");
      assertEquals([result.jobsMissing, result.jobsSkipped, result.complete], [
        [],
        version === first ? 2 : 9,
        true,
      ]);
    }
    assertEquals(traces(path, origin), []);
    assertEquals(await experimaestro.list(path), second.listing);
    assertEquals((await experimaestro.judge(path)).saved, second.judgement.saved);
  },
});

Deno.test({
  name: "copyExperiment() relocates the absolute paths of experimaestro before 2.4",
  ignore,
  async fn() {
    const { experimaestro, source, origin, first } = oracle;
    const path = newPath("older");
    const older = { ...first, kept: join(oracle.root, "kept", "older") };
    await duplicate(first.kept, older.kept);
    {
      using _there = oracle.stand(older);
      toAbsolutePaths(source);
      const files = traces(source, `"value":"${origin}`).filter((file) =>
        file.endsWith("params.json")
      );
      assertEquals(files.length, 7);
      const result = await copyExperiment(workspace(source), workspace(path), "oracle", "current");
      assert(result.complete);
    }
    assertEquals(traces(path, origin), []);
    assertEquals(await experimaestro.judge(path), first.judgement);
  },
});

onEachHost(
  "copyExperiment() makes what experimaestro takes for its own, now some, later the rest",
  async (pair) => {
    const { experimaestro, origin, first } = oracle;
    const between = ofOracle(pair, `the rest, ${pair.direction}`);
    const { path } = between.destination;
    const copy = (exclude: string[]) => between.copy(RUN, { exclude });
    {
      using _there = oracle.stand(first);
      assert((await copy(["*.out", "*.err"])).complete);
    }
    const ends = [".out", ".err"];
    const lacking = (paths: Iterable<string>) =>
      [...paths].filter((file) => ends.some((end) => file.endsWith(end)));
    assertEquals(lacking(jobFiles(path).keys()), []);
    assert(Deno.statSync(join(path, ".xpm-copy/partial/jobs")).isDirectory);
    assertEquals(await experimaestro.list(path), first.listing);
    await experimaestro.judge(path); // it loads what is there
    {
      using _there = oracle.stand(first);
      const rest = await copy([]);
      assertEquals([rest.errors, rest.jobsCompleted.length, rest.complete], [[], 7, true]);
    }
    assert(lacking(jobFiles(path).keys()).length >= 7);
    assertEquals(traces(path, origin), []);
    assertEquals(links(path, path), first.links);
    assertEquals(await experimaestro.list(path), first.listing);
    assertEquals(await experimaestro.judge(path), first.judgement);
  },
  { ignore },
);

onEachHost(
  "copyExperiment() of some jobs makes what experimaestro accepts, and of the rest too",
  async (pair) => {
    const { experimaestro, origin, first } = oracle;
    const between = ofOracle(pair, `some jobs, ${pair.direction}`);
    const { path } = between.destination;
    const copy = (states?: ["failed"]) => between.copy(RUN, { ...(states && { states }) });
    {
      using _there = oracle.stand(first);
      const some = await copy(["failed"]);
      assertEquals([some.errors, some.complete], [[], true]);
      assert(some.jobsOmitted > 0);
    }
    assertEquals(traces(path, origin), []);
    await experimaestro.list(path); // it takes the workspace, and the run with some of its jobs
    await experimaestro.judge(path);
    {
      using _there = oracle.stand(first);
      const rest = await copy();
      assertEquals([rest.errors, rest.jobsOmitted, rest.complete], [[], 0, true]);
    }
    assertEquals(traces(path, origin), []);
    assertEquals(links(path, path), first.links);
    assertEquals(await experimaestro.list(path), first.listing);
    assertEquals(await experimaestro.judge(path), first.judgement);
  },
  { ignore },
);

for (const form of ["since 2.4", "before 2.4"]) {
  Deno.test({
    name: `copyExperiment() makes what experimaestro loads of a workspace moved by hand, ${form}`,
    ignore,
    async fn() {
      const { experimaestro, origin, first } = oracle;
      const [moved, path] = [newPath(`moved, ${form}`), newPath(`moved copy, ${form}`)];
      await duplicate(first.kept, moved);
      if (form === "before 2.4") toAbsolutePaths(moved, oracle.source);
      const result = await copyExperiment(workspace(moved), workspace(path), "oracle", "current");
      assertEquals([result.errors, result.complete], [[], true]);
      // a service's folder is in the workspace, but in no folder that experimaestro makes
      const left = traces(path, origin).map((file) => file.replace(/\d{8}_\d{6}/, "R"));
      assertEquals(left, ["experiments/oracle/R/status.json"]);
      const { services: _, ...judgement } = await experimaestro.judge(path);
      const { services: __, ...expected } = first.judgement;
      assertEquals(judgement, expected);
      assertEquals(links(path, path), first.links);
    },
  });
}
