import { assertEquals, assertThrows } from "@std/assert";
import type { FoundRunFolder } from "../../../lib/copy/inventory.ts";
import {
  formerRoots,
  pathMap,
  readMapped,
  relocatePath,
  withFormer,
} from "../../../lib/rewrite/path_map.ts";
import { relocate } from "../../../lib/rewrite/relocate.ts";
import { CopyError } from "../../../lib/errors.ts";
import { rootsOf } from "../../support/roots.ts";

const ROOTS = rootsOf("/home/u/ws", "/new");

Deno.test("relocatePath() takes paths of a former place of the workspace, as far as they are its own", () => {
  const map = pathMap({ ...ROOTS, former: ["/old/ws/", "/old", "/old/ws/jobs/deep"] });
  const cases: [string, string | undefined][] = [
    ["/old/ws/jobs/t/1/out", "/new/jobs/t/1/out"],
    ["/old/ws/experiments/e/r", "/new/experiments/e/r"],
    ["/old/ws/partials/t/n/h", "/new/partials/t/n/h"],
    ["/old/ws/jobs", "/new/jobs"],
    ["/old/jobs/t/1", "/new/jobs/t/1"],
    ["/old/ws/jobs/deep/jobs/t/1", "/new/jobs/t/1"],
    ["/old/ws/jobs/deep/er", undefined],
    ["/old/ws", undefined],
    ["/old/ws/", undefined],
    ["/old/ws/data/x", undefined],
    ["/old/ws/jobs2/x", undefined],
    ["/old/ws2/jobs/t/1", undefined],
    ["/old/ws/jobs/../data", undefined],
    ["/old/ws/jobs/t/../../..", undefined],
    ["/older/jobs/t/1", undefined],
    ["old/ws/jobs/t/1", undefined],
    ["/jobs/t/1", undefined],
    ["/", undefined],
    ["", undefined],
    ["/home/u/ws/x", "/new/x"],
  ];
  for (const [path, expected] of cases) assertEquals(relocatePath(path, map), expected, path);
});

Deno.test("withFormer() takes no place that cannot be one, and none that is known", () => {
  const map = pathMap(ROOTS);
  const odd = [
    "",
    "/",
    "//",
    "ws",
    "./ws",
    "/a/../b",
    "/a/./b",
    "/a//b",
    "/..",
    "/a\nb",
    "/a\u0000",
  ];
  for (const root of [...odd, "/home/u/ws", "/home/u/ws/"]) {
    assertEquals(withFormer(map, [root]), map, JSON.stringify(root));
  }
  assertEquals([...withFormer(map, ["/home/u", "/home/u/", ...odd]).former], ["/home/u"]);
});

Deno.test("relocatePath() takes the nearest place of the workspace, also one below that of today", () => {
  const map = withFormer(pathMap(ROOTS), [
    "/home/u/ws/old",
    "/home/u/ws/jobs",
    "/home/u/ws/jobs/t",
  ]);
  assertEquals([...map.former], ["/home/u/ws/old"]);
  const cases: [string, string | undefined][] = [
    ["/home/u/ws/old/jobs/t/1", "/new/jobs/t/1"],
    ["/home/u/ws/old/partials/t/n/1", "/new/partials/t/n/1"],
    ["/home/u/ws/old/data", "/new/old/data"],
    ["/home/u/ws/old", "/new/old"],
    ["/home/u/ws/jobs/jobs/1", "/new/jobs/jobs/1"],
  ];
  for (const [path, expected] of cases) assertEquals(relocatePath(path, map), expected, path);
});

Deno.test("relocate() takes the workspace of params.json for a former place of its own paths", () => {
  const params = (workspace: string, job: string, other: string) =>
    JSON.stringify({
      objects: [
        { type: "path", value: `${job}/jobs/t/1/out` },
        { type: "path", value: `${other}/data` },
      ],
      workspace,
    });
  const map = pathMap(ROOTS);
  assertEquals(relocate("params", params("/old/ws", "/old/ws", "/old/ws"), map), {
    text: params("/new", "/new", "/old/ws"),
    outside: ["/old/ws/data"],
    inside: ["jobs/t/1/out"],
    notes: [],
    former: "/old/ws",
  });
  for (const root of ["/", "", "old"]) {
    const { text, outside, former } = relocate("params", params(root, "", "/x"), map);
    assertEquals(text, params("/new", "", "/x"));
    assertEquals([outside, former], [["/jobs/t/1/out", "/x/data"], undefined]);
  }
});

Deno.test("formerRoots() are told by a run's links to its jobs, each by its own name", () => {
  const links: [string, string][] = [
    ["jobs/t/1", "/old/ws/jobs/t/1"],
    ["jobs/t/2", "/older/ws/jobs/t/2"],
    ["jobs/t/3", "/odd/jobs/t/4"],
    ["jobs/t/5", "../../../../jobs/t/5x"],
    ["jobs/t/6", "/jobs/t/6"],
    ["results/7", "/no/results/7"],
  ];
  const run: FoundRunFolder = new Map(links.map(([path, target]) => [path, {
    ...{ path, target, kind: "link", size: 0, mtime: "1", mode: 0o777 } as const,
  }]));
  run.set("jobs", { path: "jobs", kind: "folder", size: 0, mtime: "1", mode: 0o755 });
  assertEquals([...formerRoots(run)], ["/old/ws", "/older/ws", ""]);
});

Deno.test("relocatePath() puts what the user maps where that is, the longest first", () => {
  const mapped = readMapped({ "/data/": "/mnt/", "/data/big": "/", "/home": "/Users" });
  const map = pathMap({ ...ROOTS, mapped });
  const cases: [string, string | undefined][] = [
    ["/data", "/mnt"],
    ["/data/x", "/mnt/x"],
    ["/data/big", "/"],
    ["/data/big/x", "/x"],
    ["/data2", undefined],
    ["/data/../etc", undefined],
    ["/home/v", "/Users/v"],
    ["/home/u/ws/jobs/t/1", "/new/jobs/t/1"],
  ];
  for (const [path, expected] of cases) assertEquals(relocatePath(path, map), expected, path);
});

Deno.test("readMapped() takes absolute paths only", () => {
  const wrong: [Record<string, string>, string][] = [
    [{ data: "/x" }, "cannot map path 'data': it is not an absolute path"],
    [{ "/data": "x" }, "cannot map path 'x': it is not an absolute path"],
    [{ "/data": "" }, "cannot map path '': it is not an absolute path"],
    [{ "/": "/x" }, "cannot map path '/': it is the root folder"],
    [{ "/a/../b": "/x" }, "cannot map path '/a/../b': it contains '..'"],
    [{ "/a": "/b\u001b[m" }, "cannot map path '/b\\u001b[m': it contains a control character"],
  ];
  for (const [map, message] of wrong) {
    assertEquals(assertThrows(() => readMapped(map), CopyError).message, message);
  }
  assertEquals(readMapped(), []);
});
