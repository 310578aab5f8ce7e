/**
 * Telling of which jobs files were left out: before they are moved, until whole ones stand.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { shell } from "../support/shell.ts";
import type { Case } from "./conformance.ts";
import { ROOT, STAGING } from "./fixture.ts";

const RECORDS = "ws/.xpm-copy/partial/jobs";
const STAGED = `ws/.xpm-staging/${STAGING}`;
/** The time of what is staged. */
const TIME = "1600000000.123456789";
/** A time before any claim. */
const BEFORE = String(Date.now() / 1000 - 3600);

export const recordCases: readonly Case[] = [
  {
    name: "look() tells of a folder of records, when no link leads to it",
    async check(f) {
      f.make({
        "outside/partial/jobs": { folder: 0o755 },
        "ws/.xpm-copy/partial/jobs": { folder: 0o755 },
        "none/.xpm-copy/partial": { folder: 0o755 },
        "linked/.xpm-copy": { link: `${ROOT}/outside` },
        "deeper/.xpm-copy/partial": { link: `${ROOT}/outside/partial` },
        "last/.xpm-copy/partial/jobs": { link: `${ROOT}/outside/partial/jobs` },
        "file/.xpm-copy": "",
        "file/jobs": { folder: 0o755 },
      });
      const workspaces = ["ws", "none", "linked", "deeper", "last", "file"];
      const seen = await Promise.all(workspaces.map((path) => f.look(path)));
      assertEquals(seen.map(({ state }) => state), workspaces.map(() => "workspace"));
      assertEquals(seen.map(({ records = false }) => records), [
        ...[true, false, false, false, false, false],
      ]);
    },
  },
  {
    name: "scan() for states lists records with them, and goes through no link there",
    async check(f) {
      f.make({
        "outside/b.json": "",
        "ws/jobs/t/a/t.done": "",
        "ws/jobs/t/a/out": "",
        [`${RECORDS}/t/a.json`]: "{}",
        [`${RECORDS}/t/b.json`]: { link: `${ROOT}/outside/b.json` },
        [`${RECORDS}/u`]: { link: `${ROOT}/outside` },
      });
      const folder = RECORDS.slice("ws/".length);
      const { found } = await f.scan(["jobs/t/a", folder], { statesOnly: true });
      assertEquals(found, {
        "jobs/t/a": "folder",
        "jobs/t/a/t.done": "file",
        [folder]: "folder",
        [`${folder}/t`]: "folder",
        [`${folder}/t/a.json`]: "file",
        [`${folder}/t/b.json`]: "link",
        [`${folder}/u`]: "link",
      });
    },
  },
  {
    name: "settle() tells what jobs lack, and no more of those that lack nothing",
    async check(f) {
      f.make({
        [`${RECORDS}/t/old.json`]: "old",
        [`${RECORDS}/t/whole.json`]: "of one that stands",
        [`${RECORDS}/u/new.json`]: "of one that comes",
        [`${RECORDS}/u/other.json`]: "of another run",
        "ws/jobs/t/whole/out": "1",
        [`ws/.xpm-copy/${STAGING}/jobs/t/stray.json`]: "of one that was broken off",
      });
      const records = ["t/old", "t/whole", "u/new", "u/other"].map((job) =>
        `${RECORDS}/${job}.json`
      );
      f.touch(BEFORE, ...records);
      const held = await f.claim();
      f.stage({ "jobs/t/a b/out": "2", "jobs/t/old/out": "3", "jobs/u/new/out": "4" });
      f.stage({ "records/jobs/t/stray.json": "of an earlier attempt" });
      const left = await held.publish({
        put: ["jobs/t/a b", "jobs/t/old", "jobs/u/new"],
        records: {
          written: { "t/a b": "é\n", "t/old": "new" },
          dropped: ["t/whole", "u/new", "v/x"],
        },
      });
      assertEquals(left, {});
      await held.release();
      assertEquals(f.files("ws/.xpm-copy"), {
        "partial/jobs/t/a b.json": "file é\n",
        "partial/jobs/t/old.json": "file new",
        "partial/jobs/u/other.json": "file of another run",
      });
      assertEquals(f.files("ws/jobs"), {
        "t/a b/out": "file 2",
        "t/old/out": "file 3",
        "t/whole/out": "file 1",
        "u/new/out": "file 4",
      });
    },
  },
  {
    name: "settle() removes the folders of the last record, and keeps what is of another copy",
    async check(f) {
      f.make({ [`${RECORDS}/t/a.json`]: "", "ws/jobs/t/a/out": "" });
      f.make({ [`ws/.xpm-copy/${STAGING}`]: "of one that was broken off" });
      f.touch(BEFORE, `${RECORDS}/t/a.json`);
      const held = await f.claim();
      f.make({ [`${RECORDS}/t/b.json`]: "written since the claim" });
      f.touch(String(Date.now() / 1000 + 60), `${RECORDS}/t/b.json`);
      assertEquals(
        await held.publish({ records: { dropped: ["t/a", "t/b"] }, more: true }),
        {},
      );
      assertEquals(Object.keys(f.files("ws/.xpm-copy")), ["partial/jobs/t/b.json"]);
      f.touch(BEFORE, `${RECORDS}/t/b.json`);
      assertEquals(await held.publish({ records: { dropped: ["t/b"] } }), {});
      assertEquals(".xpm-copy" in f.shown("ws"), false);
      await held.release();
    },
  },
  {
    name: "settle() adds what a job lacks, name by name, and leaves what is there as it is",
    modes: true,
    async check(f) {
      const names = Array.from({ length: 450 }, (_, at) => `many/${at}`); // more than one `mv` takes
      f.make({
        "ws/jobs/t/a/t.done": "old",
        "ws/jobs/t/a/.hidden": "old",
        "ws/jobs/t/a/deep/closed/old": "old",
        "ws/jobs/t/a/many/old": "old",
        "ws/jobs/t/a/untouched/old": "old",
        "ws/jobs/t/a/to": { link: "deep" },
        [`${RECORDS}/t/a.json`]: "",
      });
      const old = ["t.done", ".hidden", "deep/closed/old", "many/old", "untouched/old"];
      const folders = ["deep/closed", "deep", "many", "untouched", ""];
      f.touch(BEFORE, `${RECORDS}/t/a.json`);
      f.touch(BEFORE, ...[...old, ...folders].map((path) => `ws/jobs/t/a/${path}`));
      shell(f.at("ws/jobs/t/a"), 'touch -h -d "$1" to', `@${BEFORE}`);
      f.touch(BEFORE, "ws/jobs/t/a");
      Deno.chmodSync(f.at("ws/jobs/t/a/deep/closed"), 0o555);
      const held = await f.claim();
      f.stage({
        "jobs/t/a/..odd": "new",
        "jobs/t/a/-n *": "new",
        "jobs/t/a/link": { link: "to" },
        "jobs/t/a/deep/closed/new": "new",
        "jobs/t/a/deep/below/new": "new",
        "jobs/t/a/empty": { folder: 0o750 },
        "jobs/t/a/shut/new": "new",
        "jobs/t/a/untouched": { folder: 0o755 },
        ...Object.fromEntries(names.map((name) => [`jobs/t/a/${name}`, "new"])),
      });
      const staged = (path: string) => `ws/.xpm-staging/${STAGING}/jobs/t/a/${path}`;
      f.touch(TIME, ...folders.map(staged), staged("empty"), staged("shut"));
      for (const path of ["deep/closed", "shut"]) Deno.chmodSync(f.at(staged(path)), 0o555);
      const what = { fill: ["jobs/t/a"], unlessNewer: BEFORE, records: { dropped: ["t/a"] } };
      assertEquals(await held.publish(what), {});
      await held.release();
      assertEquals(f.files("ws"), {
        "jobs/t/a/-n *": "file new",
        "jobs/t/a/..odd": "file new",
        "jobs/t/a/.hidden": "file old",
        "jobs/t/a/deep/below/new": "file new",
        "jobs/t/a/deep/closed/new": "file new",
        "jobs/t/a/deep/closed/old": "file old",
        "jobs/t/a/link": "link to",
        ...Object.fromEntries(names.map((name) => [`jobs/t/a/${name}`, "file new"])),
        "jobs/t/a/many/old": "file old",
        "jobs/t/a/shut/new": "file new",
        "jobs/t/a/t.done": "file old",
        "jobs/t/a/to": "link deep",
        "jobs/t/a/untouched/old": "file old",
      });
      const shown = f.shown("ws/jobs/t/a", { modes: true, times: true });
      const told = ["deep", "deep/closed", "empty", "many", "shut", "untouched"]
        .map((path) => shown[path]);
      const open = `folder, 755, ${TIME}`;
      const closed = `folder, 555, ${TIME}`;
      assertEquals(told, [open, closed, `folder, 750, ${TIME}`, open, closed, open]);
    },
  },
  {
    name: "settle() adds nothing to a job without a record of before, or that is not as it was",
    async check(f) {
      const ids = ["told", "own", "none", "newer", "begun", "gone", "link", "taken"];
      for (const id of ids) f.make({ [`ws/jobs/pkg.T/${id}/old`]: "" });
      f.make({ "ws/jobs/pkg.T/taken/deep": "no folder", "outside/jobs/pkg.T/link/old": "" });
      Deno.removeSync(f.at("ws/jobs/pkg.T/gone"), { recursive: true });
      Deno.removeSync(f.at("ws/jobs/pkg.T/link"), { recursive: true });
      f.make({ "ws/jobs/pkg.T/link": { link: `${ROOT}/outside/jobs/pkg.T/link` } });
      const recorded = ids.filter((id) => id !== "own" && id !== "none");
      const records = recorded.map((id) => `${RECORDS}/pkg.T/${id}.json`);
      f.make(Object.fromEntries(records.map((path) => [path, ""])));
      const there = ids.flatMap((id) => id === "gone" ? [] : [`ws/jobs/pkg.T/${id}`]);
      const files = there.map((path) => `${path}/old`);
      f.touch(BEFORE, ...records, ...files, "ws/jobs/pkg.T/taken/deep", ...there);
      const held = await f.claim();
      f.make({ "ws/jobs/pkg.T/begun/T.pid": "1", "ws/jobs/pkg.T/newer/more": "" });
      f.touch(String(Date.now() / 1000 + 60), "ws/jobs/pkg.T/begun/T.pid");
      for (const id of ids) f.stage({ [`jobs/pkg.T/${id}/new`]: "" });
      f.stage({ "jobs/pkg.T/taken/deep/new": "" });
      const dropped = ids.map((id) => `pkg.T/${id}`);
      const left = await held.publish({
        fill: ids.filter((id) => id !== "begun").map((id) => `jobs/pkg.T/${id}`),
        unlessNewer: BEFORE,
        records: {
          written: { "pkg.T/own": "" },
          dropped: dropped.filter((job) => job !== "pkg.T/begun"),
        },
        more: true,
      });
      const late = String(Date.now() / 1000 + 3600);
      const fill = ["jobs/pkg.T/begun"];
      Object.assign(
        left,
        await held.publish({ fill, unlessNewer: late, records: { dropped: ["pkg.T/begun"] } }),
      );
      await held.release();
      assertEquals(left, {
        "jobs/pkg.T/begun": "begun",
        "jobs/pkg.T/gone": "gone",
        "jobs/pkg.T/link": `${ROOT}/ws/jobs/pkg.T/link is not a folder`,
        "jobs/pkg.T/newer": "newer",
        "jobs/pkg.T/none": "appeared",
        "jobs/pkg.T/own": "appeared",
        "jobs/pkg.T/taken": "appeared",
      });
      const come = Object.keys(f.files("ws/jobs")).filter((path) => path.endsWith("/new"));
      assertEquals(come.sort(), ["pkg.T/taken/new", "pkg.T/told/new"]);
      assertEquals(Object.keys(f.files("outside")), ["jobs/pkg.T/link/old"]);
      const kept = [...recorded.filter((id) => id !== "told"), "own"];
      assertEquals(Object.keys(f.files(RECORDS)), kept.sort().map((id) => `pkg.T/${id}.json`));
    },
  },
  {
    name: "settle() keeps the record of a job that is not put in its place",
    async check(f) {
      f.make({ [`${RECORDS}/t/a.json`]: "", [`${RECORDS}/t/b.json`]: "", "ws/jobs/t/b/out": "" });
      f.touch(BEFORE, `${RECORDS}/t/a.json`, `${RECORDS}/t/b.json`);
      const held = await f.claim();
      f.stage({ "jobs/t/b/out": "" });
      const put = ["jobs/t/a", "jobs/t/b"];
      assertEquals(await held.publish({ put, records: { dropped: ["t/a", "t/b"] } }), {
        "jobs/t/a": "it is not in the staging folder",
        "jobs/t/b": "appeared",
      });
      await held.release();
      assertEquals(Object.keys(f.files(RECORDS)), ["t/a.json", "t/b.json"]);
      // so that a copy which saw it before replaces no job that is whole by now
      const { mtime } = Deno.statSync(f.at(`${RECORDS}/t/a.json`));
      assertEquals(mtime!.getTime() / 1000 > Number(BEFORE) + 60, true);
    },
  },
  {
    name: "settle() moves no job whose record cannot be written, and writes none through a link",
    async check(f) {
      f.make({
        "outside/file": "theirs",
        [`${RECORDS}/linked`]: { link: `${ROOT}/outside` },
        [`${RECORDS}/file`]: "a file",
        [`${RECORDS}/t/link.json`]: { link: `${ROOT}/outside/file` },
        [`${RECORDS}/t/folder.json/in`]: "",
        [`ws/.xpm-copy/${STAGING}`]: { link: `${ROOT}/outside` }, // in place of a draft
      });
      const held = await f.claim();
      const jobs = ["linked/a", "file/a", "t/link", "t/folder", "t/good"];
      for (const job of [...jobs, "t/whole"]) f.stage({ [`jobs/${job}/out`]: job });
      const put = [...jobs, "t/whole"].map((job) => `jobs/${job}`);
      const written = Object.fromEntries(jobs.map((job) => [job, "new"]));
      const left = await held.publish({ put, records: { written, dropped: ["linked/file"] } });
      await held.release();
      const expected = jobs.slice(0, -1).map((job) => [`jobs/${job}`, "unrecorded"]);
      assertEquals(Object.entries(left).sort(), expected.sort());
      assertEquals(f.files("ws/jobs"), {
        "t/good/out": "file t/good",
        "t/whole/out": "file t/whole",
      });
      assertEquals(f.files("outside"), { "file": "file theirs" });
      assertEquals(f.files("ws/.xpm-copy"), {
        "partial/jobs/file": "file a file",
        "partial/jobs/linked": `link ${ROOT}/outside`,
        "partial/jobs/t/folder.json/in": "file ",
        "partial/jobs/t/good.json": "file new",
        "partial/jobs/t/link.json": `link ${ROOT}/outside/file`,
      });
      assertEquals(Object.keys(f.files(`${STAGED}/jobs`)).length, 4);
    },
  },
  {
    name: "settle() writes no record where a link leads to their folder",
    async check(f) {
      f.make({
        "outside/partial/jobs/t/a.json": "theirs",
        "ws/.xpm-copy": { link: `${ROOT}/outside` },
        "ws/jobs/T/a/T.done": "",
      });
      f.touch(BEFORE, "outside/partial/jobs/t/a.json");
      const held = await f.claim();
      f.stage({ "jobs/t/a/out": "", "jobs/t/b/out": "", "jobs/T/a/out": "" });
      const left = await held.publish({
        put: ["jobs/t/a", "jobs/t/b"],
        replace: ["jobs/T/a"],
        records: { written: { "t/b": "" }, dropped: ["t/a", "T/a"] },
      });
      await held.release();
      assertEquals(left, { "jobs/T/a": "appeared", "jobs/t/b": "unrecorded" });
      assertEquals(f.files("outside"), { "partial/jobs/t/a.json": "file theirs" });
    },
  },
  {
    name: "settle() removes records that were about to be written when a copy was broken off",
    async check(f) {
      f.make({ [`ws/.xpm-copy/${STAGING}/jobs/t/stray.json`]: "of one that was broken off" });
      const held = await f.claim();
      f.stage({ "jobs/t/a/out": "" });
      assertEquals(await held.publish({ put: ["jobs/t/a"], records: {} }), {});
      assertEquals(".xpm-copy" in f.shown("ws"), false);
      await held.release();
    },
  },
];
