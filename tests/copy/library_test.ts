/**
 * What programs have of the library besides the copy: words for workspaces, logins that several
 * calls share, a loop over the events, errors for wrong arguments.
 *
 * @module
 */

import { existsSync } from "node:fs";
import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  checkExperiment,
  cleanWorkspace,
  compareWorkspaces,
  CopyError,
  type CopyEvent,
  copyExperiment,
  copyRuns,
  doctor,
  exportExperiment,
  findWorkspace,
  followExperiment,
  importExperiment,
  listExperiments,
  listJobs,
  listRuns,
  moveExperiment,
  openSession,
  planCopy,
  readJobs,
  requiredPermissions,
  resolveCurrentRun,
  resolveWorkspacePath,
  watchCopy,
} from "../../mod.ts";
import { makeSample } from "../../scripts/sample.ts";
import { inEachDirection, type Pair, useSshd, withPair } from "../support/directions.ts";
import { hasSshd, loginsOf, startSshd } from "../support/sshd.ts";
import { compareTrees, namesIn } from "../support/trees.ts";
import { withVariables } from "../support/variables.ts";

useSshd();

/** Does something where the source is in the user's settings, and the destination in `copy.jsonc`. */
async function withSettings({ root, source, destination }: Pair, action: () => Promise<void>) {
  const folder = `${root}/home/.config/experimaestro`;
  Deno.mkdirSync(folder, { recursive: true });
  const write = (name: string, workspaces: unknown[]) =>
    Deno.writeTextFileSync(`${folder}/${name}`, JSON.stringify({ workspaces }));
  write("settings.yaml", [source]);
  write("copy.jsonc", [destination]);
  await withVariables({ HOME: `${root}/home`, XDG_CONFIG_HOME: undefined }, action);
}

inEachDirection(
  "copyExperiment() takes ids of the settings and of copy.jsonc, and copies the current run",
  (pair) =>
    withSettings(pair, async () => {
      const sample = makeSample(pair.source.path, { jobs: 2 });
      const result = await copyExperiment("source", "destination", sample.experimentId);
      assertEquals([result.runId, result.jobsCopied], [sample.runId, 2]);
      compareTrees({ sample, destination: pair.destination.path });
      assertEquals(await findWorkspace("destination"), pair.destination);
      const unknown = await assertRejects(() => listExperiments("sorce"), CopyError);
      assertEquals(unknown.code, "not-found");
      const [, ...found] = await doctor(["source", "sorce"]);
      assertEquals(found.map(({ workspace, from }) => [workspace, from]), [
        ["source", true],
        ["sorce", false],
      ]);
    }),
  { directions: ["local to local", "remote to local"] },
);

const ENOUGH = { directions: ["local to local", "local to remote"] } as const;

inEachDirection("watchCopy() tells every event of a copy, and at last its result", async (pair) => {
  const sample = makeSample(pair.source.path, { jobs: 3 });
  const heard: CopyEvent[] = [];
  const seen: CopyEvent[] = [];
  const { source, destination } = pair;
  const onEvent = (event: CopyEvent) => void heard.push(event);
  const copy = watchCopy(source, destination, sample.experimentId, sample.runId, { onEvent });
  for await (const event of copy) seen.push(event);
  assertEquals(seen, heard);
  const last = seen.at(-1);
  assert(last?.type === "done" && last.result.complete);
  compareTrees({ sample, destination: destination.path });
}, ENOUGH);

inEachDirection("watchCopy() stops the copy when its loop is left", async (pair) => {
  const sample = makeSample(pair.source.path, { jobs: 2, largeFiles: 1, largeBytes: 4_000_000 });
  const { source, destination } = pair;
  const slow = { bandwidthLimit: 1500 };
  for await (const event of watchCopy(source, destination, sample.experimentId, "current", slow)) {
    if (event.type === "progress" && event.progress.bytes > 500_000) break;
  }
  assertEquals(namesIn(destination.path), [".xpm-staging"]);
  const result = await pair.copy(sample);
  assertEquals([result.jobsCopied, result.complete], [2, true]);
  compareTrees({ sample, destination: destination.path });
}, ENOUGH);

Deno.test("watchCopy() throws in its loop what copyExperiment() throws", async () => {
  const none = "/no/such/workspace";
  const loop = async () => {
    for await (const _ of watchCopy(none, "/no/such/copy", "neuralir"));
  };
  await assertRejects(loop, CopyError, `there is no folder ${none}`);
});

Deno.test({
  name: "openSession() logs in once for all its calls, and anew after one that was aborted",
  ignore: !await hasSshd(),
  fn: async () => {
    await using sshd = await startSshd();
    await withPair("remote to local", sshd, async ({ source, destination, root }) => {
      const sample = makeSample(source.path, { jobs: 2 });
      const { experimentId, runId } = sample;
      const session = openSession();
      assertEquals(await listExperiments(source, { session }), [experimentId]);
      const both = [
        listRuns(source, experimentId, { session }),
        listRuns(source, "no", { session }),
      ];
      const [found, refused] = await Promise.allSettled(both);
      assertEquals([found!.status, refused!.status], ["fulfilled", "rejected"]);
      const told: string[] = [];
      const onEvent = ({ type }: CopyEvent) => void told.push(type);
      const copied = await copyExperiment(source, destination, experimentId, runId, {
        session,
        onEvent,
      });
      assertEquals([copied.jobsCopied, told.includes("connecting")], [2, false]);
      const checked = await checkExperiment(source, destination, experimentId, runId, { session });
      assertEquals(checked.differences, []);
      const file = `${root}/run.tar`;
      await exportExperiment(source, file, experimentId, runId, { session });
      assertEquals(loginsOf(sshd), 1);

      const reason = new Error("no longer wanted");
      const controller = new AbortController();
      const aborted = await assertRejects(
        () =>
          copyExperiment(source, `${root}/other`, experimentId, runId, {
            session,
            signal: controller.signal,
            onEvent: (event) => event.type === "planned" && controller.abort(reason),
          }),
        CopyError,
      );
      assertEquals([aborted.code, aborted.cause], ["interrupted", reason]);
      const imported = await importExperiment(file, { ...source, path: `${root}/third` }, {
        session,
      });
      assertEquals([imported.jobsCopied, loginsOf(sshd)], [2, 2]);
      await session.close();
      const late = await assertRejects(() => listExperiments(source, { session }), CopyError);
      assertEquals(late.code, "usage");
    });
  },
});

Deno.test("functions refuse wrong arguments by a CopyError", async () => {
  const ws = { id: "none", path: "/no/such/workspace" };
  // deno-lint-ignore no-explicit-any
  const bad = (value: unknown) => value as any;
  const calls: Record<string, () => Promise<unknown>> = {
    "no source": () => copyExperiment(bad(undefined), ws, "x"),
    "a source without a path": () => planCopy(bad({ id: "x" }), ws, "x"),
    "a host that is no text": () => listRuns(bad({ ...ws, ssh: { host: 5 } }), "x"),
    "no host at all": () => listRuns(bad({ ...ws, ssh: null }), "x"), // BUG: it was a TypeError
    "ssh options that are no list": () =>
      listExperiments(bad({ ...ws, ssh: { host: "h", options: "-v" } })),
    "no experiment": () => followExperiment(ws, `${ws.path}2`, bad(undefined)),
    "a run that is a number": () => moveExperiment(ws, `${ws.path}2`, "x", bad(20260118)),
    "no options": () => resolveCurrentRun(ws, "x", bad(null)),
    "an unknown option": () => copyExperiment(ws, ws, "x", "current", bad({ dryrun: true })),
    "a flag that is a text": () => cleanWorkspace(ws, bad({ remove: "no" })),
    "a pattern that is no list": () => copyExperiment(ws, ws, "x", "y", bad({ exclude: "*.ckpt" })),
    "a time that is a text": () => resolveWorkspacePath(ws, bad({ timeout: "5" })),
    "a signal that is none": () => readJobs(ws, "x", "y", bad({ signal: "abort" })),
    "a session that is none": () => listJobs(ws, "x", "y", bad({ session: {} })),
    "a selection that is a text": () => copyRuns(ws, ws, bad("all")),
    "an unknown selection": () => copyRuns(ws, ws, bad({ run: ["x"] })),
    "a list that is none": () => doctor(bad(ws)),
    "experiments that are no texts": () => compareWorkspaces(ws, ws, bad({ experimentIds: [1] })),
    "a file that is none": () => exportExperiment(ws, bad(undefined), "x"),
    "another file that is none": () => importExperiment(bad({}), ws),
    "a map of numbers": () => requiredPermissions(ws, ws, "x", "y", bad({ map: { "/a": 1 } })),
    "an option of a loop": () => watchCopy(ws, ws, "x", "y", bad({ dryRun: 1 })).next(),
  };
  for (const [what, call] of Object.entries(calls)) {
    const { code } = await assertRejects(call, CopyError, undefined, what);
    assertEquals(code, "usage", what);
  }
  assertEquals(existsSync(ws.path), false);
});
