/**
 * Destinations whose staging area somebody else has prepared: nothing outside is moved, written or
 * removed, whatever stands there.
 *
 * @module
 */

import {
  chownSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { cleanWorkspace, CopyError } from "../../mod.ts";
import { stagingName } from "../../lib/copy/loads.ts";
import { makeSample, type Sample } from "../../scripts/sample.ts";
import { inEachDirection, onEachHost, type Pair, useSshd } from "../support/directions.ts";
import { makeOutside, type Outside } from "../support/outside.ts";
import { shell } from "../support/shell.ts";
import { assertUntouched, compareTrees, namesIn, readTree } from "../support/trees.ts";

useSshd();

/** Another copy's staging folder. */
const OTHER = "0123456789abcdef";

/** The directions whose destinations differ. */
const DESTINATIONS = ["local to local", "local to remote"] as const;

const areaOf = (pair: Pair) => `${pair.destination.path}/.xpm-staging`;

/** The staging folder that a copy of this sample will work in. */
async function ownStaging(pair: Pair, sample: Sample): Promise<string> {
  const plan = await pair.plan(sample);
  return `${areaOf(pair)}/${await stagingName({ plan } as Parameters<typeof stagingName>[0])}`;
}

/** Puts a link at a path, with the folders above it. */
function plant(path: string, target: string): void {
  mkdirSync(path.slice(0, path.lastIndexOf("/")), { recursive: true });
  rmSync(path, { recursive: true, force: true });
  symlinkSync(target, path);
}

/** A folder outside that looks like what a copy has moved aside; the workspace has its task. */
function makeAside(pair: Pair): Outside {
  mkdirSync(`${pair.destination.path}/jobs/photos`, { recursive: true });
  mkdirSync(`${pair.destination.path}/experiments/photos`, { recursive: true });
  const files = ["replaced/jobs/photos/2020/a", "replaced/experiments/photos/2021/a"];
  return makeOutside(pair, [...files, ...files.map((file) => `${OTHER}/${file}`)]);
}

/** Where a link may stand in a staging folder, and what it leads to outside. */
const ASIDE = [
  "replaced",
  "replaced/jobs",
  "replaced/jobs/photos",
  "replaced/experiments",
  "replaced/experiments/photos",
];

onEachHost(
  "copyExperiment() puts nothing back by way of links in a staging area",
  async (pair) => {
    const sample = makeSample(pair.source.path, { jobs: 2 });
    const outside = makeAside(pair);
    const own = await ownStaging(pair, sample);
    const places = [own, `${areaOf(pair)}/${OTHER}`];
    for (const staging of places) {
      for (const path of ASIDE) {
        plant(`${staging}/${path}`, `${outside.path}/${path}`);
        const result = await pair.copy(sample);
        assertEquals([result.errors, result.complete], [[], true], path);
        outside.assertKept();
        compareTrees({ sample, destination: pair.destination.path });
        rmSync(`${pair.destination.path}/jobs`, { recursive: true });
        mkdirSync(`${pair.destination.path}/jobs/photos`, { recursive: true });
        rmSync(areaOf(pair), { recursive: true, force: true });
      }
    }
    plant(places[1]!, `${outside.path}/${OTHER}`);
    assertEquals((await pair.copy(sample)).complete, true);
    outside.assertKept();
    compareTrees({ sample, destination: pair.destination.path });
  },
);

onEachHost(
  "copyExperiment() moves nothing aside by way of links in a staging folder",
  async (pair) => {
    const sample = makeSample(pair.source.path, { jobs: 2 });
    await pair.copy(sample);
    const outside = makeAside(pair);
    const own = await ownStaging(pair, sample);
    const [{ taskId }] = sample.jobs as [Sample["jobs"][number]];
    const links = {
      replaced: "",
      "replaced/jobs": "/jobs",
      [`replaced/jobs/${taskId}`]: "/jobs/photos",
    };
    for (const [path, target] of Object.entries(links)) {
      for (const keepReplaced of [false, true]) {
        shell(pair.destination.path, "rm jobs/*/*/*.done");
        plant(`${own}/${path}`, `${outside.path}/replaced${target}`);
        const result = await pair.copy(sample, { keepReplaced });
        assertEquals([result.errors, result.jobsReplaced.length], [[], 2], path);
        assertEquals(result.complete, true);
        outside.assertKept();
        compareTrees({ sample, destination: pair.destination.path });
        const left = keepReplaced ? ["replaced"] : [];
        assertEquals(existsSync(areaOf(pair)) ? namesIn(areaOf(pair)) : [], left);
        rmSync(areaOf(pair), { recursive: true, force: true });
      }
    }
  },
);

onEachHost(
  "copyExperiment() moves nothing aside by way of a link that appears while it copies",
  async (pair) => {
    const sample = makeSample(pair.source.path, { jobs: 2 });
    await pair.copy(sample);
    const outside = makeAside(pair);
    const own = await ownStaging(pair, sample);
    for (const path of ["replaced", "replaced/jobs"]) {
      shell(pair.destination.path, "rm jobs/*/*/*.done");
      const onEvent = ({ type }: { type: string }) => {
        if (type === "planned") plant(`${own}/${path}`, `${outside.path}/${path}`);
      };
      const error = await assertRejects(() => pair.copy(sample, { onEvent }), CopyError);
      assertStringIncludes(error.message, `${own}/${path} is `);
      outside.assertKept();
      const late = await assertRejects(
        () => pair.copy(sample, { onEvent, bandwidthLimit: 1e6 }),
        CopyError,
      );
      assertStringIncludes(late.message, `${own}/${path} is `);
      outside.assertKept();
      assertEquals((await pair.copy(sample)).complete, true);
      outside.assertKept();
      compareTrees({ sample, destination: pair.destination.path });
    }
  },
);

onEachHost(
  "copyExperiment() refuses to keep what it replaces behind a link, before it moves anything",
  async (pair) => {
    const sample = makeSample(pair.source.path, { jobs: 2 });
    await pair.copy(sample);
    shell(pair.destination.path, "rm jobs/*/*/*.done");
    const outside = makeOutside(pair);
    plant(`${areaOf(pair)}/replaced`, outside.path);
    const before = readTree(`${pair.destination.path}/jobs`);
    const error = await assertRejects(() => pair.copy(sample, { keepReplaced: true }), CopyError);
    assertStringIncludes(error.message, ".xpm-staging/replaced is ");
    rmSync(`${areaOf(pair)}/replaced`);
    const late = await assertRejects(() =>
      pair.copy(sample, {
        keepReplaced: true,
        onEvent({ type }) {
          if (type === "planned") plant(`${areaOf(pair)}/replaced`, outside.path);
        },
      }), CopyError);
    assertStringIncludes(late.message, ".xpm-staging/replaced is not a folder");
    outside.assertKept();
    assertUntouched(`${pair.destination.path}/jobs`, before);
  },
);

onEachHost(
  "copyExperiment() refuses a staging folder, or its lock, that is a link",
  async (pair) => {
    const sample = makeSample(pair.source.path, { jobs: 1 });
    const outside = makeOutside(pair, ["about.json"]);
    const own = await ownStaging(pair, sample);
    for (const path of [own, `${own}.lock`]) {
      for (const target of [outside.path, `${pair.root}/nowhere`]) {
        plant(path, target);
        const error = await assertRejects(() => pair.copy(sample), CopyError);
        assertStringIncludes(error.message, `${path} is `);
        outside.assertKept();
        rmSync(path);
      }
    }
    assertEquals(existsSync(`${pair.root}/nowhere`), false);
  },
);

/** Places in a staging folder that a copy goes on in, by what they are called here. */
function resumedPlaces(sample: Sample): string[] {
  const [{ taskId, jobId }] = sample.jobs as [Sample["jobs"][number]];
  const [job, run] = [`jobs/${taskId}/${jobId}`, `experiments/${sample.experimentId}`];
  return [
    ...["jobs", `jobs/${taskId}`, job, `${job}/out`, `${job}/.experimaestro`],
    ...["experiments", run, `${run}/${sample.runId}`, `${run}/${sample.runId}/data`],
  ];
}

onEachHost(
  "copyExperiment() goes on in no staging folder that leads elsewhere",
  async (pair) => {
    const sample = makeSample(pair.source.path, { jobs: 2 });
    mkdirSync(`${sample.jobs[0]!.folder}/out`, { recursive: true });
    writeFileSync(`${sample.jobs[0]!.folder}/out/params.json`, "new");
    const outside = makeOutside(pair, ["params.json", "status.json", "objects.jsonl", "out/x"]);
    const own = await ownStaging(pair, sample);
    for (const path of resumedPlaces(sample)) {
      plant(`${own}/${path}`, outside.path);
      writeFileSync(`${own}/junk`, "");
      const result = await pair.copy(sample);
      assertEquals([result.errors, result.complete], [[], true], path);
      outside.assertKept();
      compareTrees({ sample, destination: pair.destination.path });
      assertEquals(namesIn(pair.destination.path), [".__experimaestro__", "experiments", "jobs"]);
      rmSync(pair.destination.path, { recursive: true });
    }
  },
);

onEachHost(
  "copyExperiment() writes into no staged file that has a name elsewhere",
  async (pair) => {
    const sample = makeSample(pair.source.path, { jobs: 2, largeFiles: 1, largeBytes: 1e6 });
    const [{ folder, taskId, jobId }] = sample.jobs as [Sample["jobs"][number]];
    mkdirSync(`${folder}/closed`);
    writeFileSync(`${folder}/closed/large.bin`, "new");
    const own = await ownStaging(pair, sample);
    const precious = `${pair.root}/precious`;
    writeFileSync(precious, "precious", { mode: 0o444 });
    const { mtimeMs } = lstatSync(precious);
    const job = `${own}/jobs/${taskId}/${jobId}`;
    const names = ["large.bin", "params.json", "closed/large.bin"].map((name) => `${job}/${name}`);
    for (const name of [...names, `${own}/about.json`, `${own}/.moves`]) {
      mkdirSync(`${job}/closed`, { recursive: true });
      linkSync(precious, name);
      if (name.includes("/closed/")) shell(job, "chmod 0 closed");
      const result = await pair.copy(sample);
      assertEquals([result.errors, result.complete], [[], true], name);
      assertEquals(readFileSync(precious, "utf8"), "precious", name);
      const { mode, mtimeMs: now, nlink } = lstatSync(precious);
      assertEquals([mode & 0o777, now, nlink], [0o444, mtimeMs, 1], name);
      compareTrees({ sample, destination: pair.destination.path });
      rmSync(pair.destination.path, { recursive: true });
    }
  },
);

inEachDirection(
  "copyExperiment() goes on in a staging folder that is its own, hard links and all",
  async (pair) => {
    const sample = makeSample(pair.source.path, { jobs: 1, largeFiles: 1, largeBytes: 1e6 });
    const [{ folder, taskId, jobId }] = sample.jobs as [Sample["jobs"][number]];
    linkSync(`${folder}/large.bin`, `${folder}/again.bin`);
    const own = await ownStaging(pair, sample);
    const job = `${own}/jobs/${taskId}/${jobId}`;
    const half = readFileSync(`${folder}/large.bin`).subarray(0, 5e5);
    const stage = (user: number) => {
      mkdirSync(job, { recursive: true });
      writeFileSync(`${job}/large.bin`, half);
      linkSync(`${job}/large.bin`, `${job}/again.bin`);
      plant(`${own}/experiments/neuralir/current`, "20260101_000000");
      chownSync(own, user, user);
      return lstatSync(`${job}/large.bin`).ino;
    };
    // what another user has made is not gone on with
    for (const user of Deno.uid() === 0 ? [0, 65534] : [Deno.uid()!]) {
      const staged = stage(user);
      const reached = `${pair.destination.path}/jobs/${taskId}/${jobId}/large.bin`;
      assertEquals((await pair.copy(sample)).complete, true);
      compareTrees({ sample, destination: pair.destination.path });
      assertEquals(lstatSync(reached).ino === staged, user !== 65534);
      rmSync(pair.destination.path, { recursive: true });
    }
  },
);

inEachDirection(
  "copyExperiment() touches no file outside by way of a lock",
  async (pair) => {
    const sample = makeSample(pair.source.path, { jobs: 1 });
    const own = await ownStaging(pair, sample);
    const precious = `${pair.root}/precious`;
    writeFileSync(precious, "precious");
    shell(pair.root, "touch -d @1000000000 precious");
    for (const make of [linkSync, symlinkSync]) {
      mkdirSync(`${own}.lock`, { recursive: true });
      make(precious, `${own}.lock/held:elsewhere:1`);
      shell(own.slice(0, own.lastIndexOf("/")), "touch -d @1000000000 *.lock");
      assertEquals((await pair.copy(sample)).complete, true);
      const { mtimeMs, nlink } = lstatSync(precious);
      assertEquals([readFileSync(precious, "utf8"), mtimeMs, nlink], ["precious", 1e12, 1]);
      assertEquals(existsSync(areaOf(pair)), false);
      rmSync(pair.destination.path, { recursive: true });
    }
  },
  { directions: DESTINATIONS },
);

inEachDirection(
  "cleanWorkspace() moves and removes nothing by way of links in a staging area",
  async (pair) => {
    const outside = makeAside(pair);
    const staging = `${areaOf(pair)}/${OTHER}`;
    const clean = () => cleanWorkspace(pair.destination, { remove: true });
    for (const path of ASIDE) {
      plant(`${staging}/${path}`, `${outside.path}/${path}`);
      mkdirSync(`${staging}/closed`);
      symlinkSync(outside.path, `${staging}/closed/out`);
      shell(staging, "chmod 500 closed");
      assertEquals((await clean()).map(({ state }) => state), ["removed"], path);
      outside.assertKept();
      assertEquals(existsSync(areaOf(pair)), false, path);
    }
    plant(staging, `${outside.path}/${OTHER}`);
    plant(`${areaOf(pair)}/replaced`, `${outside.path}/replaced`);
    plant(`${areaOf(pair)}/${OTHER}.lock`, outside.path);
    await clean();
    outside.assertKept();
    mkdirSync(`${pair.root}/area`);
    renameSync(areaOf(pair), `${pair.root}/area/there`);
    symlinkSync(`${pair.root}/area/there`, areaOf(pair));
    await clean();
    outside.assertKept();
    assertEquals(namesIn(pair.destination.path), [".xpm-staging", "experiments", "jobs"]);
  },
  { directions: DESTINATIONS },
);
