/**
 * Putting what was staged in place of something else: what stands there is never lost, and never
 * half replaced.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import type { Case } from "./conformance.ts";
import { STAGING } from "./fixture.ts";

const AREA = "ws/.xpm-staging";
const RUN = "experiments/e/r2";

export const replaceCases: readonly Case[] = [
  {
    name: "settle() replaces a job and a run; the old ones are removed, or kept",
    modes: true,
    async check(f) {
      for (const keep of [undefined, ".xpm-staging/replaced/then"]) {
        f.make({
          "ws/jobs/pkg.T/a b/old": "1",
          "ws/jobs/pkg.T/a b/T.failed": "",
          [`ws/${RUN}/old`]: "2",
        });
        const held = await f.claim();
        f.stage({ "jobs/pkg.T/a b/new": "3", [`${RUN}/new`]: "4", "jobs/pkg.T/none/new": "5" });
        const replace = ["jobs/pkg.T/a b", "jobs/pkg.T/none"];
        const left = await held.publish({ replace, run: { replace: RUN }, ...(keep && { keep }) });
        assertEquals(left, {});
        await held.release();
        assertEquals(f.files("ws"), {
          ...(keep && {
            [`${keep}/${RUN}/old`]: "file 2",
            [`${keep}/jobs/pkg.T/a b/T.failed`]: "file ",
            [`${keep}/jobs/pkg.T/a b/old`]: "file 1",
          }),
          [`${RUN}/new`]: "file 4",
          "jobs/pkg.T/a b/new": "file 3",
          "jobs/pkg.T/none/new": "file 5",
        });
        Deno.removeSync(f.at("ws"), { recursive: true });
      }
    },
  },
  {
    name: "settle() replaces no job that is done, nor one that has begun to run since the claim",
    async check(f) {
      f.make({
        "ws/jobs/pkg.T/done/T.done": "",
        "ws/jobs/pkg.T/begun/T.pid": "1",
        "ws/jobs/pkg.T/stale/T.pid": "2",
        "ws/jobs/pkg.T/other/x.done": "not its own marker",
      });
      f.touch(
        String(Date.now() / 1000 - 60),
        "ws/jobs/pkg.T/begun/T.pid",
        "ws/jobs/pkg.T/stale/T.pid",
      );
      const held = await f.claim();
      f.touch(String(Date.now() / 1000 + 60), "ws/jobs/pkg.T/begun/T.pid");
      const ids = ["done", "begun", "stale", "other"];
      for (const id of ids) f.stage({ [`jobs/pkg.T/${id}/new`]: id });
      const left = await held.publish({ replace: ids.map((id) => `jobs/pkg.T/${id}`) });
      assertEquals(left, {
        "jobs/pkg.T/done": "appeared",
        "jobs/pkg.T/begun": "begun",
      });
      await held.release();
      assertEquals(f.files("ws/jobs/pkg.T"), {
        "begun/T.pid": "file 1",
        "done/T.done": "file ",
        "other/new": "file other",
        "stale/new": "file stale",
      });
      assertEquals(f.files(`${AREA}/${STAGING}/jobs`)["pkg.T/begun/new"], "file begun");
      assertEquals(`${STAGING}/replaced` in f.shown(AREA), false);
    },
  },
  {
    name: "settle() replaces no job in which something is newer than what it is told",
    async check(f) {
      const time = "1600000000.500000000";
      const ids = ["older", "same", "newer"];
      for (const id of ids) {
        f.make({ [`ws/jobs/t/${id}/deep/out`]: id });
        const path = `ws/jobs/t/${id}`;
        f.touch(time, `${path}/deep/out`, `${path}/deep`, path);
      }
      f.touch("1500000000", "ws/jobs/t/older/deep/out");
      f.touch("1600000003", "ws/jobs/t/newer/deep/out"); // to some, a second is the least
      const held = await f.claim();
      for (const id of ids) f.stage({ [`jobs/t/${id}/new`]: id });
      const replace = ids.map((id) => `jobs/t/${id}`);
      assertEquals(await held.publish({ replace, unlessNewer: time }), { "jobs/t/newer": "newer" });
      await held.release();
      assertEquals(f.files("ws/jobs/t"), {
        "newer/deep/out": "file newer",
        "older/new": "file older",
        "same/new": "file same",
      });
    },
  },
];
