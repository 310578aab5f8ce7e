import { assertEquals } from "@std/assert";
import { join } from "@std/path";
import { makeSample } from "../../scripts/sample.ts";
import { dumps, Verbatim } from "../../scripts/python_json.ts";

/** Every path below a folder, files with their content, links with their target. */
function tree(root: string, below = ""): Record<string, string> {
  const found: Record<string, string> = {};
  for (const { name, isDirectory, isSymlink } of Deno.readDirSync(join(root, below))) {
    const path = join(below, name);
    if (isDirectory) Object.assign(found, tree(root, path));
    else if (isSymlink) found[path] = "-> " + Deno.readLinkSync(join(root, path));
    else found[path] = Deno.readTextFileSync(join(root, path));
  }
  return found;
}

Deno.test("dumps() writes as Python does", () => {
  const value = { a: [1, 1e-7, 1.5e22, new Verbatim("NaN")], "é": null, "💡": {}, "\x7f": [] };
  assertEquals(
    dumps(value),
    '{"a": [1, 1e-07, 1.5e+22, NaN], "\\u00e9": null, "\\ud83d\\udca1": {}, "\x7f": []}',
  );
  assertEquals(dumps({ a: [true, "x"] }, "compact"), '{"a":[true,"x"]}');
  assertEquals(dumps({ a: [1], b: {} }, "indented"), '{\n  "a": [\n    1\n  ],\n  "b": {}\n}');
});

Deno.test("makeSample() makes the same bytes from the same seed, others from another", () => {
  const root = Deno.makeTempDirSync();
  try {
    makeSample(root);
    const first = tree(root);
    makeSample(root);
    assertEquals(tree(root), first);
    makeSample(root, { seed: 2, experimentId: "other" });
    assertEquals(Object.keys(tree(root)).filter((path) => path.startsWith("jobs/")).length, 108);
  } finally {
    Deno.removeSync(root, { recursive: true });
  }
});

Deno.test("makeSample() gives each job the state and the files asked for", () => {
  const root = Deno.makeTempDirSync();
  try {
    const states = ["done", "failed", "running", "unfinished", "missing", "removed"] as const;
    const files = { "out/deep/uv.lock": "data" };
    const { jobs, runFolder } = makeSample(root, {
      jobs: states.map((state) => ({ state, task: "train", files })),
    });
    const seen = jobs.map(({ folder }) => {
      try {
        return [...Deno.readDirSync(folder)].map((entry) => entry.name).sort();
      } catch {
        return undefined;
      }
    });
    const common = [".experimaestro", "model.bin", "out", "params.json"];
    const own = ["train.err", "train.lock", "train.out", "train.py"];
    const withMarker = (name: string) => [...common, ...own, name].sort();
    assertEquals(seen, [
      withMarker("train.done"),
      withMarker("train.failed"),
      withMarker("train.pid"),
      [...common, ...own],
      undefined,
      undefined,
    ]);
    assertEquals(Deno.readTextFileSync(`${jobs[0]!.folder}/out/deep/uv.lock`), "data");
    const lines = Deno.readTextFileSync(`${runFolder}/jobs.jsonl`).trimEnd().split("\n");
    assertEquals(lines.map((line) => JSON.parse(line).transient ?? 0), [0, 0, 0, 0, 0, 2]);
    assertEquals(JSON.parse(Deno.readTextFileSync(`${runFolder}/status.json`)).ended_at, null);
    assertEquals(
      jobs.map(({ taskId, jobId }) => {
        try {
          return Deno.readLinkSync(`${runFolder}/jobs/${taskId}/${jobId}`);
        } catch {
          return undefined;
        }
      }),
      jobs.map(({ folder, state }) => state === "removed" ? undefined : folder),
    );
  } finally {
    Deno.removeSync(root, { recursive: true });
  }
});
