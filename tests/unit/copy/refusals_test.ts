import { assertEquals, assertThrows } from "@std/assert";
import { refuseUnwritable } from "../../../lib/copy/refusals.ts";
import { CopyError, type CopyPlan, type PlannedJob } from "../../../mod.ts";
import type { WorkspaceInfo } from "../../../lib/host/host.ts";
import { plannedJob } from "../../support/planned_job.ts";

const CLOSED = { unwritable: "/ws/jobs", realPath: "/ws", state: "workspace" } as WorkspaceInfo;

function plan(job: Partial<PlannedJob>, isShared: boolean): CopyPlan {
  const units = [{ ...plannedJob("t", "a"), ...job }];
  const run = { action: "skip" };
  return {
    run,
    jobs: isShared ? [] : units,
    partials: isShared ? units : [],
  } as unknown as CopyPlan;
}

Deno.test("refuseUnwritable() refuses whatever would write", () => {
  const check = (job: Partial<PlannedJob>, isShared = false) =>
    refuseUnwritable({ id: "a", path: "/ws" }, CLOSED, plan(job, isShared));
  for (const action of ["copy", "replace", "complete"] as const) {
    assertThrows(() => check({ action }), CopyError, "/ws/jobs is not writable");
  }
  assertThrows(() => check({ sharedName: "checkpoints" }, true), CopyError, "is not writable");
  assertEquals(check({ action: "skip" }), undefined);
});
