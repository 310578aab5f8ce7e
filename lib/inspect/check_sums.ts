/**
 * Comparing the bytes of files, by sums that are made where they are.
 *
 * @module
 */

import type { SummedFile } from "../host/host.ts";
import type { JobId } from "../workspace/layout.ts";
import type { CheckOptions, Difference } from "./check_types.ts";
import type { CheckedEnds } from "./check_ends.ts";

/** A file to compare, and the job that it is in. */
export interface Summed extends SummedFile {
  job?: JobId;
}

/** How many files are compared before the next ones: their sums take memory. */
const AT_ONCE = 100_000;

/** Compares files that have the same size at both ends. */
export async function compareSums(
  { hosts, infos }: CheckedEnds,
  files: Summed[],
  { onEvent }: CheckOptions,
): Promise<Difference[]> {
  const differences: Difference[] = [];
  const totalBytes = files.reduce((sum, { size }) => sum + size, 0);
  const done = { bytes: 0, files: 0 };
  const tell = () => {
    const [bytes, number] = [Math.floor(done.bytes / 2), Math.floor(done.files / 2)];
    const progress = { bytes, totalBytes, files: number, totalFiles: files.length };
    onEvent?.({ type: "checking", progress });
  };
  tell();
  const sumsAt = async (end: "source" | "destination", some: Summed[]) => {
    const sums = new Map<SummedFile, string | undefined>();
    await hosts[end].sums(infos[end].realPath, some, (file, sum) => {
      sums.set(file, sum);
      done.bytes += file.size;
      done.files++;
      tell();
    });
    return sums;
  };
  for (let at = 0; at < files.length; at += AT_ONCE) {
    const some = files.slice(at, at + AT_ONCE);
    const [here, there] = await Promise.all([
      sumsAt("source", some),
      sumsAt("destination", some),
    ]);
    for (const file of some) {
      const what = whatDiffers(here.get(file), there.get(file), "content differs");
      if (what === undefined) continue;
      const { path, job } = file;
      differences.push({ kind: "differs", path, what, aspects: ["content"], ...(job && { job }) });
    }
  }
  return differences;
}

/** What the sums of a file tell; `other` says that its contents differ. Undefined: nothing. */
export function whatDiffers(
  here: string | undefined,
  there: string | undefined,
  other: string,
): string | undefined {
  if (here === undefined) return "content cannot be read at the source";
  if (there === undefined) return "content cannot be read at the destination";
  return here === there ? undefined : other;
}

/** Adds what the sums have found: a file that differs in something else, too, is one difference. */
export function addContents(differences: Difference[], contents: readonly Difference[]): void {
  const known = new Map(
    differences.flatMap(({ kind, path }, at) => kind === "differs" ? [[path, at] as const] : []),
  );
  for (const content of contents) {
    const at = known.get(content.path);
    if (at === undefined) {
      differences.push(content);
      continue;
    }
    const { aspects = [], what } = differences[at]!;
    differences[at] = {
      ...differences[at]!,
      what: `${what}; ${content.what}`,
      aspects: [...aspects, "content"],
    };
  }
}

/** Adds the differences of a folder, in the order of their paths. */
export function addInOrder(all: Difference[], ofFolder: Difference[]): void {
  ofFolder.sort((a, b) => a.path < b.path ? -1 : 1);
  for (const difference of ofFolder) all.push(difference); // no call takes 130,000 arguments
}
