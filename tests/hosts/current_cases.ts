/**
 * Putting a run in its place: `current`, what the old run holds, and who has the staging folder.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { readdirSync, renameSync } from "node:fs";
import type { Case } from "./conformance.ts";
import { ROOT, STAGING } from "./fixture.ts";

const STAGED = `ws/.xpm-staging/${STAGING}`;
const RUN = "experiments/e/r2";

export const currentCases: readonly Case[] = [
  {
    name: "settle() moves current from the run that was seen, and from no other",
    async check(f) {
      for (
        const [there, seen, left, then] of [
          [undefined, undefined, {}, "link r2"],
          ["r1", "r1", {}, "link r2"],
          [`${ROOT}/ws/experiments/e/r1/`, "r1", {}, "link r2"],
          ["gone", undefined, {}, "link r2"],
          ["r3", "r1", { "experiments/e/current": "moved" }, "link r3"],
          ["r1", undefined, { "experiments/e/current": "moved" }, "link r1"],
          ["gone", "r1", { "experiments/e/current": "moved" }, "link gone"],
        ] as const
      ) {
        f.make({ "ws/experiments/e/r1/x": "1", "ws/experiments/e/r3/x": "3" });
        if (there !== undefined) f.make({ "ws/experiments/e/current": { link: there } });
        const held = await f.claim();
        f.stage({ [`${RUN}/status.json`]: "{}" });
        const done = await held.publish({ run: { put: RUN }, current: { run: RUN, seen } });
        assertEquals<unknown>(done, left, `${there}, seen ${seen}`);
        assertEquals(f.shown("ws/experiments")["e/current"], then, `${there}, seen ${seen}`);
        assertEquals(f.shown("ws/experiments")["e/r2/status.json"], "file {}");
        await held.release();
        Deno.removeSync(f.at("ws"), { recursive: true });
      }
    },
  },
  {
    name: "settle() leaves a current that is no link",
    async check(f) {
      for (const made of ["a file", { folder: 0o755 }]) {
        f.make({ "ws/experiments/e/current": made });
        const before = f.shown("ws/experiments");
        const held = await f.claim();
        const left = await held.publish({ current: { run: RUN, seen: undefined } });
        assertEquals(left, {
          "experiments/e/current": `${ROOT}/ws/experiments/e/current is not a link`,
        });
        await held.release();
        assertEquals(f.shown("ws/experiments"), before);
        Deno.removeSync(f.at("ws"), { recursive: true });
      }
    },
  },
  {
    name: "settle() takes over what only the old run holds, but for its links and its lock",
    async check(f) {
      f.make({
        [`ws/${RUN}/both`]: "old",
        [`ws/${RUN}/results/own one`]: "only here",
        [`ws/${RUN}/results/link`]: { link: "own one" },
        [`ws/${RUN}/data/x/closed`]: "only here",
        [`ws/${RUN}/jobs/t/a`]: { link: `${ROOT}/ws/jobs/t/a` },
        [`ws/${RUN}/.status.json.lock`]: "",
      });
      f.touch("1500000000.123456789", `ws/${RUN}/results/own one`);
      const held = await f.claim();
      f.stage({ [`${RUN}/both`]: "new", [`${RUN}/data/x/new`]: "new" });
      assertEquals(await held.publish({ run: { replace: RUN }, carry: true }), {});
      await held.release();
      assertEquals(f.shown(`ws/${RUN}`), {
        "both": "file new",
        "data": "folder",
        "data/x": "folder",
        "data/x/closed": "file only here",
        "data/x/new": "file new",
        "results": "folder",
        "results/link": "link own one",
        "results/own one": "file only here",
      });
      const { "results/own one": kept } = f.shown(`ws/${RUN}`, { times: true });
      assertEquals(kept, "file only here, 1500000000.123456789");
    },
  },
  {
    name: "settle() does not replace a run whose own files have no room in the new one",
    async check(f) {
      f.make({ [`ws/${RUN}/results/own`]: "only here" });
      const held = await f.claim();
      f.stage({ [`${RUN}/results`]: "a file" });
      const left = await held.publish({ run: { replace: RUN }, carry: true });
      assertEquals(left, { [RUN]: "lost" });
      await held.release();
      assertEquals(f.shown(`ws/${RUN}`), { "results": "folder", "results/own": "file only here" });
    },
  },
  {
    name: "settle() moves nothing once another copy has taken over",
    async check(f) {
      f.make({ "ws/jobs/t/a/old": "1" });
      const held = await f.claim();
      f.stage({ "jobs/t/a/new": "2", "jobs/t/b/new": "3" });
      const lock = f.at(`${STAGED}.lock`);
      const [owner] = readdirSync(lock);
      renameSync(`${lock}/${owner}`, `${lock}/shell:another-machine:1:them`);
      await f.refuses(
        () => held.publish({ put: ["jobs/t/b"], replace: ["jobs/t/a"] }),
        `another copy took over ${ROOT}/${STAGED}`,
      );
      assertEquals(f.shown("ws/jobs"), { "t": "folder", "t/a": "folder", "t/a/old": "file 1" });
      await held.release();
      assertEquals(readdirSync(lock), ["shell:another-machine:1:them"], "it is theirs");
    },
  },
];
