import { assertEquals } from "@std/assert";
import { HardLinks } from "../../../lib/copy/hard_links.ts";
import type { FoundJob } from "../../../lib/copy/found_job.ts";
import type { Inventory } from "../../../lib/copy/inventory.ts";

/** An inventory of jobs, each with its files that have other names. */
function inventoryOf(jobs: Record<string, string[]>): Inventory {
  const found = Object.entries(jobs).map(([jobId, files]) =>
    [`jobs/t/${jobId}`, { shared: new Set(files) } as unknown as FoundJob] as const
  );
  return { jobs: new Map(found), run: new Map() };
}

const jobs = (...ids: string[]) => ids.map((jobId) => ({ taskId: "t", jobId }));

Deno.test("HardLinks has nothing to say of jobs that were brought together, or share nothing", () => {
  const links = new HardLinks();
  const found = inventoryOf({ a: ["1.1", "1.2"], b: ["1.1"], c: ["1.3"], d: [] });
  links.bring(jobs("a", "b"), found);
  links.bring(jobs("c", "d"), found);
  assertEquals(links.warning(), undefined);
});

Deno.test("HardLinks judges by how jobs came at last: all are brought again after a lost connection", () => {
  const links = new HardLinks();
  const found = inventoryOf({ a: ["1.1"], b: ["1.1"] });
  links.bring(jobs("a", "b"), found);
  links.bring(jobs("a", "b"), found);
  assertEquals(links.warning(), undefined);
  links.bring(jobs("a"), found);
  assertEquals(links.warning()?.includes("jobs/t/a, jobs/t/b."), true);
});

Deno.test("HardLinks names the jobs whose files were brought apart, five at most", () => {
  const links = new HardLinks();
  const ids = ["a", "b", "c", "d", "e", "f", "g"];
  const found = inventoryOf({ ...Object.fromEntries(ids.map((id) => [id, ["1.1"]])), x: ["1.2"] });
  links.bring(jobs("a", "b", "x"), found);
  assertEquals(links.warning(), undefined);
  links.bring(jobs("c"), found);
  const after = "Each of these folders has its own copy of the shared file";
  assertEquals(
    links.warning(),
    `hard links between folders were not kept: jobs/t/a, jobs/t/c. ${after}`,
  );
  links.bring(jobs("d", "e", "f", "g"), found);
  assertEquals(
    links.warning(),
    "hard links between folders were not kept: jobs/t/a, jobs/t/c, jobs/t/d, jobs/t/e, jobs/t/f " +
      `and 1 more. ${after}`,
  );
});
