import { assertEquals } from "@std/assert";
import { contentOf, differenceOf, isLike, isUnchanged } from "../../../lib/system/content.ts";

import type { Entry, EntryKind } from "../../../lib/system/entry.ts";

function entry(path: string, kind: EntryKind = "file", size = 5, mtime = "1.000"): Entry {
  return { path, kind, size, mtime, mode: 0o644 };
}

const FOLDER = [entry("a"), entry("b"), entry("b c", "link", 9), entry("d", "folder", 4096)];

function entries(...all: Entry[]): Map<string, Entry> {
  return new Map(all.map((one) => [one.path, one]));
}

Deno.test("isLike() takes folders for the same by names, kinds and bytes, whatever the order", () => {
  const content = contentOf(FOLDER);
  assertEquals(isLike(content, contentOf(FOLDER.toReversed())), true);
  const but = (...others: Entry[]) => contentOf([...entries(...FOLDER, ...others).values()]);
  for (
    const other of [
      but(entry("e")),
      but(entry("e", "folder", 0)),
      but(entry("a", "file", 6)),
      but(entry("a", "link")),
      but(entry("d", "file", 0)),
      contentOf(FOLDER.slice(1)),
      contentOf([]),
      undefined,
    ]
  ) assertEquals(isLike(content, other), false);
  // what a link or a folder takes is no matter of what it holds
  assertEquals(isLike(content, but(entry("b c", "link", 7), entry("d", "folder", 1))), true);
  assertEquals(isLike(content, { ...content, bytes: NaN }), true);
  assertEquals(isLike(content, { names: 1, bytes: NaN }), false);
});

Deno.test("differenceOf() tells what is missing, other or too much, and of folders only the upmost", () => {
  const there = entries(...FOLDER, entry("x/y", "folder"), entry("long", "file", 10));
  assertEquals(differenceOf(there, there), { lost: new Map(), extra: [] });
  const come = entries(
    entry("a"),
    entry("b c", "file"),
    entry("d", "folder", 1),
    entry("long", "file", 4),
    entry("more", "folder"),
    entry("more/than", "folder"),
    entry("more/than/that"),
    entry("x/y", "link"),
    entry("x/y/z"),
  );
  assertEquals(differenceOf(there, come), {
    lost: new Map([
      ["b", "is missing"],
      ["b c", "is a file, not a link"],
      ["x/y", "is a link, not a folder"],
      ["long", "has 4 bytes, not 10"],
    ]),
    extra: ["b c", "x/y", "more"],
  });
});

Deno.test("isUnchanged() is true of what has kept its kind, size and time", () => {
  assertEquals(isUnchanged(entry("a"), entry("a")), true);
  for (const other of [entry("a", "link"), entry("a", "file", 6), entry("a", "file", 5, "2.000")]) {
    assertEquals(isUnchanged(entry("a"), other), false);
  }
  assertEquals(isUnchanged(entry("a"), undefined), false);
});
