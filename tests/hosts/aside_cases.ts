/**
 * Taking folders of a workspace out of sight: they come back until it is decided that they go.
 *
 * @module
 */

import { assertEquals, assertRejects } from "@std/assert";
import type { Staging } from "../../lib/host/host.ts";
import type { Case } from "./conformance.ts";
import { type Fixture, STAGING } from "./fixture.ts";

const [ONE, TWO, RUN] = ["jobs/t/1", "jobs/t/2", "experiments/e/r1"];
const FILES = { [`ws/${ONE}/a`]: "a", [`ws/${TWO}/b`]: "b", [`ws/${RUN}/c`]: "c" };

async function claim(f: Fixture, name = STAGING, copy?: string): Promise<Staging> {
  const places = ["jobs", "experiments"].map((name) => ({ name, path: f.at(`ws/${name}`) }));
  const staging = f.at(`ws/.xpm-staging/${name}`);
  return await (await f.host(copy)).claim({ staging, places, about: "{}" }, () => {});
}

function places(f: Fixture, ...names: string[]) {
  return names.map((name) => ({ name, path: f.at(`ws/${name}`) }));
}

export const asideCases: readonly Case[] = [
  {
    name: "setAside() takes folders out of sight, and gives them back",
    async check(f) {
      f.make(FILES);
      const before = f.files("ws");
      const staging = await claim(f);
      assertEquals(await staging.setAside(places(f, ONE, TWO, RUN), false), []);
      assertEquals(f.files("ws/jobs"), {});
      assertEquals(f.files("ws/experiments"), {});
      assertEquals(await staging.setAside(places(f, ONE, TWO, RUN), true), []);
      await staging.discard(["replaced"]);
      await staging.release(false);
      assertEquals(f.files("ws"), before);
    },
  },
  {
    name: "setAside() tells what is not there, what is in the way, and what is in a link",
    async check(f) {
      f.make({ ...FILES, "away/3/d": "d", "ws/jobs/l": { link: "/R/away" } });
      const staging = await claim(f);
      const [gone] = await staging.setAside(places(f, "jobs/t/9", ONE), false);
      assertEquals([gone?.from, gone?.why], ["jobs/t/9", { said: "gone" }]);
      f.make({ [`ws/${ONE}/new`]: "new" });
      const [taken] = await staging.setAside(places(f, ONE), true);
      assertEquals(taken?.why, { said: `something else is at ${f.at(`ws/${ONE}`)}` });
      const [linked] = await staging.setAside(places(f, "jobs/l/3"), false);
      assertEquals(linked?.why, { said: `${f.at("ws/jobs/l")} is a link, or not a folder` });
      assertEquals(f.files("away"), { "3/d": "file d" });
      assertEquals(f.files(`ws/${ONE}`), { new: "file new" });
      await staging.release(false);
    },
  },
  {
    name: "claim() gives back what was set aside, until commit() has decided",
    async check(f) {
      f.make(FILES);
      const before = f.files("ws");
      const first = await claim(f, "1".repeat(16));
      await first.setAside(places(f, ONE, RUN), false);
      await first.release(false);
      const second = await claim(f, "2".repeat(16));
      assertEquals(second.changed, true);
      assertEquals({ ...f.files("ws/jobs"), ...f.files("ws/experiments") }, {
        "t/1/a": before[`${ONE}/a`],
        "t/2/b": before[`${TWO}/b`],
        "e/r1/c": before[`${RUN}/c`],
      });
      await second.setAside(places(f, ONE), false);
      await second.commit({ runId: "r1", links: [], folders: [] });
      await second.release(false);
      const third = await claim(f, "2".repeat(16));
      assertEquals(f.files("ws/jobs"), { "t/2/b": "file b" });
      await third.discard(["removed"]);
      await third.release(false);
      assertEquals(f.files("ws/.xpm-staging"), {
        [`${"1".repeat(16)}/about.json`]: "file {}\n",
      });
    },
  },
  {
    name: "commit() removes links that name the run, and folders that are empty",
    async check(f) {
      f.make({
        ...FILES,
        "ws/experiments/e/current": { link: "r1/" },
        "ws/.events/experiments/e/current": { link: "../../../experiments/e/r2" },
        "ws/jobs/u/1/x": "x",
      });
      const staging = await claim(f);
      await staging.setAside(places(f, ONE, TWO, RUN), false);
      const links = ["experiments/e/current", ".events/experiments/e/current", "none"];
      await staging.commit({
        runId: "r1",
        links: links.map((link) => f.at(`ws/${link}`)),
        folders: ["jobs/t", "jobs/u", "experiments/e"].map((folder) => f.at(`ws/${folder}`)),
      });
      await staging.discard(["removed"]);
      await staging.release(false);
      assertEquals(f.shown("ws"), {
        ".events": "folder",
        ".events/experiments": "folder",
        ".events/experiments/e": "folder",
        ".events/experiments/e/current": "link ../../../experiments/e/r2",
        experiments: "folder",
        jobs: "folder",
        "jobs/u": "folder",
        "jobs/u/1": "folder",
        "jobs/u/1/x": "file x",
      });
    },
  },
  {
    name: "jobs() lists all that is in the folders of tasks, and refuses one that is closed",
    modes: true,
    async check(f) {
      const host = await f.host();
      assertEquals(await host.jobs(f.at("none")), []);
      f.make({ ...FILES, "ws/jobs/t/l": { link: "1" }, "ws/jobs/a b/é": "", "ws/jobs/file": "" });
      assertEquals((await host.jobs(f.at("ws"))).sort(), ["a b/é", "t/1", "t/2", "t/l"]);
      await host.flush([f.at("ws/jobs")], [f.at(`ws/${ONE}`)]);
      if (f.traits.user === 0) return;
      Deno.chmodSync(f.at("ws/jobs/t"), 0);
      try {
        await assertRejects(() => host.jobs(f.at("ws")));
      } finally {
        Deno.chmodSync(f.at("ws/jobs/t"), 0o755);
      }
    },
  },
];
