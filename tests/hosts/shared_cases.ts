/**
 * Folders that jobs share: their paths have one name more than those of jobs and runs.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { hasByteNames } from "../support/byte_names.ts";
import { shell } from "../support/shell.ts";
import type { Case } from "./conformance.ts";
import { ROOT } from "./fixture.ts";

const SHARED = "partials/pkg.T/ckpt/a b";

export const sharedCases: readonly Case[] = [
  {
    name: "scan() tells what is in a shared folder, and where one leads that is reached by a link",
    async check(f) {
      f.make({
        [`ws/${SHARED}/1.pt`]: "123",
        [`ws/${SHARED}/deep/er/x`]: "1",
        [`ws/${SHARED}/T.done`]: "",
        "ws/partials/file/n/h": "no folder",
        "elsewhere/n/h/theirs": "",
        "ws/partials/led": { link: `${ROOT}/elsewhere` },
        "ws/partials/t/led": { link: `${ROOT}/elsewhere/n` },
      });
      const folders = [SHARED, "partials/led/n/h", "partials/t/led/h", "partials/gone/n/h"];
      const { found, links } = await f.scan([...folders, "partials/file/n/h"]);
      const names = Object.keys(found).filter((path) => path.startsWith(SHARED)).sort();
      const inIt = ["", "/1.pt", "/T.done", "/deep", "/deep/er", "/deep/er/x"];
      assertEquals(names, inIt.map((path) => `${SHARED}${path}`));
      assertEquals(found["partials/file/n/h"]!.split(",")[0], "file");
      assertEquals(Object.keys(links).sort(), ["partials/led/n/h", "partials/t/led/h"]);
    },
  },
  {
    name: "scan() tells names in a shared folder that are not UTF-8",
    ignored: () => hasByteNames() ? undefined : "no file can have such a name here",
    async check(f) {
      f.make({ [`ws/${SHARED}/plain`]: "" });
      shell(f.at(`ws/${SHARED}`), `byte=$(printf '\\351'); mkdir "d$byte"; : > "d$byte/in"`);
      const { found } = await f.scan([SHARED]);
      const inIt = ["", "/d\udce9", "/d\udce9/in", "/plain"];
      assertEquals(Object.keys(found).sort(), inIt.map((path) => `${SHARED}${path}`).sort());
    },
  },
  {
    name: "settle() puts shared folders in their place, replaces none, and moves through no link",
    async check(f) {
      f.make({
        "outside": { folder: 0o755 },
        "ws/partials/t/ckpt/old/out": "theirs",
        "ws/partials/led": { link: `${ROOT}/outside` },
      });
      const held = await f.claim();
      const put = [SHARED, "partials/t/ckpt/old", "partials/led/n/h", "partials/t/ckpt/link"];
      for (const folder of put.slice(0, 3)) f.stage({ [`${folder}/out`]: folder });
      f.stage({ "partials/t/ckpt/link": { link: `${ROOT}/outside` }, "jobs/t/c/out": "1" });
      const left = await held.publish({ put: [...put, "jobs/t/c"] });
      assertEquals(left, {
        "partials/t/ckpt/old": "appeared",
        "partials/led/n/h": `${ROOT}/ws/partials/led is a link or not a folder`,
        "partials/t/ckpt/link": "the archive contains a link where a folder was expected",
      });
      await held.release();
      assertEquals(f.files("ws/partials"), {
        "led": `link ${ROOT}/outside`,
        "pkg.T/ckpt/a b/out": `file ${SHARED}`,
        "t/ckpt/old/out": "file theirs",
      });
      assertEquals(f.files("ws/jobs"), { "t/c/out": "file 1" });
      assertEquals(f.files("outside"), {});
    },
  },
];
