/**
 * Times of files on two machines.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { isSameTime } from "../../../lib/workspace/times.ts";

const SAME: [string, string][] = [
  ["1795470732.123456789", "1795470732.123456789"],
  ["1795470732.1234567890", "1795470732.123"],
  ["1795470732.123", "1795470732.1234567890"],
  ["1795470732", "1795470732.5"],
  ["1795470732.5", "1795470732"],
  ["1795470732.5", "1795470732.0000000000"],
];
const OTHER: [string, string][] = [
  ["1795470732.123456789", "1795470732.123456788"],
  ["1795470732.124", "1795470732.123999999"],
  ["1795470732.5", "1795470733"],
  ["1795470732", "1795470731.999"],
  ["1795470732.0000000000", "1795470732.5000000000"],
];

Deno.test("isSameTime() compares at the precision that both times have", () => {
  assertEquals(SAME.map(([time, copy]) => isSameTime(time, copy)), SAME.map(() => true));
  assertEquals(OTHER.map(([time, copy]) => isSameTime(time, copy)), OTHER.map(() => false));
});
