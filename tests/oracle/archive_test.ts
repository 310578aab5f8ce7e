/**
 * A run that was imported from a file, in the eyes of experimaestro.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { exportExperiment, importExperiment } from "../../mod.ts";
import { ENDING } from "../support/archives.ts";
import { assertFaithful } from "./faithful.ts";
import { ODD, onOneMachine } from "./oracle.ts";

await onOneMachine(
  "importExperiment() makes what experimaestro takes for its own",
  async (oracle, at) => {
    const source = at(oracle.source);
    const destination = at(`${oracle.root}/${ODD}, imported`);
    const file = `${oracle.root}/${ODD}${ENDING}`;
    const ofAll = (paths: string[]) => paths;
    await assertFaithful(oracle, source, destination, ofAll, async () => {
      const exported = await exportExperiment(source, file, "oracle", "current");
      assertEquals([exported.jobsCopied, exported.complete], [7, true]);
      return await importExperiment(file, destination);
    });
  },
);
