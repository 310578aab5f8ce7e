/**
 * Telling of which jobs files were left out: before they are moved, until whole ones stand.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import type { Case } from "./conformance.ts";
import { ROOT, STAGING } from "./fixture.ts";

const RECORDS = "ws/.xpm-copy/partial/jobs";
const STAGED = `ws/.xpm-staging/${STAGING}`;
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
    name: "settle() replaces a job that is done only when it was told before that it lacks files",
    async check(f) {
      const names = ["told", "told again", "own", "none", "link"];
      for (const name of names) {
        f.make({ [`ws/jobs/pkg.T/${name}/T.done`]: "", [`ws/jobs/pkg.T/${name}/old`]: "" });
      }
      f.make({
        [`${RECORDS}/pkg.T/told.json`]: "",
        [`${RECORDS}/pkg.T/told again.json`]: "",
        [`${RECORDS}/pkg.T/link.json`]: { link: "told.json" },
      });
      f.touch(BEFORE, `${RECORDS}/pkg.T/told.json`);
      const held = await f.claim();
      for (const name of names) f.stage({ [`jobs/pkg.T/${name}/new`]: "" });
      const left = await held.publish({
        replace: names.map((name) => `jobs/pkg.T/${name}`),
        records: {
          written: { "pkg.T/told again": "new", "pkg.T/own": "" },
          dropped: ["pkg.T/told"],
        },
      });
      await held.release();
      const appeared = ["link", "none", "own"].map((name) => [`jobs/pkg.T/${name}`, "appeared"]);
      assertEquals(Object.entries(left).sort(), appeared);
      const there = Object.keys(f.files("ws/jobs")).filter((path) => !path.endsWith(".done"));
      assertEquals(there.sort(), [
        ...["pkg.T/link/old", "pkg.T/none/old", "pkg.T/own/old"],
        ...["pkg.T/told again/new", "pkg.T/told/new"],
      ]);
      assertEquals(Object.keys(f.files(RECORDS)).sort(), [
        ...["pkg.T/link.json", "pkg.T/own.json", "pkg.T/told again.json"],
      ]);
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
