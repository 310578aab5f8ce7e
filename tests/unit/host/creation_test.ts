import { assertEquals } from "@std/assert";
import { isSlow } from "../../../lib/host/creation.ts";

Deno.test("isSlow() takes a place for slow only where most files took long, and some were made", () => {
  const times = [[2, 1, 30], [2, 0, 2], [0.1, 0.1, 30], [30, 0, 0.1], [0.9], []];
  assertEquals(times.map(isSlow), [true, true, false, false, false, false]);
});
