/**
 * A run that passes: what becomes of each of its members, and what comes after them.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { pathMap } from "../../../lib/rewrite/path_map.ts";
import { RunRewriter } from "../../../lib/rewrite/run_rewriter.ts";
import { joined } from "../../../lib/system/streams.ts";
import type { MemberHead } from "../../../lib/tar/header.ts";
import type { OverlayEntry } from "../../../lib/tar/write.ts";
import { MAX_DOCUMENT } from "../../../lib/workspace/documents.ts";
import { rootsOf } from "../../support/roots.ts";

const RUN = "experiments/e/20260118_170744";
const MAP = pathMap(rootsOf("/ws", "/new"));

const jobs = (...ids: string[]) => ids.map((jobId) => ({ taskId: "t", jobId }));

function rewriter(ids: string[] = [], tags: string[] = [], changed = new Set<string>()) {
  return new RunRewriter({ folder: RUN, jobs: () => jobs(...ids), tags }, MAP, changed);
}

/** Lets a member pass; its headers are its path, as bytes. */
function visit(run: RunRewriter, type: string, path: string, more: Partial<MemberHead> = {}) {
  const name = path === "" ? RUN : `${RUN}/${path}`;
  const head = {
    name,
    type,
    linkName: "",
    size: 10,
    sparse: false,
    long: false,
    mode: 0o644,
    mtime: "1",
    ...more,
  };
  return run.visit(head, path, () => bytes(`header of ${path}`));
}

function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function textOf(parts: Uint8Array[]): string {
  return new TextDecoder().decode(joined(parts));
}

const [FILE, LINK, FOLDER] = ["0", "2", "5"] as const;

Deno.test("RunRewriter.visit() leads links to jobs to the destination, and drops those that it shall not have", () => {
  const run = rewriter(["1"]);
  const leads = (linkName: string) => visit(run, LINK, "jobs/t/1", { linkName });
  assertEquals(leads("/elsewhere/jobs/t/1"), { target: "/new/jobs/t/1" });
  assertEquals(visit(run, LINK, "jobs/t/2", { linkName: "/ws/jobs/t/2" }), "drop");
  assertEquals(visit(run, FILE, "jobs/t/1"), "drop", "it is no link");
  assertEquals(visit(run, FOLDER, "jobs/t"), "pass");
});

Deno.test("RunRewriter.visit() relocates other links, and reads documents only", () => {
  const run = rewriter();
  const leads = (linkName: string) => visit(run, LINK, "data/x", { linkName });
  assertEquals(leads("/ws/partials/x"), { target: "/new/partials/x" });
  assertEquals(leads("../x"), "pass");
  assertEquals(visit(run, FILE, "status.json"), "read");
  assertEquals(visit(run, FILE, "configs.json"), "read");
  assertEquals(visit(run, FILE, "results.json"), "pass");
  assertEquals(run.finish().inside, ["partials/x", `${RUN}/x`]);
});

Deno.test("RunRewriter.visit() lets a document pass that is too large, and says so", () => {
  const run = rewriter();
  assertEquals(visit(run, FILE, "status.json", { size: MAX_DOCUMENT + 1 }), "pass");
  const [note, ...more] = run.finish().notes;
  assert(note?.startsWith("status.json is larger than 32 MiB"), note);
  assertEquals(more, []);
  assertEquals(visit(rewriter(), FILE, "status.json", { size: MAX_DOCUMENT }), "read");
});

Deno.test("RunRewriter edits a document of lines while it comes, and tells when it has changed", () => {
  const changed = new Set<string>();
  const line = (path: string) => `{"a": {"type": "path", "value": "${path}"}}\n`;
  const edited = (text: string) => {
    const editor = visit(rewriter([], [], changed), FILE, "objects.jsonl", { size: text.length });
    assert(typeof editor === "object" && "push" in editor);
    for (const letter of bytes(text)) editor.push(new Uint8Array([letter]));
    return textOf([...editor.finish()]);
  };
  assertEquals(edited(line("/data")), line("/data"));
  assertEquals([...changed], []);
  assertEquals(edited(line("/data") + line("/ws/a")), line("/data") + line("/new/a"));
  assertEquals([...changed], [`${RUN}/objects.jsonl`]);
});

Deno.test("RunRewriter.change() adds the tags of the destination to status.json", () => {
  const change = (path: string, text: string, tags: string[]) =>
    textOf(rewriter([], tags).change(path, bytes(text)));
  assertEquals(
    change("status.json", `{"run_tags": ["a"]}`, ["a", "b"]),
    `{"run_tags": ["a", "b"]}`,
  );
  assertEquals(change("configs.json", `{"run_tags": ["a"]}`, ["b"]), `{"run_tags": ["a"]}`);
  const odd = bytes("{no");
  const run = rewriter([], ["b"]);
  assertEquals(run.change("status.json", odd)[0], odd, "it is left as it is");
  assertEquals(run.finish().notes.length, 1);
});

/** What comes at the end: headers that come again, and what is written. */
function ending(run: RunRewriter, dialect: "gnu" | "bsd"): string[] {
  const write = function* (entries: OverlayEntry[]) {
    for (const entry of entries) {
      const what = entry.kind === "link" ? `link to ${entry.target}` : `new ${entry.kind}`;
      yield bytes(`${what} at ${entry.path.slice(RUN.length + 1)}`);
    }
  };
  return [...run.end(dialect, write)].map((part) => textOf([part]));
}

Deno.test("RunRewriter.end() makes the links that have not passed, each after its folder", () => {
  const passed = () => {
    const run = rewriter(["1", "2"]);
    for (const path of ["", "jobs", "jobs/t"]) visit(run, FOLDER, path);
    visit(run, LINK, "jobs/t/1", { linkName: "/ws/jobs/t/1" });
    return run;
  };
  const link = "link to /new/jobs/t/2 at jobs/t/2";
  const again = ["header of ", "header of jobs", "header of jobs/t"];
  assertEquals(ending(passed(), "gnu"), [...again, link]);
  assertEquals(ending(passed(), "bsd"), [link], "all folders come again, later");
});

Deno.test("RunRewriter.end() makes folders that the source lacks, and nothing where nothing is missing", () => {
  const run = rewriter(["1"]);
  visit(run, FOLDER, "");
  assertEquals(ending(run, "gnu"), [
    "header of ",
    "new folder at jobs",
    "new folder at jobs/t",
    "link to /new/jobs/t/1 at jobs/t/1",
  ]);
  const whole = rewriter(["1"]);
  visit(whole, LINK, "jobs/t/1", { linkName: "/ws/jobs/t/1" });
  assertEquals(ending(whole, "gnu"), []);
});
