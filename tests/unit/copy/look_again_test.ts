/**
 * Whether a job at the destination holds work of its own.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { hasOwnWork } from "../../../lib/copy/look_again.ts";

/** Files, with their times. */
const files = (times: Record<string, string>) => new Map(Object.entries(times));

Deno.test("hasOwnWork() compares what differs, whatever the time of what both ends have", () => {
  const source = files({ model: "9000.5", log: "100.25" });
  const cases: [string, Record<string, string>, boolean][] = [
    ["the same", { model: "9000.5", log: "100.25" }, false],
    ["times of one end in seconds", { model: "9000", log: "100" }, false],
    ["less", { log: "100.25" }, false],
    ["a new file", { model: "9000.5", log: "100.25", ckpt: "200" }, true],
    ["a file written again", { model: "9000.5", log: "300.5" }, true],
    ["older than what only the source has", { log: "100.25", ckpt: "200" }, false],
    ["later than that", { log: "100.25", ckpt: "9001.5" }, true],
  ];
  for (const [what, destination, expected] of cases) {
    assertEquals(hasOwnWork(source, files(destination)), expected, what);
  }
});
