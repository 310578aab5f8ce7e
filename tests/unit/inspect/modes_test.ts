/**
 * Permission bits that a destination cuts, told from those that were changed.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { Modes } from "../../../lib/inspect/modes.ts";
import type { Entry } from "../../../lib/system/entry.ts";

function entry(mode: number, kind: Entry["kind"] = "file"): Entry {
  return { path: "a", kind, size: 0, mtime: "0", mode };
}

/** Whether the last of some pairs is the same, once all of them were seen. */
function isSame(...pairs: [number, number, Entry["kind"]?][]): boolean {
  const modes = new Modes();
  const seen = pairs.map(([here, there, kind]) => [entry(here, kind), entry(there, kind)] as const);
  for (const [here, there] of seen) modes.see(here, there);
  return modes.isSame(...seen.at(-1)!);
}

Deno.test("Modes: bits that nothing has at the destination are cut, when enough things lack them", () => {
  assertEquals(isSame([0o644, 0o600]), false);
  assertEquals(isSame([0o644, 0o600], [0o755, 0o700, "folder"]), false);
  assertEquals(isSame([0o644, 0o600], [0o755, 0o700, "folder"], [0o644, 0o600]), true);
  assertEquals(isSame([0o664, 0o640], [0o775, 0o750, "folder"], [0o664, 0o640]), true);
});

Deno.test("Modes: a bit that one thing has at the destination is cut nowhere", () => {
  const cut: [number, number][] = Array.from({ length: 9 }, () => [0o644, 0o600]);
  assertEquals(isSame([0o644, 0o644], ...cut), false);
  assertEquals(isSame([0o644, 0o604], ...cut), false);
});

Deno.test("Modes: the owner's bits and added ones are never cut", () => {
  assertEquals(
    isSame(...Array.from({ length: 9 }, () => [0o755, 0o644] as [number, number])),
    false,
  );
  const cut: [number, number][] = Array.from({ length: 9 }, () => [0o644, 0o600]);
  assertEquals(isSame(...cut, [0o644, 0o400]), false);
  assertEquals(isSame(...cut, [0o640, 0o610]), false);
});

Deno.test("Modes: a folder may have the setgid bit of the folder that it is in, a file may not", () => {
  assertEquals(isSame([0o755, 0o2755, "folder"]), true);
  assertEquals(isSame([0o755, 0o2755]), false);
  assertEquals(isSame([0o2755, 0o755, "folder"]), false);
});
