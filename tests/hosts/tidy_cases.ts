/**
 * What copies have left: listed, and removed, but for what is in use.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import type { Case } from "./conformance.ts";
import { ROOT } from "./fixture.ts";

const AREA = "ws/.xpm-staging";
const [LEFT, USED, TORN, GONE] = ["1", "2", "3", "4"].map((digit) => digit.padStart(16, "0"));

export const tidyCases: readonly Case[] = [
  {
    name: "tidy() lists what copies have left, and removes it when told to, but for what is in use",
    modes: true,
    async check(f) {
      f.make({
        [`${AREA}/${LEFT}/jobs/t/a/half`]: "x".repeat(100_000),
        [`${AREA}/${LEFT}/about.json`]: '{"a": "é"}\n',
        [`${AREA}/${TORN}/replaced/jobs/t/old/out`]: "1",
        [`${AREA}/${GONE}.lock/shell:another-machine:1:them`]: "", // its folder has gone
        [`${AREA}/replaced/20260101T000000-ab/jobs/t/b/closed/out`]: "2",
        [`${AREA}/replaced/a file`]: "3",
        "ws/jobs/t/c/out": "4",
        [`ws/.xpm-copy/${LEFT}/jobs/t/x.json`]: "half written",
        [`ws/.xpm-copy/${USED}/jobs/t/x.json`]: "theirs",
        "ws/.xpm-copy/partial/jobs/t/c.json": "5",
      });
      f.touch("1400000000", `${AREA}/${GONE}.lock/shell:another-machine:1:them`);
      f.touch("1500000000", `${AREA}/${LEFT}/about.json`, `${AREA}/replaced/20260101T000000-ab`);
      Deno.chmodSync(f.at(`${AREA}/replaced/20260101T000000-ab/jobs/t/b/closed`), 0o500);
      const held = await f.claim(USED, { about: "theirs" });
      const found = async (remove: boolean) =>
        (await f.leftovers({ remove })).map(({ path, kind, state, about }) =>
          `${path.slice(`${ROOT}/${AREA}/`.length)}: ${kind}, ${state}, ${about.trim()}`
        );
      const kept = "replaced/20260101T000000-ab: replaced";
      assertEquals(await found(false), [
        `${LEFT}: staging, left, {"a": "é"}`,
        `${USED}: staging, in use, theirs`,
        `${TORN}: staging, left, `,
        `${GONE}.lock: staging, left, `,
        `${kept}, left, `,
      ]);
      const [left, used, , , replaced] = await f.leftovers();
      assertEquals([left!.modified, replaced!.modified], [1500000000, 1500000000]);
      assert(Math.abs(used!.modified - Date.now() / 1000) < 60, `${used!.modified}`);
      assert(left!.bytes >= 100_000 && left!.bytes < 200_000, `${left!.bytes} bytes`);
      assertEquals(await found(true), [
        `${LEFT}: staging, removed, {"a": "é"}`,
        `${USED}: staging, in use, theirs`,
        `${TORN}: staging, removed, `,
        `${GONE}.lock: staging, removed, `,
        `${kept}, removed, `,
      ]);
      // what a copy had moved aside went back
      assertEquals(Object.keys(f.shown("ws/jobs")), ["t", "t/c", "t/c/out", "t/old", "t/old/out"]);
      const there = Object.keys(f.shown(AREA)).filter((path) => !path.includes(".lock"));
      assertEquals(there, [USED, `${USED}/about.json`, "replaced", "replaced/a file"]);
      assertEquals(Object.keys(f.files("ws/.xpm-copy")), [
        `${USED}/jobs/t/x.json`,
        "partial/jobs/t/c.json",
      ]);
      await held.release();
    },
  },
  {
    name: "tidy() leaves no empty area, and goes through no link",
    async check(f) {
      f.make({
        [`${AREA}/${LEFT}/out`]: "1",
        [`${AREA}/replaced/x/out`]: "2",
        "outside/x/out": "3",
        "more/.xpm-staging": { link: `${ROOT}/outside` },
        [`odd/.xpm-staging/${LEFT}`]: { link: `${ROOT}/outside` },
        "odd/.xpm-staging/replaced": { link: `${ROOT}/outside` },
        "kept/.xpm-staging/replaced/x": { link: `${ROOT}/outside` },
        "other/.xpm-staging/notes/out": "4",
        [`ws/.xpm-copy/${LEFT}`]: { link: `${ROOT}/outside` },
      });
      const areas = ["ws", "more", "odd", "kept", "other", "none"].map((name) =>
        `${name}/.xpm-staging`
      );
      const found = await f.leftovers({ remove: true, areas });
      assertEquals(found.map(({ path, state }) => [path, state]), [
        [`${ROOT}/odd/.xpm-staging/${LEFT}`, "removed"], // the link
        [`${ROOT}/${AREA}/${LEFT}`, "removed"],
        [`${ROOT}/${AREA}/replaced/x`, "removed"],
      ]);
      assertEquals(f.shown("ws"), {});
      assertEquals(f.shown("outside"), { "x": "folder", "x/out": "file 3" });
      assertEquals(Object.keys(f.shown("odd/.xpm-staging")), ["replaced"]);
      assertEquals(f.shown("other/.xpm-staging")["notes/out"], "file 4");
    },
  },
];
