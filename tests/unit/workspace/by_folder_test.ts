import { assertEquals } from "@std/assert";
import { ByFolder } from "../../../lib/workspace/by_folder.ts";

Deno.test("ByFolder tells jobs and shared folders apart by all that names them", () => {
  const folders = [
    { taskId: "n.train", jobId: "9de0" },
    { taskId: "n.train", jobId: "a58c" },
    { taskId: "n.test", jobId: "9de0" },
    { taskId: "n.train", sharedName: "checkpoints", jobId: "9de0" },
    { taskId: "n.train", sharedName: "logs", jobId: "9de0" },
    { taskId: "__proto__", jobId: "__proto__" },
  ];
  const found = new ByFolder<number>();
  for (const [at, folder] of folders.entries()) {
    assertEquals([found.has(folder), found.get(folder)], [false, undefined]);
    found.set(folder, at - 1);
    found.set(folder, at);
  }
  // what else is known of a job does not count
  const more = folders.map((folder) => ({ ...folder, tags: {}, transient: 2 }));
  assertEquals(more.map((folder) => found.get(folder)), [0, 1, 2, 3, 4, 5]);
  assertEquals(more.every((folder) => found.has(folder)), true);
});
