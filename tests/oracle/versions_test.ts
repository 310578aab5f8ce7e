/**
 * Workspaces of each version of experimaestro, judged by that version: `deno task test:versions`.
 * Without it there is no test here, since each version is installed, and takes half a minute.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { join } from "@std/path";
import { resolveCurrentRun } from "../../lib/inspect/browse.ts";
import type { Workspace } from "../../lib/workspace/workspace.ts";
import { ensureExperimaestro, VERSIONS } from "../../scripts/setup.ts";
import { hasSshd, startSshd } from "../support/sshd.ts";
import { assertFaithful, computed, failedJobs, jobsOf } from "./faithful.ts";
import { ODD, Oracle } from "./oracle.ts";

const wanted = Deno.env.get("XPM_VERSIONS") === "all" ? VERSIONS : [];
const sshdFound = await hasSshd();
/** These run no job in a folder with blanks, quotes or other letters in its name. */
const NO_ODD_NAMES = ["2.0.7", "2.1.6", "2.2.1"];

for (const version of wanted) {
  const bin = await ensureExperimaestro(version);
  let made: Promise<Oracle> | undefined;
  /** The experiment of this version, run when the first test asks for it. */
  const oracle = () => made ??= Oracle.make(bin!, NO_ODD_NAMES.includes(version) ? "plain" : ODD);

  Deno.test.afterAll(async () => (await made?.catch(() => undefined))?.remove());

  for (const remote of [false, true]) {
    Deno.test({
      name: `copyExperiment() makes what experimaestro ${version} takes for its own, from a ${
        remote ? "remote" : "local"
      } workspace`,
      ignore: bin === undefined || remote && !sshdFound,
      async fn() {
        const judged = await oracle();
        await using sshd = remote ? await startSshd() : undefined;
        const path = join(judged.root, remote ? "remote" : "local", judged.name);
        Deno.mkdirSync(join(path, ".."));
        const source: Workspace = { id: "a", path: judged.source, ...(sshd && { ssh: sshd }) };
        // what the copy is held to: links to compare, jobs to load, one to run again
        assertEquals([judged.first.links.size >= 9, failedJobs(judged).length], [true, 1]);
        assertEquals(Object.keys(judged.first.judgement.jobs).length, 7);
        assertEquals(jobsOf(computed(judged.rewritten)), failedJobs(judged));
        await assertFaithful(judged, source, { id: "b", path }, computed);
      },
    });
  }

  Deno.test({
    name: `resolveCurrentRun() answers as experimaestro ${version} does`,
    ignore: bin === undefined,
    async fn() {
      const judged = await oracle();
      for (const moment of [judged.first, judged.second]) {
        using _there = judged.stand(moment);
        const workspace = { id: "a", path: judged.source };
        const current = await resolveCurrentRun(workspace, "oracle");
        assertEquals(current, await judged.experimaestro.current(judged.source, "oracle"));
      }
    },
  });
}
