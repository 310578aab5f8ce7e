/**
 * Finding experiments, their runs, and what these say of themselves.
 *
 * @module
 */

import { assertEquals, assertRejects } from "@std/assert";
import { CopyError } from "../../mod.ts";
import type { Case } from "./conformance.ts";
import { ROOT } from "./fixture.ts";

/** A text of a run, with what a careless reader would change. */
const ODD = new TextEncoder().encode(
  '\ufeff{"job_id": "é\\n"}\r\n\n  \t{"a": "%s \\\\ $(x) `y` \'\u2028"}\n\u0001\u007f no newline',
);

export const runCases: readonly Case[] = [
  {
    name:
      "look() and browse() find the run that is current: by a link, by an older one, the latest",
    async check(f) {
      const folder = { folder: 0o755 };
      const run = "20260101_000000.1";
      const link = (target: string) => ({ link: target });
      f.make({
        "ws/experiments/absolute/current": link(`${ROOT}/ws/experiments/absolute/${run}`),
        [`ws/experiments/absolute/${run}/status.json`]: "{1}",
        "ws/experiments/absolute/20270101_000000": folder,
        "ws/experiments/relative/current": link(`${run}/`),
        [`ws/experiments/relative/${run}`]: folder,
        "ws/experiments/gone/current": link("20250101_000000"),
        [`ws/experiments/gone/${run}`]: folder,
        "ws/experiments/up/current": link(".."),
        "ws/experiments/hidden/current": link(".run"),
        "ws/experiments/hidden/.run": folder,
        "ws/experiments/option/current": link("-run"),
        "ws/experiments/option/-run": folder,
        "ws/experiments/linked/current": link("run"),
        "ws/experiments/linked/run": link(`${ROOT}/ws/experiments/absolute/${run}`),
        "ws/experiments/none": folder,
        "ws/experiments/plain/current/status.json": "{2}",
        "ws/experiments/latest/20260101_000000": folder,
        "ws/experiments/latest/20260102_000000.1": folder,
        "ws/experiments/latest/20260102_000000": folder,
        "ws/experiments/latest/20260103_000000": link("20260101_000000"),
        "ws/experiments/latest/lock": "",
        "ws/.events/experiments/older/current": link(`${ROOT}/ws/experiments/older/${run}`),
        [`ws/experiments/older/${run}`]: folder,
        "ws/experiments/older/20270101_000000": folder,
        "ws/.experimaestro/experiments/oldest": link(`../../experiments/oldest/${run}`),
        [`ws/experiments/oldest/${run}`]: folder,
      });
      const expected = {
        absolute: `${run} by link`,
        latest: "20260102_000000.1 by latest",
        older: `${run} by older link`,
        oldest: `${run} by older link`,
        relative: `${run} by link`,
      };
      const current: Record<string, unknown> = {};
      const names = [...Deno.readDirSync(f.at("ws/experiments"))].map(({ name }) => name);
      for (const experiment of [...names, "absent"].sort()) {
        const found = await f.look("ws", { experiment, run: "current" });
        assertEquals(found.experiment, experiment !== "absent", experiment);
        assertEquals(found.run?.id, found.current?.split(" ")[0], experiment);
        if (found.current !== undefined) current[experiment] = found.current;
      }
      assertEquals(current, expected);
      const browsed = (await f.browse()).filter((found) => found.current !== undefined);
      assertEquals(Object.fromEntries(browsed.map(({ id, current }) => [id, current])), expected);
      const found = await f.look("ws", { experiment: "absolute", run });
      const asked = { id: run, status: "{1}", transient: [] };
      assertEquals([found.currentStatus, found.run], ["{1}", asked]);
      const absent = await f.look("ws", { experiment: "relative", run: "20250101_000000" });
      assertEquals(absent.run, undefined);
      assertEquals((await f.look("ws", { experiment: "linked", run: "run" })).run, undefined);
    },
  },
  {
    name: "look() takes an experiment's folder that is a link to a folder of its own name only",
    async check(f) {
      f.make({
        "moved/experiments/e/run/status.json": "{}",
        "ws/experiments/e": { link: `${ROOT}/moved/experiments/e` },
        "ws/experiments/f": { link: `${ROOT}/moved/experiments/e` },
      });
      const found = await f.look("ws", { experiment: "e", run: "run" });
      assertEquals([found.experiment, found.run?.status], [true, "{}"]);
      await f.refuses(
        () => f.look("ws", { experiment: "f" }),
        `${ROOT}/ws/experiments/f is a link`,
      );
    },
  },
  {
    name: "look() gives the texts of a run byte by byte, and reads nothing but plain files",
    async check(f) {
      const at = "ws/experiments/e/r";
      const transient = [
        '{"job_id": "2", "transient":2, "x": 1}', // experimaestro 2.0
        '{"scheduler_state": "transient", "job_id": "1"}',
      ];
      f.make({
        [`${at}/jobs.jsonl`]: ODD,
        [`${at}/status.json`]: '{"a": 1}\n\n',
        [`${at}/events/a.jsonl`]: `{"x": 1}\n${transient[0]}\n{"scheduler_state": "done"}\n`,
        [`${at}/events/b.jsonl`]: transient[1]!, // the last line of a run that is under way
        [`${at}/events/c.txt`]: transient[0]!,
        [`${at}/events/d.jsonl`]: { link: "a.jsonl" },
        "ws/experiments/e/empty/jobs.jsonl": "",
        "ws/experiments/e/linked/jobs.jsonl": { link: "../r/jobs.jsonl" },
        "ws/experiments/e/linked/status.json": { fifo: true },
        "ws/experiments/e/linked/events": { link: "../r/events" },
      });
      const look = async (run: string, wanted?: "jobs") =>
        (await f.look("ws", { experiment: "e", run, ...(wanted && { wanted }) })).run;
      const status = '{"a": 1}\n\n';
      const jobs = new TextDecoder("utf-8", { ignoreBOM: true }).decode(ODD);
      assertEquals(await look("r", "jobs"), { id: "r", jobs, status, transient });
      assertEquals(await look("r"), { id: "r", status, transient: [] });
      assertEquals(await look("empty", "jobs"), { id: "empty", jobs: "", transient: [] });
      assertEquals(await look("linked", "jobs"), { id: "linked", transient: [] });
    },
  },
  {
    name: "look() and browse() tell what experimaestro 1.x has made, and the links of a run of it",
    async check(f) {
      const link = { link: "anything" };
      f.make({
        "ws/xp/old/jobs/t/a": link,
        "ws/experiments/e/r/jobs/pkg.T/b": link,
        "ws/experiments/e/r/jobs/pkg.T/a": link,
        "ws/experiments/e/r/jobs/a b/$(x)": link,
        "ws/experiments/e/r/jobs/a b/file": "",
        "ws/experiments/e/r/jobs/top": link,
        "ws/experiments/e/r/jobs/up": { link: "pkg.T" },
        "ws/experiments/e/listed/jobs.jsonl": "",
        "ws/experiments/e/listed/jobs/t/a": link,
        "ws/experiments/e/away/jobs": { link: "../r/jobs" },
        "ws/experiments/e/torn/environment.json": "",
        "ws/experiments/e/torn/jobs/t/a": link,
        "done/xp": { link: `${ROOT}/ws/xp` },
        "done/experiments": { folder: 0o755 },
      });
      const linked = "a b/$(x)\npkg.T/a\npkg.T/b";
      const look = async (experiment: string, run?: string, path = "ws") => {
        const found = await f.look(path, { experiment, wanted: "jobs", ...(run && { run }) });
        return [found.inXp, found.run?.jobs, found.run?.linked];
      };
      assertEquals(await look("old"), [true, undefined, undefined]);
      assertEquals(await look("e", "r"), [undefined, undefined, linked]);
      assertEquals(await look("e", "listed"), [undefined, "", undefined]);
      assertEquals(await look("e", "away"), [undefined, undefined, undefined]);
      assertEquals(await look("e", "torn"), [undefined, undefined, undefined]);
      assertEquals(await look("old", undefined, "done"), [undefined, undefined, undefined]);
      assertEquals<unknown>((await f.browse("e", true))[0]!.runs, [
        { id: "away" },
        { id: "listed", jobs: "" },
        { id: "r", linked },
        { id: "torn" },
      ]);
      assertEquals([await f.browse("old"), await f.inXp("old"), await f.inXp("e")], [
        [],
        true,
        false,
      ]);
      assertEquals([await f.inXp(), await f.inXp(undefined, "done")], [true, false]);
    },
  },
  {
    name: "browse() finds the experiments and their runs, and says when there is no workspace",
    async check(f) {
      const error = await assertRejects(() => f.browse(), CopyError);
      assertEquals(error.code, "not-found", error.message);
      f.make({ "ws": { folder: 0o755 } });
      assertEquals(await f.browse(), []);
      f.make({
        "ws/experiments/a b/current": { link: "r2" },
        "ws/experiments/a b/r1/status.json": "{}\n",
        "ws/experiments/a b/r2/jobs.jsonl": ODD,
        "ws/experiments/a b/lock": "",
        "ws/experiments/a b/r3": { link: "r1" },
        "ws/experiments/$(x)": { folder: 0o755 },
        "ws/experiments/.hidden/r": { folder: 0o755 },
        "ws/experiments/file": "",
        "moved/experiments/linked/r/status.json": { link: "/etc/hostname" },
        "ws/experiments/linked": { link: `${ROOT}/moved/experiments/linked` },
        "ws/experiments/led": { link: `${ROOT}/moved/experiments/linked` },
        "ws/experiments/torn": { link: `${ROOT}/nowhere/experiments/torn` },
      });
      const jobs = new TextDecoder("utf-8", { ignoreBOM: true }).decode(ODD);
      const found = [
        { id: "$(x)", runs: [] },
        {
          id: "a b",
          current: "r2 by link",
          runs: [{ id: "r1", status: "{}\n" }, { id: "r2", jobs }],
        },
        { id: "linked", current: "r by latest", runs: [{ id: "r" }] },
      ];
      assertEquals<unknown>(await f.browse(undefined, true), found);
      assertEquals<unknown>(await f.browse("linked", true), [found[2]]);
      assertEquals<unknown>((await f.browse("a b"))[0]!.runs[1], { id: "r2" });
      assertEquals(await f.browse("none"), []);
    },
  },
];
