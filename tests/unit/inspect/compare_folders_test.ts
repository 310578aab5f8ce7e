/**
 * Comparing what folders hold.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { compareFolders, type Expected, type Held } from "../../../lib/inspect/compare_folders.ts";
import { Modes } from "../../../lib/inspect/modes.ts";
import type { Entry } from "../../../lib/system/entry.ts";

type Thing = Partial<Entry> & { path: string };

function held(things: Thing[], touched: string[] = []): Held {
  const plain = { kind: "file", size: 1, mtime: "5.5", mode: 0o644 } as const;
  const all = [{ path: "", kind: "folder", mode: 0o755 } as Thing, ...things];
  return {
    entries: new Map(all.map((thing) => [thing.path, { ...plain, ...thing }])),
    touched: new Set(touched),
  };
}

/** What was found, a line each. */
function found(source: Held, destination: Held, expected: Partial<Expected> = {}): string[] {
  const { missing, extra, differing, leftOut } = compareFolders(source, destination, {
    target: (_, target) => target,
    isDocument: () => false,
    isLeftOut: () => undefined,
    isOptional: () => false,
    ...expected,
  }, new Modes());
  return [
    ...missing.map(({ path }) => `missing ${path}`),
    ...extra.map(({ path }) => `extra ${path}`),
    ...differing.map(({ path, what }) => `${path}: ${what}`),
    ...leftOut.map(({ path }) => `left out ${path}`),
  ];
}

const FOLDER = { kind: "folder", mode: 0o755 } as const;

Deno.test("compareFolders() names a folder that is missing or extra, not what is in it", () => {
  const things = [{ path: "a", ...FOLDER }, { path: "a/b", ...FOLDER }, { path: "a/b/c" }];
  assertEquals(found(held(things), held([])), ["missing a"]);
  assertEquals(found(held([]), held(things)), ["extra a"]);
  assertEquals(found(held(things), held([{ path: "a" }])), [
    "a: kind folder → file",
  ]);
});

Deno.test("compareFolders() tells what differs, the source first", () => {
  const here = held([{ path: "a" }, { path: "l", kind: "link", target: "/x" }]);
  const there = held([
    { path: "a", size: 2, mode: 0o600, mtime: "1800000000.25" },
    { path: "l", kind: "link", target: "/\u001b[2J" },
  ]);
  assertEquals(found(here, there), [
    "a: size 1 → 2; mode 644 → 600; time 1970-01-01T00:00:05.5Z → 2027-01-15T08:00:00.25Z",
    "l: target /x → /\\u001b[2J",
  ]);
  assertEquals(found(here, held([{ path: "a", size: 9 }]), { isDocument: () => true }), [
    "missing l",
  ]);
});

Deno.test("compareFolders() takes no offence at the time of a folder in which something is amiss", () => {
  const inside = { path: "d", ...FOLDER };
  const later = { ...inside, mtime: "9.5" };
  assertEquals(found(held([inside]), held([later])), [
    "d: time 1970-01-01T00:00:05.5Z → 1970-01-01T00:00:09.5Z",
  ]);
  assertEquals(found(held([inside]), held([later, { path: "d/x" }])), ["extra d/x"]);
  assertEquals(found(held([inside, { path: "d/x" }]), held([later])), ["missing d/x"]);
  assertEquals(found(held([inside]), held([later], ["d"])), []);
});

Deno.test("compareFolders() counts what was left out, and passes over what may be there", () => {
  const here = held([{ path: "d", ...FOLDER }, { path: "d/a.ckpt" }, { path: "d/b" }]);
  const isLeftOut = ({ path }: { path: string }) =>
    path.endsWith(".ckpt") ? "pattern" as const : undefined;
  const rules = { isLeftOut, isOptional: (path: string) => path === "own" };
  assertEquals(found(here, held([{ path: "d", ...FOLDER }, { path: "own" }]), rules), [
    "missing d/b",
    "left out d/a.ckpt",
  ]);
});

Deno.test("compareFolders() has no mind for links that are not wanted at the destination", () => {
  const here = held([{ path: "l", kind: "link", target: "/x" }]);
  const target = () => undefined;
  assertEquals(found(here, held([]), { target }), []);
  assertEquals(found(here, held([{ path: "l", kind: "link", target: "/y" }]), { target }), []);
});
