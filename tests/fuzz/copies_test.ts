/**
 * Workspaces of any kind, and copies of them that are stopped or killed at any event: no job is ever
 * in sight that is not whole, and the last copy leaves what the model says. The seed is fixed, and a
 * counterexample is printed as small as it can be made.
 *
 * @module
 */

import {
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { assertEquals } from "@std/assert";
import fc from "npm:fast-check@^4.3.0";
import { CopyError, type CopyEvent } from "../../mod.ts";
import { moduleFlags, ROOT } from "../../scripts/modules.ts";
import { makeSample, type Sample, type SampleState } from "../../scripts/sample.ts";
import { type Direction, inEachDirection, type Pair, useSshd } from "../support/directions.ts";
import { until } from "../support/processes.ts";
import { shell } from "../support/shell.ts";
import { compareJobs, compareTrees, namesIn } from "../support/trees.ts";

useSshd();

const SEED = 20261124;
/** How many workspaces: a copy that broke off at a host is waited for, for some seconds each. */
const RUNS: Record<Direction, number> = {
  "local to local": 15,
  "remote to local": 5,
  "local to remote": 2,
  "remote to remote": 3,
};

/** Something in a job's folder, or in the run's `data`. */
interface Thing {
  name: string;
  kind: "file" | "empty" | "link inside" | "link outside" | "relative link" | "hard link" | "holes";
  size: number;
}

/** A job of a workspace. */
interface Job {
  state: SampleState;
  /** Its state at the destination, before. */
  there: SampleState;
  /** Whether it was resumed there: it is newer than at the source. */
  resumed: boolean;
  things: Thing[];
}

/** A workspace, and how its first copies end. */
interface Case {
  jobs: Job[];
  data: Thing[];
  /** Whether the workspace is reached through a link, and files name both its paths. */
  alias: boolean;
  stops: { at: number; how: "abort" | "kill" }[];
}

/** A name that no program may misread, and that is none of experimaestro's own. */
const name = fc.oneof(
  fc.string({ unit: "grapheme", minLength: 1, maxLength: 20 }),
  fc.constantFrom(
    " ",
    "*",
    "?",
    "[a]",
    "\\",
    "'",
    '"',
    "$(x)",
    "`x`",
    "-rf",
    "~",
    "#",
    "é",
    "\n",
    "\t",
  ),
  fc.constantFrom("x.pid", "x.lock", "train.lock", "params.json", "jobs", "\x1b[31m", "漢字", "🙂"),
).map((text) => `x${text.toWellFormed().replaceAll(/[/\0]/g, "_")}`);

const thing: fc.Arbitrary<Thing> = fc.record({
  name,
  kind: fc.constantFrom(
    ...[
      "file",
      "empty",
      "link inside",
      "link outside",
      "relative link",
      "hard link",
      "holes",
    ] as const,
  ),
  size: fc.oneof(fc.nat(3000), fc.nat(600_000)),
});

const job: fc.Arbitrary<Job> = fc.record({
  state: fc.constantFrom<SampleState>("done", "done", "failed", "unfinished", "missing"),
  there: fc.constantFrom<SampleState>("missing", "missing", "unfinished"),
  resumed: fc.boolean(),
  things: fc.array(thing, { maxLength: 5 }),
});

const anyCase: fc.Arbitrary<Case> = fc.record({
  jobs: fc.array(job, { minLength: 1, maxLength: 4 }),
  data: fc.array(thing, { maxLength: 3 }),
  alias: fc.boolean(),
  stops: fc.array(
    fc.record({ at: fc.nat(14), how: fc.constantFrom("abort", "abort", "kill") }),
    { maxLength: 2 },
  ),
});

function put(folder: string, { name, kind, size }: Thing, workspace: string): void {
  const path = `${folder}/${name}`;
  if (existsSync(path) || lstatSync(path, { throwIfNoEntry: false })) return;
  mkdirSync(`${folder}/xin ${name}`, { recursive: true });
  const inner = `${folder}/xin ${name}/file`;
  writeFileSync(inner, "inner");
  const bytes = new Uint8Array(size).map((_, at) => at * 7919 % 251);
  if (kind === "file") writeFileSync(path, bytes);
  else if (kind === "empty") writeFileSync(path, "");
  else if (kind === "hard link") linkSync(inner, path);
  else if (kind === "relative link") symlinkSync(`xin ${name}/file`, path);
  else if (kind === "link inside") symlinkSync(`${workspace}/jobs/none/${name}`, path);
  else if (kind === "link outside") symlinkSync(`/data/${name}`, path);
  else {
    writeFileSync(path, "x");
    Deno.truncateSync(path, 200_000 + size);
  }
}

/** What a copy of a case is made of, and how. */
interface Made {
  pair: Pair;
  sample: Sample;
  spellings: string[];
}

function make(given: Pair, index: number, { jobs, data, alias }: Case): Made {
  const root = `${given.root}/${index}`;
  mkdirSync(`${root}/real`, { recursive: true });
  if (alias) symlinkSync("real", `${root}/alias`);
  const source = alias ? `${root}/alias` : `${root}/real`;
  const pair = given.between({ source, destination: `${root}/to` });
  const sample = makeSample(source, { jobs: jobs.map(({ state }) => ({ state })) });
  for (const [at, { state, things }] of jobs.entries()) {
    if (state === "missing") continue;
    for (const one of things) put(sample.jobs[at]!.folder, one, source);
  }
  for (const one of data) put(`${sample.runFolder}/data`, one, `${root}/real`);
  if (alias) {
    // one line of two has the path with links resolved
    const file = `${sample.runFolder}/objects.jsonl`;
    const lines = readFileSync(file, "utf8").split("\n");
    const mixed = lines.map((line, at) =>
      at % 2 === 0 ? line : line.replaceAll(source, `${root}/real`)
    );
    writeFileSync(file, mixed.join("\n"));
  }
  if (jobs.some(({ there }) => there !== "missing")) {
    const before = jobs.map(({ there }) => ({ state: there }));
    const old = makeSample(`${root}/to`, { jobs: before, runId: "20250101_000000", ended: true });
    for (const [at, { folder }] of old.jobs.entries()) {
      if (jobs[at]!.resumed || !existsSync(folder)) continue;
      shell(folder, 'find . -exec touch -h -d "2025-01-01 00:00:00.5" {} +');
    }
  }
  return { pair, sample, spellings: [source, `${root}/real`] };
}

/** Copies, and is stopped at an event, if the copy has so many. */
async function stopped({ pair, sample }: Made, { at, how }: Case["stops"][number]): Promise<void> {
  if (how === "kill") {
    const paths = [pair.source, pair.destination].map((end) => JSON.stringify(end));
    const script = `${ROOT}/tests/support/killed.ts`;
    await new Deno.Command(Deno.execPath(), {
      args: [
        ...["run", "-A", "--quiet", ...await moduleFlags(), script],
        ...[...paths, sample.experimentId, sample.runId, String(at)],
      ],
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).output();
    return;
  }
  const controller = new AbortController();
  let left = at;
  const onEvent = (_: CopyEvent) => {
    if (left-- === 0) controller.abort();
  };
  try {
    await pair.copy(sample, { signal: controller.signal, onEvent });
  } catch (error) {
    if (!(error instanceof CopyError && error.code === "interrupted")) throw error;
  }
}

/** Checks that every job in sight is whole, but for those that stood there before. */
function assertWhole({ pair, sample, spellings }: Made, { jobs }: Case): void {
  const destination = pair.destination.path;
  const inSight = sample.jobs.filter(({ taskId, jobId, task }, at) => {
    const folder = `${destination}/jobs/${taskId}/${jobId}`;
    if (!existsSync(folder)) return false;
    const isNew = existsSync(`${folder}/${task}.done`) || existsSync(`${folder}/${task}.failed`);
    return isNew || jobs[at]!.there === "missing";
  });
  compareJobs({ sample, destination, spellings, jobs: inSight });
}

/** What the staging area holds. */
function leftIn({ destination }: Pair): string[] {
  const area = `${destination.path}/.xpm-staging`;
  return existsSync(area) ? namesIn(area) : [];
}

async function check(made: Made, one: Case): Promise<void> {
  for (const stop of one.stops) {
    await stopped(made, stop);
    assertWhole(made, one);
  }
  const { pair, sample, spellings } = made;
  const result = await pair.copy(sample);
  assertEquals(result.errors, []);
  const missing = one.jobs.filter(({ state, there }) => state === "missing" && there === "missing");
  assertEquals(result.jobsMissing.length, missing.length);
  const copied = sample.jobs.filter((_, at) => {
    const { state, there, resumed } = one.jobs[at]!;
    // unfinished at both ends, or only there, or resumed there: that one stays
    const stays = state === "unfinished" || state === "failed" && resumed;
    return state !== "missing" && !(there === "unfinished" && stays);
  });
  const destination = pair.destination.path;
  compareJobs({ sample, destination, spellings, jobs: copied });
  if (copied.length === sample.jobs.length) compareTrees({ sample, destination, spellings });
  // of one that was killed at its very end the lock may stay; at a host it goes a while after
  const isHere = pair.destination.ssh === undefined;
  const killed = one.stops.some(({ how }) => how === "kill");
  if (!isHere) await until(() => leftIn(pair).length === 0);
  assertEquals(leftIn(pair).filter((name) => !(isHere && killed && name.endsWith(".lock"))), []);
  const again = await pair.copy(sample);
  assertEquals([again.jobsCopied, again.run], [0, "skip"]);
}

inEachDirection(
  "copyExperiment() makes of any workspace, after any interruptions, what the model says",
  async (given) => {
    let index = 0;
    await fc.assert(
      fc.asyncProperty(anyCase, async (one) => {
        const made = make(given, index++, one);
        await check(made, one);
        rmSync(`${given.root}/${index - 1}`, { recursive: true });
      }),
      {
        seed: SEED,
        numRuns: RUNS[given.direction],
        endOnFailure: false,
        interruptAfterTimeLimit: 120_000,
      },
    );
  },
);
