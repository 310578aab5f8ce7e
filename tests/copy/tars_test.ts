/**
 * How many processes of tar a copy takes on one machine.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import type { CopyEvent } from "../../mod.ts";
import { makeSample } from "../../scripts/sample.ts";
import { inEachDirection } from "../support/directions.ts";

// BUG when this was written: a third one made the link `current`.
inEachDirection("copyExperiment() of small jobs takes two tars, and no rsync", async (pair) => {
  const sample = makeSample(pair.source.path, { jobs: 5 });
  const programs: string[] = [];
  const onEvent = (event: CopyEvent) => {
    if (event.type !== "command" || event.command[1] === "--version") return;
    programs.push(event.command[0]!);
  };
  const result = await pair.copy(sample, { onEvent });
  assertEquals([result.errors, result.complete], [[], true]);
  assertEquals(programs.filter((program) => ["tar", "rsync"].includes(program)), ["tar", "tar"]);
}, { directions: ["local to local"] });
