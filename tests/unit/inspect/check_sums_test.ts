/**
 * What differs of files whose sums were made, or could not be.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import type { Host } from "../../../lib/host/host.ts";
import type { CheckedEnds } from "../../../lib/inspect/check_ends.ts";
import { addInOrder, compareSums } from "../../../lib/inspect/check_sums.ts";
import type { CopyEvent } from "../../../lib/copy/types.ts";

/** Ends of which only the sums are asked. */
function endsOf(source: Record<string, string>, destination: Record<string, string>): CheckedEnds {
  const host = (sums: Record<string, string>): Pick<Host, "sums"> => ({
    async sums(_root, files, tell) {
      for (const file of files.toReversed()) tell(file, sums[file.path]);
      await Promise.resolve();
    },
  });
  const hosts = { source: host(source), destination: host(destination) };
  const infos = { source: { realPath: "/a" }, destination: { realPath: "/b" } };
  return { hosts, infos } as unknown as CheckedEnds;
}

Deno.test("compareSums() names what differs, and what cannot be read at which end", async () => {
  const job = { taskId: "t", jobId: "1" };
  const files = ["same", "changed", "here", "there"].map((path) => ({ path, size: 100, job }));
  const ends = endsOf(
    { same: "aa", changed: "aa", there: "aa" },
    { same: "aa", changed: "ab", here: "aa" },
  );
  const events: CopyEvent[] = [];
  const found = await compareSums(ends, files, { onEvent: (event) => events.push(event) });
  assertEquals(found.map(({ path, what }) => [path, what]), [
    ["changed", "content differs"],
    ["here", "content cannot be read at the source"],
    ["there", "content cannot be read at the destination"],
  ]);
  assertEquals(found[0], {
    ...{ kind: "differs", path: "changed", what: "content differs" },
    ...{ aspects: ["content"], job },
  });
  const progress = { bytes: 400, totalBytes: 400, files: 4, totalFiles: 4 };
  assertEquals(events.at(-1), { type: "checking", progress });
});

// BUG when this was written: a check ended with a fault of its own.
Deno.test("addInOrder() adds more differences than a call takes arguments", () => {
  const missing = { kind: "missing", what: "is missing" } as const;
  const all = [{ ...missing, path: "z" }];
  addInOrder(
    all,
    Array.from({ length: 200_000 }, (_, at) => ({ ...missing, path: `${9e5 - at}` })),
  );
  assertEquals([all.length, all[0]?.path, all[1]?.path, all.at(-1)?.path], [
    200_001,
    "z",
    "700001",
    "900000",
  ]);
});
