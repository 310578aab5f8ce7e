/**
 * Sites with a data-transfer node beside the login node: what is looked at, claimed and put in its
 * place at one goes by the other.
 *
 * @module
 */

import { existsSync, mkdirSync, utimesSync, writeFileSync } from "node:fs";
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import {
  checkExperiment,
  cleanWorkspace,
  CopyError,
  copyExperiment,
  type CopyOptions,
  doctor,
  listRuns,
  planCopy,
} from "../../mod.ts";
import { renderPlan } from "../../lib/cli/plan_report.ts";
import { makeSample, type Sample } from "../../scripts/sample.ts";
import { type Direction, type Pair, REMOTE, withPair } from "../support/directions.ts";
import { canMount } from "../support/mount.ts";
import { type Nodes, onNodes, withNodes } from "../support/nodes.ts";
import { connectionsTo, hasSshd, loginsOf, startSshd } from "../support/sshd.ts";
import { compareTrees } from "../support/trees.ts";

const ignore = !await hasSshd();
const STYLE = { paint: (_: unknown, text: string) => text, verbose: false, columns: Infinity };

function copy(
  { source, destination }: Pair,
  { experimentId, runId }: Sample,
  options?: CopyOptions,
) {
  return copyExperiment(source, destination, experimentId, runId, options);
}

function makeMixed({ source }: Pair): Sample {
  return makeSample(source.path, { jobs: 4, largeFiles: 1, largeBytes: 3e6 });
}

/** A copy, one of nothing, and one of a run that has to take over what only the destination has. */
async function checkCopies(pair: Pair, { login, transfer }: Nodes): Promise<void> {
  const sample = makeMixed(pair);
  const first = await copy(pair, sample);
  assertEquals([first.errors, first.complete], [[], true]);
  assertEquals([loginsOf(login), loginsOf(transfer)], [1, 1]);
  compareTrees({ sample, destination: pair.destination.path });
  const run = `experiments/${sample.experimentId}/${sample.runId}`;
  writeFileSync(`${pair.destination.path}/${run}/notes`, "added there");
  const soon = Date.now() / 1000 + 100;
  utimesSync(`${pair.source.path}/${run}/status.json`, soon, soon);
  const second = await copy(pair, sample);
  assertEquals([second.errors, second.complete], [[], true]);
  assert(existsSync(`${pair.destination.path}/${run}/notes`));
  assertEquals(existsSync(`${pair.destination.path}/.xpm-staging`), false);
}

for (const direction of REMOTE) {
  Deno.test({
    name: `copyExperiment() moves bytes by transferHost, and all else by host, ${direction}`,
    ignore,
    fn: () =>
      withNodes((nodes) =>
        withPair(direction, nodes.login, (pair) => checkCopies(onNodes(pair, nodes), nodes))
      ),
  });
}

for (const end of ["source", "destination"] as const) {
  Deno.test({
    name: `copyExperiment() moves bytes by the transferHost of the ${end} alone, remote to remote`,
    ignore,
    fn: () =>
      withNodes(async (nodes) => {
        await using other = await startSshd();
        await withPair("remote to remote", other, (pair) =>
          checkCopies({ ...pair, [end]: nodes.on(pair[end]) }, nodes));
      }),
  });
}

Deno.test({
  name: "copyExperiment() moves bytes by the transferHost of each of two sites",
  ignore,
  fn: () =>
    withNodes((one) =>
      withNodes((other) =>
        withPair("remote to remote", one.login, async (pair) => {
          const between = {
            ...pair,
            source: other.on(pair.source),
            destination: one.on(pair.destination),
          };
          await checkCopies(between, one);
          assertEquals([loginsOf(other.login), loginsOf(other.transfer)], [2, 2]);
        })
      )
    ),
});

Deno.test({
  name: "planCopy() tells of the transferHost, and the plan on the screen names it",
  ignore,
  fn: () =>
    withNodes((nodes) =>
      withPair("local to remote", nodes.login, async (local) => {
        const pair = onNodes(local, nodes);
        const { experimentId, runId } = makeMixed(pair);
        const plan = await planCopy(pair.source, pair.destination, experimentId, runId);
        assertEquals(plan.source.transferHost, undefined);
        assertEquals(plan.destination.transferHost, "transfer-node");
        const lines = renderPlan(plan, STYLE).join("\n");
        assertStringIncludes(lines, `rsync ${plan.destination.rsync} on transfer-node`);
      })
    ),
});

Deno.test({
  name: "checkExperiment() reads files by way of the transferHost",
  ignore,
  fn: () =>
    withNodes((nodes) =>
      withPair("local to remote", nodes.login, async (local) => {
        const pair = onNodes(local, nodes);
        const sample = makeMixed(pair);
        await copy(pair, sample);
        writeFileSync(`${sample.jobs[0]!.folder}/added`, "");
        const { experimentId, runId } = sample;
        const options = { checksum: true };
        const { source, destination } = pair;
        const found = await checkExperiment(source, destination, experimentId, runId, options);
        assertEquals(found.differences.map(({ path }) => path?.split("/").at(-1)), ["added"]);
        assertEquals([loginsOf(nodes.login), loginsOf(nodes.transfer)], [2, 2]);
      })
    ),
});

Deno.test({
  name: "listRuns() and cleanWorkspace() do not log in to the transferHost",
  ignore,
  fn: () =>
    withNodes((nodes) =>
      withPair("local to remote", nodes.login, async (local) => {
        const { destination } = onNodes(local, nodes);
        const { experimentId } = makeSample(destination.path, { jobs: 1 });
        assertEquals((await listRuns(destination, experimentId)).length, 1);
        assertEquals(await cleanWorkspace(destination), []);
        assertEquals(connectionsTo(nodes.transfer), 0);
      })
    ),
});

Deno.test({
  name: "doctor() tells of the programs of the transferHost",
  ignore,
  fn: () =>
    withNodes((nodes) =>
      withPair("local to remote", nodes.login, async (local) => {
        const { destination } = onNodes(local, nodes);
        mkdirSync(`${destination.path}/jobs`, { recursive: true });
        const [, found] = await doctor([destination]);
        assertEquals([found!.from, found!.to], [true, true]);
        for (const check of ["rsync", "tar"]) {
          const { message } = found!.findings.find((one) => one.check === check)!;
          assert(message.endsWith(" on transfer-node"), message);
        }
      })
    ),
});

/** A node that does not see what is below a folder. */
function withoutSight(folder: string): string[] {
  const hidden = `mount -t tmpfs none ${folder}; exec sh -c "$SSH_ORIGINAL_COMMAND"`;
  return [`ForceCommand unshare --mount sh -c '${hidden}'`];
}

/** What is refused where the transfer node of an end has other files. */
async function refusalOf(direction: Direction, isThere: boolean): Promise<void> {
  const folder = Deno.makeTempDirSync({ prefix: "xpm-hidden-" });
  try {
    await withNodes((nodes) =>
      withPair(direction, nodes.login, async (away) => {
        const pair = onNodes(
          away.between({ source: `${folder}/s`, destination: `${folder}/d` }),
          nodes,
        );
        const sample = makeMixed(pair);
        if (isThere) mkdirSync(`${pair.destination.path}/jobs`, { recursive: true });
        const error = await assertRejects(() => copy(pair, sample), CopyError);
        assertEquals(error.code, "refused");
        const unseen = direction === "remote to local" ? "/s" : isThere ? "/d" : "/d/.xpm-staging/";
        assertStringIncludes(error.message, `transfer-node does not see ${folder}${unseen}`);
        assertStringIncludes(error.message, " of login-node");
        assertEquals(
          error.hint,
          "transferHost must have the same file system, at the same place; correct it in copy.jsonc",
        );
        assertEquals(existsSync(`${pair.destination.path}/.xpm-staging`), false);
      }), { config: withoutSight(folder) });
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

for (
  const [direction, isThere] of [["remote to local", true], ["local to remote", true], [
    "local to remote",
    false,
  ]] as const
) {
  const what = isThere ? "workspace" : "claim";
  Deno.test({
    name: `copyExperiment() refuses a transferHost that does not see the ${what}, ${direction}`,
    ignore: ignore || !canMount,
    fn: () => refusalOf(direction, isThere),
  });
}
