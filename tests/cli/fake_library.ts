/**
 * A library for tests of the program, which does what they say.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import type { MoveResult } from "../../lib/move/types.ts";
import type { Library, Session } from "../../lib/cli/library.ts";
import { main } from "../../lib/cli/main.ts";
import type { ExperimentSummary } from "../../lib/inspect/summarize.ts";
import type { Leftover } from "../../lib/inspect/clean.ts";
import type { RunRequest } from "../../lib/copy/surveyed.ts";
import type { CopyEvent, CopyOptions, CopyPlan, CopyResult } from "../../lib/copy/types.ts";
import type { Workspace } from "../../lib/workspace/workspace.ts";
import {
  fakeTerminal,
  sampleCheck,
  sampleMove,
  samplePlan,
  sampleResult,
  sampleStatus,
} from "./samples.ts";

/** The workspaces of its settings. */
export const WORKSPACES: Workspace[] = [
  { id: "local", path: "/home/me/experiments/main" },
  { id: "cluster", path: "~/xp", ssh: { host: "user@hpc" } },
  { id: "archive", path: "/archive", triggers: ["neural*"] },
];

/** What each of them holds. */
export const EXPERIMENTS: ExperimentSummary[] = [
  {
    experimentId: "bert",
    runs: [{ runId: "20260112_093001", ended: true, jobStates: { done: 48 } }],
    current: "20260112_093001",
  },
  {
    experimentId: "neuralir",
    runs: [
      { runId: "20260117_170744", ended: true, jobStates: { done: 2 } },
      { runId: "20260118_170744", ended: false, jobStates: { done: 2, failed: 1 } },
    ],
    current: "20260118_170744",
  },
];

/** What a copy was asked for. */
export interface Asked {
  from: string;
  to: string;
  experimentId: string;
  runId: string;
  options: CopyOptions;
}

function asWords({ workspaces, ...run }: RunRequest, options: CopyOptions): Asked {
  return { from: workspaces.source.id, to: workspaces.destination.id, ...run, options };
}

/** What a copy does in place of its work. */
export type Work = (tell: (event: CopyEvent) => void, signal: AbortSignal) => Promise<CopyResult>;

/** A library whose copies do `work`; by default they plan, and end well. */
export function fakeLibrary(
  { work, plan = samplePlan(), defaults = {}, moved = {}, diagnose, reach }: {
    work?: Work;
    diagnose?: Session["diagnose"];
    reach?: Session["reach"];
    plan?: CopyPlan;
    moved?: Partial<MoveResult>;
    defaults?: Partial<Awaited<ReturnType<Library["loadDefaults"]>>>;
  } = {},
) {
  const asked: Asked[] = [];
  const agreements: (string[] | undefined)[] = [];
  let closed = 0;
  const library: Library = {
    loadSettings: () => Promise.resolve({ workspaces: WORKSPACES }),
    loadDefaults: () => Promise.resolve({ workspaces: [], ...defaults }),
    settingsAccess: () => Promise.resolve({ read: ["/settings"], env: ["SCRATCH"] }),
    session: (tell, signal) => ({
      reach: reach ?? (() => Promise.resolve()),
      permissions(which, options) {
        if ("workspaces" in which) asked.push(asWords(which, options));
        const [read, write] = [["/a b", "/c"], ["/c"]];
        const [run, env, sys] = [["rsync", "tar"], ["HOME", "PATH"], ["hostname"]];
        return Promise.resolve({ run, read, write, env, sys });
      },
      summarize: (_workspace, { experimentId }) =>
        Promise.resolve(
          EXPERIMENTS.filter((one) => [undefined, one.experimentId].includes(experimentId)),
        ),
      async list(workspace, options) {
        return { experiments: await this.summarize(workspace, options) };
      },
      listJobs: ({ runId }) => Promise.resolve({ runId, jobs: [], bytes: 0, warnings: [] }),
      clean: (_workspace, remove) =>
        Promise.resolve(LEFT.map((one) => remove ? { ...one, state: "removed" } : one)),
      diagnoseMachine: () => Promise.resolve({ from: true, to: true, findings: [] }),
      diagnose: diagnose ??
        (({ id }) => Promise.resolve({ workspace: id, from: true, to: true, findings: [] })),
      status: (_workspaces, { experimentIds }) => {
        const isAsked = (id: string) => experimentIds?.includes(id) !== false;
        const runs = sampleStatus().runs.filter(({ experimentId }) => isAsked(experimentId));
        return Promise.resolve({ ...sampleStatus(), runs });
      },
      check: (which, { checksum = false }) => {
        asked.push(asWords(which, {}));
        return Promise.resolve(sampleCheck({ checksum }));
      },
      copyRuns: () => Promise.reject(new Error("not asked for")),
      permissionsOfRuns: () => Promise.reject(new Error("not asked for")),
      exportRun({ source, ...run }, file, options) {
        return this.copy(
          { workspaces: { source, destination: { id: file, path: file } }, ...run },
          options,
        );
      },
      importRun(file, destination, options) {
        const source = { id: file, path: file };
        const run = { experimentId: "in the file", runId: "in the file" };
        return this.copy({ workspaces: { source, destination }, ...run }, options);
      },
      follow(which, options) {
        return this.copy(which, options);
      },
      move(which, { dryRun = false }, agreed) {
        asked.push(asWords(which, {}));
        tell({ type: "planned", plan });
        agreements.push(agreed && [...agreed]);
        return Promise.resolve(sampleMove({ dryRun, ...moved }));
      },
      copy(which, options) {
        asked.push(asWords(which, options));
        if (work !== undefined) return work(tell, signal);
        tell({ type: "planned", plan });
        const result = sampleResult({ dryRun: options.dryRun === true });
        tell({ type: "done", result });
        return Promise.resolve(result);
      },
      [Symbol.asyncDispose]() {
        closed++;
        return Promise.resolve();
      },
    }),
  };
  return { library, asked, agreements, closed: () => closed };
}

/** What a copy has left. */
const LEFT: Leftover[] = [{
  path: "/ws/.xpm-staging/0123456789abcdef",
  kind: "staging",
  bytes: 3 * 2 ** 30,
  modified: "2026-01-18T17:07:44.000Z",
  state: "left",
  source: "me@hpc:/xpm",
  experimentId: "neuralir\u001b[2J",
  runId: "20260118_170744",
}];

/** The words of a copy. */
export const COPY = ["neuralir", "20260118_170744", "--from", "cluster", "--to", "local"];

/** Runs with --json; gives the objects. */
export async function json(args: string[], library: Library, seconds?: () => number) {
  const terminal = fakeTerminal(seconds === undefined ? {} : { seconds });
  const code = await main([...args, "--json"], terminal, library);
  assertEquals(terminal.err, []);
  const lines = terminal.out.join("").trimEnd().split("\n");
  return { code, objects: lines.map((line) => JSON.parse(line)), lines };
}

/** From where to where. */
export const ENDS = ["--from", "cluster", "--to", "local"];
