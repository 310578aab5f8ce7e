/**
 * Runs the whole suite in lanes: several Deno processes, each with a few test files at a time. Most
 * tests wait for other programs. A process of its own also keeps environment changes of a test from
 * other lanes; Deno's `--parallel` does not.
 *
 * @module
 */

import { join } from "node:path";
import { ROOT } from "./modules.ts";
import { print, readCounts, type TestCounts } from "./test_counts.ts";

/** The most lanes. With many more, waits in tests would time out. */
const MOST_LANES = 6;
/** How many lanes a processor has: a test alone keeps it busy for a third of the time. */
const LANES_EACH = 3;
/** How many files a process takes. With few, all lanes end at nearly the same time. */
const FILES = 6;

/** The result of all lanes. */
export interface LanesOutcome extends TestCounts {
  /** Whether each process succeeded and reported how many tests it ran. */
  success: boolean;
}

/** The test files below some folders, relative to the project's folder. */
export function testFiles(folders: string[]): string[] {
  return folders.flatMap((folder) =>
    [...Deno.readDirSync(join(ROOT, folder))].flatMap(({ name, isDirectory }) => {
      const path = `${folder}/${name}`;
      return isDirectory ? testFiles([path]) : name.endsWith("_test.ts") ? [path] : [];
    })
  ).sort();
}

/** Divides files into groups, in their order. */
export function groupsOf(files: string[]): string[][] {
  const groups = [];
  for (let at = 0; at < files.length; at += FILES) groups.push(files.slice(at, at + FILES));
  return groups;
}

/**
 * Runs groups of tests, some for each processor at a time: while one waits for other programs,
 * another one works. The output of each is printed as a whole.
 *
 * @param flags More arguments for `deno test`.
 */
export async function testInLanes(flags: string[], groups: string[][]): Promise<LanesOutcome> {
  const all: LanesOutcome = { passed: 0, failed: 0, skipped: [], success: true };
  const next = groups[Symbol.iterator]();
  const lane = async () => {
    for (const group of next) {
      const { stdout, success } = await new Deno.Command(Deno.execPath(), {
        cwd: ROOT,
        args: ["test", ...flags, ...group],
        stdin: "null",
        stdout: "piped",
        stderr: "inherit",
      }).output();
      await print(stdout);
      const counts = readCounts(new TextDecoder().decode(stdout));
      all.passed += counts?.passed ?? 0;
      all.failed += counts?.failed ?? 0;
      all.skipped.push(...counts?.skipped ?? []);
      all.success &&= success && counts !== undefined;
    }
  };
  const count = Math.min(MOST_LANES, LANES_EACH * navigator.hardwareConcurrency);
  await Promise.all(Array.from({ length: count }, lane));
  return all;
}
