import { mkdirSync, writeFileSync } from "node:fs";
import { assertEquals } from "@std/assert";
import { workspaceAbove } from "../../../lib/settings/above.ts";
import { withFolder } from "../../support/variables.ts";

Deno.test("workspaceAbove() finds the workspace of an experiment's folder, or of a run's", () =>
  withFolder((folder) => {
    mkdirSync(`${folder}/ws/experiments/demo/20260118_170744`, { recursive: true });
    writeFileSync(`${folder}/ws/.__experimaestro__`, "");
    const above = { path: `${folder}/ws`, experimentId: "demo" };
    assertEquals(workspaceAbove(`${folder}/ws/experiments/demo`), above);
    assertEquals(workspaceAbove(`${folder}/ws/experiments/demo/`), above);
    const runId = "20260118_170744";
    assertEquals(workspaceAbove(`${folder}/ws/experiments/demo/${runId}`), { ...above, runId });
    return Promise.resolve();
  }));

Deno.test("workspaceAbove() takes no workspace for an experiment, and no id or remote path", () =>
  withFolder((folder) => {
    mkdirSync(`${folder}/experiments/main`, { recursive: true });
    writeFileSync(`${folder}/experiments/main/.__experimaestro__`, "");
    assertEquals(workspaceAbove(`${folder}/experiments/main`), undefined);
    assertEquals(workspaceAbove(`${folder}/experiments/other`), undefined);
    writeFileSync(`${folder}/.__experimaestro__`, "");
    assertEquals(workspaceAbove(`${folder}/experiments/main`), undefined);
    assertEquals(workspaceAbove("ws/experiments/demo"), undefined);
    assertEquals(workspaceAbove("me@hpc:/ws/experiments/demo"), undefined);
    return Promise.resolve();
  }));
