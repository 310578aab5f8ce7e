import { assert, assertEquals, assertThrows } from "@std/assert";
import { excluder, excludeRules } from "../../../lib/copy/exclude.ts";
import { stage } from "../../../lib/copy/stage.ts";
import { CopyError } from "../../../lib/errors.ts";
import { walk } from "../../../lib/system/files.ts";

import type { Entry } from "../../../lib/system/entry.ts";
import { leftBehindInJob } from "../../../lib/workspace/layout.ts";

const JOBS = ["jobs/neuralir.train/9de0", "jobs/a[b*c?.out/out", "jobs/out/train.x"];
const RUN = "experiments/e/20260118_170744";
const PROTECTED = [
  "params.json",
  "train.done",
  "x.failed",
  ".experimaestro/status.json",
  ".experimaestro/out/model.ckpt",
];
const LEFT_BEHIND = ["train.pid", "train.lock", ".experimaestro/train.lock"];
const PLAIN = ["out", "model.ckpt", "a", "x.txt", "é.ckpt", "tmp", "uv.lock", "train.pid", "😀"];
const NAMES = [...PLAIN, "[x]"];

/** A generator of numbers from 0 up to n, the same in every run. */
function seeded(seed: number): (n: number) => number {
  return (n) => {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
    return Math.floor(seed / 2 ** 32 * n);
  };
}

/** Fills a folder with files, folders and links of few names, so that patterns meet many of them. */
async function fill(folder: string, pick: (n: number) => number, depth: number): Promise<void> {
  await Deno.mkdir(folder, { recursive: true });
  for (const name of NAMES) {
    const kind = pick(depth > 0 ? 4 : 3);
    const path = `${folder}/${name}`;
    if (kind === 0) continue;
    if (kind === 1) await Deno.symlink("out", path);
    else if (kind === 2) await Deno.writeTextFile(path, name);
    else await fill(path, pick, depth - 1);
  }
}

/** Makes a workspace with three jobs and a run; every job holds what is protected and left behind. */
async function makeSource(root: string): Promise<void> {
  const pick = seeded(42);
  for (const folder of [...JOBS, RUN]) {
    await fill(`${root}/${folder}`, pick, folder === JOBS[0] ? 2 : 1);
    await Deno.mkdir(`${root}/${folder}/.experimaestro/out`, { recursive: true });
    for (const file of [...PROTECTED, ...LEFT_BEHIND.slice(1)]) {
      await Deno.writeTextFile(`${root}/${folder}/${file}`, "");
    }
    await Deno.mkdir(`${root}/${folder}/kept.done/out`, { recursive: true });
    await Deno.writeTextFile(`${root}/${folder}/kept.done/x.txt`, "");
  }
}

function entriesOf(root: string): Map<string, Entry> {
  const entries = new Map<string, Entry>();
  walk(root, (entry) => entries.set(entry.path, entry));
  return entries;
}

/** What rsync brings, with the rules that a copy gives it. */
async function brought(source: string, staging: string, exclude: string[]): Promise<string[]> {
  const end = {
    said: "rsync  version 3.2.7  protocol version 31",
    operand: (path: string) => path,
  };
  const outcome = await stage({
    ends: { source: end, destination: end },
    paths: { source, destination: staging },
    shares: [[...JOBS, RUN]],
    named: new Map(),
    openFolders: false,
    trust: "size and time",
    sparse: false,
    jobs: JOBS.map((folder) => ({
      taskId: folder.split("/")[1]!,
      jobId: folder.split("/")[2]!,
    })),
    exclude,
    bandwidthLimit: 0,
    quiet: 0,
    onProgress: () => {},
  }, {});
  assertEquals(outcome.complaints, []);
  return [...JOBS, RUN].flatMap((folder) =>
    [...entriesOf(`${staging}/${folder}`).keys()].map((path) => `${folder}/${path}`)
  ).sort();
}

/** What should be brought: what `excluder` does not leave out. */
function expected(source: string, exclude: string[]): string[] {
  const excludes = excluder({ exclude });
  const paths = [...entriesOf(`${source}/${RUN}`).keys()]
    .filter((path) => path !== "jobs" && path !== ".status.json.lock")
    .map((path) => `${RUN}/${path}`);
  for (const folder of JOBS) {
    const left = leftBehindInJob(folder.split("/")[1]!);
    const entries = entriesOf(`${source}/${folder}`);
    const isLeft = (path: string) =>
      left.some((place) => path === place || path.startsWith(`${place}/`));
    for (const [path, entry] of entries) {
      if (!isLeft(path) && excludes(entry) === undefined) paths.push(`${folder}/${path}`);
    }
  }
  return paths.sort();
}

/** Patterns of every form, made of the names that there are. */
function randomPattern(pick: (n: number) => number): string {
  const name = () => {
    const whole = [...PLAIN[pick(PLAIN.length)]!];
    const at = pick(whole.length);
    switch (pick(8)) {
      case 0:
        return "*";
      case 1:
        return `*${whole.slice(at).join("")}`;
      case 2:
        return `${whole.slice(0, at).join("")}*`;
      case 3:
        return whole.map((char, index) => index === at ? "?" : char).join("");
      case 4:
        return whole.map((char, index) => index === at ? "[a-mx]" : char).join("");
      case 5:
        return whole.map((char, index) => index === at ? "[!a-mx]" : char).join("");
      default:
        return whole.join("");
    }
  };
  const names = Array.from({ length: 1 + pick(3) }, name).join("/");
  return (pick(3) === 0 ? "/" : "") + names + (pick(4) === 0 ? "/" : "");
}

const FIXED: string[][] = [
  [],
  ["*"],
  ["/*"],
  ["*/"],
  ["*/*"],
  ["*/x.txt"],
  ["*/*/out"],
  ["/out"],
  ["/out/"],
  ["out/*.ckpt"],
  ["train.x/out"],
  ["neuralir.train/*"],
  ["jobs"],
  ["/jobs/*"],
  ["?.ckpt"],
  ["??.ckpt"],
  ["[é]*.ckpt"],
  ["????"],
  ["a[^x]a"],
  ["o[!a]t"],
  ["*[a-z]*"],
  ["[^a-c-t].txt", "[a^!]"],
  ["*.done"],
  ["kept*"],
  ["/kept.done/*"],
  [".*"],
  [".experimaestro"],
  ["/.experimaestro/*"],
  ["status.json", "params.json", "*.failed"],
  ["uv.lock", "train.pid"],
  ["x.txt/", "model.ckpt/"],
  ["a//out"],
  ["//out"],
  ["./out"],
  ["../out"],
  ["a.", ".txt"],
  ["(a|out)", "a+", "^a", "a$", "{a}"],
  ["]", "x]"],
  [" out", "out ", " "],
  ["!", "- a", "+ a", "#a", ":C", ". x", "-a"],
];

Deno.test("excluder() leaves out exactly what rsync leaves out by excludeRules()", async () => {
  const root = await Deno.makeTempDir();
  try {
    const source = `${root}/source`;
    await makeSource(source);
    const pick = seeded(7);
    const random = Array.from(
      { length: 60 },
      () => Array.from({ length: 1 + pick(2) }, () => randomPattern(pick)),
    );
    const all = expected(source, []).length;
    let fewer = 0;
    const wrong: string[] = [];
    for (const [index, patterns] of [...FIXED, ...random].entries()) {
      const staging = `${root}/${index}`;
      await Deno.mkdir(staging);
      const [ours, theirs] = [expected(source, patterns), await brought(source, staging, patterns)];
      const [here, there] = [new Set(ours), new Set(theirs)];
      if (ours.length < all) fewer++;
      for (const folder of JOBS) {
        for (const file of PROTECTED) assert(there.has(`${folder}/${file}`), `${patterns}`);
      }
      const more = ours.filter((path) => !there.has(path));
      const less = theirs.filter((path) => !here.has(path));
      if (more.length + less.length > 0) {
        wrong.push(`${JSON.stringify(patterns)}: rsync lacks ${more[0]}, has ${less[0]}`);
      }
      await Deno.remove(staging, { recursive: true });
    }
    assertEquals(wrong, []);
    assert(fewer > 40, `only ${fewer} of the patterns left something out`);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
});

Deno.test("excluder() knows the forms of a pattern", () => {
  const cases: [pattern: string, path: string, isFolder: boolean, excluded: boolean][] = [
    ["*.ckpt", "model.ckpt", false, true],
    ["*.ckpt", "out/deep/model.ckpt", false, true],
    ["*.ckpt", "model.ckpt/weights", false, true],
    ["*.ckpt", "model.ckpt.txt", false, false],
    ["logs/*.txt", "logs/a.txt", false, true],
    ["logs/*.txt", "out/logs/a.txt", false, true],
    ["logs/*.txt", "logs/deep/a.txt", false, false],
    ["logs/*.txt", "xlogs/a.txt", false, false],
    ["/out/big", "out/big", false, true],
    ["/out/big", "out/big/x", false, true],
    ["/out/big", "x/out/big", false, false],
    ["tmp/", "tmp", true, true],
    ["tmp/", "tmp", false, false],
    ["tmp/", "tmp/x", false, true],
    ["tmp/", "out/tmp/x", false, true],
    ["a?c", "abc", false, true],
    ["a?c", "a/c", false, false],
    ["a[!x]c", "a/c", false, false],
    ["*", "out", true, true],
    ["*", "params.json", false, false],
    ["*", "train.done", false, false],
    ["*", "train.failed", false, false],
    ["*", ".experimaestro", true, false],
    ["*", ".experimaestro/events/event-0.jsonl", false, false],
    ["*", "out/params.json", false, true],
    ["*", "out/train.done", false, true],
  ];
  for (const [pattern, path, isFolder, excluded] of cases) {
    const kind = isFolder ? "folder" : "file";
    const by = excluder({ exclude: [pattern] })({ path, kind, size: 0 });
    assertEquals(by, excluded ? "pattern" : undefined, `${pattern} of ${path}`);
  }
  assertEquals(excluder({})({ path: "anything", kind: "file", size: 2 ** 40 }), undefined);
});

Deno.test("excluder() leaves out what is too large, and no file that a job needs", () => {
  const excludes = excluder({ exclude: ["*.tmp"], maxSize: 100 });
  const by = (path: string, size: number, kind: Entry["kind"] = "file") =>
    excludes({ path, kind, size });
  assertEquals(by("model.bin", 100), undefined);
  assertEquals(by("model.bin", 101), "size");
  assertEquals(by("a.tmp", 101), "pattern");
  assertEquals(by("out", 4096, "folder"), undefined);
  for (const path of PROTECTED) assertEquals(by(path, 101), undefined, path);
  for (const maxSize of [-1, 0.5, NaN]) assertThrows(() => excluder({ maxSize }), CopyError);
});

Deno.test("excluder() with metadataOnly keeps only what a job needs", () => {
  const excludes = excluder({ metadataOnly: true });
  const by = (path: string, kind: Entry["kind"] = "file") => excludes({ path, kind, size: 0 });
  for (const path of PROTECTED) assertEquals(by(path), undefined, path);
  for (const path of ["model.bin", "train.out", "out/params.json"]) {
    assertEquals(by(path), "pattern", path);
  }
  assertEquals(by("out", "folder"), "pattern");
});

Deno.test("excludeRules() gives no rules where nothing is left out", () => {
  assertEquals(excludeRules([]), []);
});

Deno.test("excludeRules() and excluder() refuse patterns that rsync would read otherwise", () => {
  const patterns = [
    "",
    "/",
    "**",
    "a/**/b",
    "out/***",
    "a\\*",
    "a\nb",
    "\u001b",
    "[z-a]",
    "[",
    "a[b",
  ];
  patterns.push("[]a]", "[!]", "[[:alpha:]]", "[a/b]", "[**]");
  for (const pattern of patterns) {
    for (const make of [excludeRules, (exclude: string[]) => excluder({ exclude })]) {
      const error = assertThrows(() => make(["*.ckpt", pattern]), CopyError);
      assertEquals(error.code, "usage");
      const shown = pattern.replace("\n", "\\u000a").replace("\u001b", "\\u001b");
      const unknown = /\*\*|\\/.exec(pattern)?.[0];
      const message = unknown === undefined
        ? `invalid --exclude pattern '${shown}'`
        : `--exclude does not support '${unknown}': '${shown}'`;
      assertEquals(error.message, message);
    }
  }
});
