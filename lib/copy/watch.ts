/**
 * A copy as a loop over its events.
 *
 * @module
 */

import { CURRENT } from "../workspace/layout.ts";
import type { Workspace } from "../workspace/workspace.ts";
import { copyExperiment } from "./copy.ts";
import { checkOptions } from "./options.ts";
import type { CopyEvent, CopyOptions, CopyResult } from "./types.ts";

/**
 * Copies a run as `copyExperiment` does, as a loop over what happens: the last event is `done`, with
 * the result. The copy begins with the loop, and does not wait for it. To leave the loop is to stop
 * the copy, as `signal` does: nothing half-done is left visible, and the next copy resumes there.
 *
 * experimaestro has no such function. Needs the same permissions as `copyExperiment`.
 *
 * @param source Where from: a workspace, or words as for `findWorkspace`.
 * @param destination Where to; created when it does not exist.
 * @param experimentId The experiment.
 * @param runId The run. Default: `current`, for the current one of the source.
 * @param options How to copy.
 * @returns The events; the generator's return value is the result.
 * @throws {CopyError} As `copyExperiment`, in the loop.
 *
 * @example
 * ```ts
 * import { watchCopy } from "@xpm/copy";
 * import { assertEquals } from "@std/assert";
 *
 * const path = await Deno.realPath(await Deno.makeTempDir());
 * const run = "experiments/neuralir/20260118_170744";
 * await Deno.mkdir(`${path}/main/${run}`, { recursive: true });
 * await Deno.writeTextFile(`${path}/main/${run}/jobs.jsonl`, "");
 *
 * const seen: string[] = [];
 * for await (const event of watchCopy(`${path}/main`, `${path}/copy`, "neuralir")) {
 *   if (event.type === "planned") seen.push(event.plan.runId);
 *   if (event.type === "done") seen.push(String(event.result.complete));
 * }
 * assertEquals(seen, ["20260118_170744", "true"]);
 * await Deno.remove(path, { recursive: true });
 * ```
 */
export async function* watchCopy(
  source: string | Workspace,
  destination: string | Workspace,
  experimentId: string,
  runId: string = CURRENT,
  options: CopyOptions = {},
): AsyncGenerator<CopyEvent, CopyResult, void> {
  checkOptions(options);
  const left = new AbortController();
  const signals = options.signal === undefined ? [] : [options.signal];
  const events: CopyEvent[] = [];
  let isOver = false;
  let wake = () => {};
  const onEvent = (event: CopyEvent) => {
    options.onEvent?.(event);
    events.push(event);
    wake();
  };
  const signal = AbortSignal.any([...signals, left.signal]);
  const copy = copyExperiment(source, destination, experimentId, runId, {
    ...options,
    signal,
    onEvent,
  }).finally(() => {
    isOver = true;
    wake();
  });
  copy.catch(() => {}); // it is thrown where the loop ends
  try {
    for (;;) {
      yield* events.splice(0);
      if (events.length > 0) continue;
      if (isOver) return await copy;
      await new Promise<void>((resolve) => wake = resolve);
    }
  } finally {
    left.abort();
    await copy.catch(() => {});
  }
}
