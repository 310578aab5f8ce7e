import { assert, assertEquals } from "@std/assert";
import { join } from "@std/path";
import { copyExperiment } from "../../lib/copy/copy.ts";
import type { Workspace } from "../../lib/workspace/workspace.ts";
import { ensureExperimaestro } from "../../scripts/setup.ts";
import { hasSshd, type Login, type Sshd, startSshd } from "../support/sshd.ts";
import { duplicate } from "./experimaestro.ts";
import { assertFaithful, failedJobs, jobsOf } from "./faithful.ts";
import { ODD, Oracle } from "./oracle.ts";
import { toAbsolutePaths } from "./older.ts";
import { jobFiles, links, traces } from "./traces.ts";

const bin = await ensureExperimaestro();
const sshdFound = await hasSshd();
const HASH = /[0-9a-f]{64}/g;

let oracle: Oracle;
let sshd: Sshd | undefined;

Deno.test.beforeAll(async () => {
  if (bin === undefined) return;
  oracle = await Oracle.make(bin);
  if (sshdFound) sshd = await startSshd();
});

Deno.test.afterAll(async () => {
  if (bin === undefined) return;
  await sshd?.[Symbol.asyncDispose]();
  oracle.remove();
});

/** A workspace here, or the same folder as another machine would have it. */
function workspace(path: string, remote = false, ssh: Login = sshd!): Workspace {
  return { id: path, path, ...(remote && { ssh }) };
}

/** A new path for a copy, as odd as the source's. */
function newPath(name: string): string {
  Deno.mkdirSync(join(oracle.root, name));
  return join(oracle.root, name, `${ODD}, a copy`);
}

Deno.test({
  name: "traces() finds the source in every kind of file that has its path",
  ignore: bin === undefined,
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
  ignore: bin === undefined,
  fn() {
    assertEquals(jobsOf(oracle.rewritten), failedJobs(oracle));
    assertEquals(failedJobs(oracle).length, 1);
  },
});

const DIRECTIONS = [
  { name: "local to local", from: false, to: false },
  { name: "local to remote", from: false, to: true },
  { name: "remote to local", from: true, to: false },
  { name: "remote to remote", from: true, to: true },
];

for (const { name, from, to } of DIRECTIONS) {
  Deno.test({
    name: `copyExperiment() makes what experimaestro takes for its own, ${name}`,
    ignore: bin === undefined || (from || to) && !sshdFound,
    async fn() {
      assertEquals(oracle.first.links.size, 10); // current, seven jobs, two to checkpoints
      const source = workspace(oracle.source, from, to ? sshd?.elsewhere : sshd);
      const destination = workspace(newPath(name), to);
      await assertFaithful(oracle, source, destination);
    },
  });
}

Deno.test({
  name: "copyExperiment() misses no job that the run did without",
  ignore: bin === undefined,
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
  ignore: bin === undefined,
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

for (const { name, from, to } of DIRECTIONS) {
  Deno.test({
    name:
      `copyExperiment() makes what experimaestro takes for its own, now some, later the rest, ${name}`,
    ignore: bin === undefined || (from || to) && !sshdFound,
    async fn() {
      const { experimaestro, origin, first } = oracle;
      const source = workspace(oracle.source, from, to ? sshd?.elsewhere : sshd);
      const destination = workspace(newPath(`the rest, ${name}`), to);
      const { path } = destination;
      const copy = (exclude: string[]) =>
        copyExperiment(source, destination, "oracle", "current", { exclude });
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
  });
}

for (const { name, from, to } of DIRECTIONS) {
  Deno.test({
    name:
      `copyExperiment() of some jobs makes what experimaestro accepts, and of the rest too, ${name}`,
    ignore: bin === undefined || (from || to) && !sshdFound,
    async fn() {
      const { experimaestro, origin, first } = oracle;
      const source = workspace(oracle.source, from, to ? sshd?.elsewhere : sshd);
      const destination = workspace(newPath(`some jobs, ${name}`), to);
      const { path } = destination;
      const copy = (states?: ["failed"]) =>
        copyExperiment(source, destination, "oracle", "current", { ...(states && { states }) });
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
  });
}

for (const form of ["since 2.4", "before 2.4"]) {
  Deno.test({
    name: `copyExperiment() makes what experimaestro loads of a workspace moved by hand, ${form}`,
    ignore: bin === undefined,
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
