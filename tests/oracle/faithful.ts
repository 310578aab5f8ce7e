/**
 * What a faithful copy is: experimaestro itself cannot tell it from the source.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { copyExperiment } from "../../lib/copy/copy.ts";
import type { CopyResult } from "../../lib/copy/types.ts";
import type { Workspace } from "../../lib/workspace/workspace.ts";
import type { Oracle } from "./oracle.ts";
import { changedFiles, jobFiles, links, traces } from "./traces.ts";

/** The jobs that files are in, as experimaestro lists them: `task/job`. */
export function jobsOf(paths: string[]): string[] {
  return [...new Set(paths.map((path) => path.split("/").slice(1, 3).join("/")))];
}

/** The jobs that failed when the experiment was run once. */
export function failedJobs({ first }: Oracle): string[] {
  return [...first.listing.jobs.matchAll(/^FAIL +(\S+)/gm)].map(([, job]) => job!);
}

/**
 * Files that jobs themselves write. What the scheduler notes of a job, older versions sometimes note
 * only when the experiment is run again.
 */
export function computed(paths: string[]): string[] {
  return paths.filter((path) => !path.includes("/.experimaestro/"));
}

/**
 * Copies the experiment, and checks that experimaestro takes the copy for its own work.
 *
 * @param copy How it is copied.
 * @param of What is compared of the files that running it again writes.
 */
export async function assertFaithful(
  oracle: Oracle,
  source: Workspace,
  destination: Workspace,
  of = (paths: string[]): string[] => paths,
  copy = (): Promise<CopyResult> => copyExperiment(source, destination, "oracle", "current"),
): Promise<void> {
  const { experimaestro, origin, first, second } = oracle;
  const { path } = destination;
  {
    using _there = oracle.stand(first);
    const result = await copy();
    assertEquals(result.errors, []);
    assertEquals(result.jobsMissing, []);
    assertEquals([result.jobsCopied, result.jobsSkipped, result.complete], [7, 2, true]);
  }
  assertEquals(traces(path, origin), []);
  assertEquals(links(path, path), first.links);
  // the source is away now
  assertEquals(await experimaestro.list(path), first.listing);
  assertEquals(first.listing.orphans, "No orphan jobs found.\n");
  assertEquals(await experimaestro.judge(path), first.judgement);
  const before = jobFiles(path);
  await experimaestro.make(path, oracle.corpus);
  assertEquals(of(changedFiles(before, jobFiles(path))), of(oracle.rewritten));
  assertEquals(await experimaestro.list(path), second.listing);
}
