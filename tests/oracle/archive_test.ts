/**
 * A run that was imported from a file, in the eyes of experimaestro.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { exportExperiment, importExperiment, type Workspace } from "../../mod.ts";
import { ensureExperimaestro } from "../../scripts/setup.ts";
import { ENDING } from "../support/archives.ts";
import { hasSshd, startSshd } from "../support/sshd.ts";
import { assertFaithful } from "./faithful.ts";
import { ODD, Oracle } from "./oracle.ts";

const bin = await ensureExperimaestro();
const sshdFound = await hasSshd();

for (const remote of [false, true]) {
  Deno.test({
    name: `importExperiment() makes what experimaestro takes for its own, ${
      remote ? "from remote to remote" : "here"
    }`,
    ignore: bin === undefined || remote && !sshdFound,
    async fn() {
      const oracle = await Oracle.make(bin!);
      const sshd = remote ? await startSshd() : undefined;
      try {
        const at = (path: string): Workspace => ({ id: path, path, ...(sshd && { ssh: sshd }) });
        const source = at(oracle.source);
        const destination = at(`${oracle.root}/${ODD}, imported`);
        const file = `${oracle.root}/${ODD}${ENDING}`;
        const ofAll = (paths: string[]) => paths;
        await assertFaithful(oracle, source, destination, ofAll, async () => {
          const exported = await exportExperiment(source, file, "oracle", "current");
          assertEquals([exported.jobsCopied, exported.complete], [7, true]);
          return await importExperiment(file, destination);
        });
      } finally {
        await sshd?.[Symbol.asyncDispose]();
        oracle.remove();
      }
    },
  });
}
