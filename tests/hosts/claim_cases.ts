/**
 * Claiming a staging folder: one copy at a time, and nothing is lost of those that died.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { existsSync, readdirSync } from "node:fs";
import { hostname } from "node:os";
import { HAS_PROC, processes, until } from "../support/processes.ts";
import type { Case } from "./conformance.ts";
import { type Fixture, ROOT, STAGING } from "./fixture.ts";

const AREA = "ws/.xpm-staging";
const OTHER = "fedcba9876543210";
/** A process that is not there. */
const NO_PROCESS = 4_190_000;
/** Those who have died on this machine, by the names that stand in a lock. */
const DEAD = {
  shell: `shell:${hostname()}:${NO_PROCESS}:them`,
  program: `held:${hostname()}:them`,
};
/** Somebody on another machine: only time tells. */
const ELSEWHERE = "shell:another-machine:1:them";
/** In such a time who waits looks more than once, in milliseconds. */
const TWO_LOOKS = 1200;
/** For so long such a one may be silent, in seconds; and with so long a silence it is dead. */
const [ALIVE, SILENT] = [60, 190];

/** Puts somebody's lock on a staging folder, with a sign of life so many seconds ago. */
function lock(f: Fixture, name: string, owner: string, age = 0): string {
  const path = `${AREA}/${name}.lock/${owner}`;
  f.make({ [path]: "" });
  f.touch(String(Date.now() / 1000 - age), path);
  return path;
}

/** A process that has ended, and whose parent never asks how: it is still listed. */
async function makeUndead(): Promise<{ pid: number } & AsyncDisposable> {
  const parent = new Deno.Command("/bin/sh", {
    args: ["-c", "sleep 0.1 & echo $!; exec sleep 60"],
    env: { PATH: "/usr/bin:/bin" }, // not that of the host
    stdin: "null",
    stdout: "piped",
  }).spawn();
  const reader = parent.stdout.getReader();
  const pid = Number(new TextDecoder().decode((await reader.read()).value));
  await until(() => !processes().some((one) => one.pid === pid));
  return {
    pid,
    async [Symbol.asyncDispose]() {
      parent.kill();
      await reader.cancel();
      await parent.status;
    },
  };
}

export const claimCases: readonly Case[] = [
  {
    name: "claim() makes a folder that is its owner's alone, and says which copy it is of",
    async check(f) {
      f.make({ ws: { folder: 0o755 } });
      const held = await f.claim(STAGING, { about: '{"experiment": "a \'b\' $c"}' });
      assertEquals([held.resumed, held.changed, held.owner], [false, false, f.traits.user]);
      const there = f.shown("ws", { modes: true });
      const owner = Object.keys(there).find((path) => path.includes(".lock/"))!;
      assertEquals(
        /^(held|shell):[^/]+$/.test(owner.slice(owner.lastIndexOf("/") + 1)),
        true,
        owner,
      );
      delete there[owner];
      assertEquals(there, {
        ".xpm-staging": "folder, 700",
        [`.xpm-staging/${STAGING}`]: "folder, 700",
        [`.xpm-staging/${STAGING}/about.json`]: there[`.xpm-staging/${STAGING}/about.json`]!,
        [`.xpm-staging/${STAGING}.lock`]: "folder, 700",
      });
      const about = there[`.xpm-staging/${STAGING}/about.json`]!;
      assertEquals(about.replace(/, \d+$/, ""), 'file {"experiment": "a \'b\' $c"}\n');
      await held.release();
      assertEquals(f.shown("ws"), {}, "nothing stays of what was not used");
    },
  },
  {
    name: "claim() goes on in a folder that is there, and closes it to others",
    modes: true,
    async check(f) {
      f.make({
        [`${AREA}/${STAGING}/jobs/t/a/half`]: "x",
        [`${AREA}/${STAGING}/about.json`]: "somebody's",
        [`${AREA}/${OTHER}/jobs/t/b/half`]: "y",
      });
      for (const path of [AREA, `${AREA}/${STAGING}`]) Deno.chmodSync(f.at(path), 0o777);
      const held = await f.claim(STAGING, { about: "{}" });
      assertEquals([held.resumed, held.changed], [true, false]);
      const modes = [AREA, `${AREA}/${STAGING}`].map((path) =>
        Deno.statSync(f.at(path)).mode! & 0o777
      );
      assertEquals(modes, [0o700, 0o700]);
      await held.release();
      assertEquals(f.shown(AREA), {
        [STAGING]: "folder",
        [`${STAGING}/about.json`]: "file {}\n",
        [`${STAGING}/jobs`]: "folder",
        [`${STAGING}/jobs/t`]: "folder",
        [`${STAGING}/jobs/t/a`]: "folder",
        [`${STAGING}/jobs/t/a/half`]: "file x",
        [OTHER]: "folder",
        [`${OTHER}/jobs`]: "folder",
        [`${OTHER}/jobs/t`]: "folder",
        [`${OTHER}/jobs/t/b`]: "folder",
        [`${OTHER}/jobs/t/b/half`]: "file y",
      });
    },
  },
  {
    name: "claim() waits for others, and says so once: until they let go, or give no sign of life",
    async check(f) {
      const path = lock(f, OTHER, ELSEWHERE, ALIVE);
      const first = await f.claim(STAGING, { copy: "one" });
      const waits = [0, 0];
      const waiting = [
        f.claim(STAGING, { copy: "another", onWait: () => waits[0]!++ }),
        f.claim(OTHER, { copy: "a third", onWait: () => waits[1]!++ }),
      ];
      const beside = await f.claim("0000000000000000", { copy: "a fourth" });
      assertEquals([beside.changed, beside.resumed], [false, false]);
      await beside.release();
      await until(() => waits.every((count) => count > 0));
      await new Promise((resolve) => setTimeout(resolve, TWO_LOOKS));
      assertEquals(Object.keys(f.shown(`${AREA}/${OTHER}.lock`)), [ELSEWHERE]);
      await first.release();
      f.touch(String(Date.now() / 1000 - SILENT), path);
      for (const claimed of waiting) {
        const { changed, resumed, release } = await claimed;
        assertEquals([changed, resumed], [true, false]);
        await release();
      }
      assertEquals(waits, [1, 1]);
      assertEquals(f.shown("ws"), {});
    },
  },
  {
    name:
      "claim() takes over from the dead: those of this machine, and those without a sign of life",
    async check(f) {
      const isJudged = HAS_PROC && f.traits.judges.includes("shell");
      await using undead = isJudged ? await makeUndead() : undefined;
      const judged = f.traits.judges.map((kind) => DEAD[kind]);
      if (undead !== undefined) judged.push(`shell:${hostname()}:${undead.pid}:them`);
      const owners = [...judged, ELSEWHERE];
      const names = owners.map((_, index) => `${index}123456789abcde`.padEnd(16, "f"));
      owners.forEach((owner, index) =>
        lock(f, names[index]!, owner, owner === ELSEWHERE ? SILENT : 0)
      );
      const never = () => assert(false, "it waited");
      const all = await Promise.all(
        names.map((name, index) => f.claim(name, { copy: `copy ${index}`, onWait: never })),
      );
      const there = f.shown(AREA);
      for (const [index, owner] of owners.entries()) {
        assertEquals(`${names[index]}.lock/${owner}` in there, false, owner);
      }
      for (const { release } of all) await release();
      assertEquals(f.shown("ws"), {});
    },
  },
  {
    name: "claim() puts back what copies that died had moved aside, never over what is there",
    async check(f) {
      f.make({
        [`${AREA}/${STAGING}/replaced/jobs/t/a b/old`]: "1",
        [`${AREA}/${STAGING}/replaced/jobs/t/taken/old`]: "2",
        "ws/jobs/t/taken/new": "3",
        [`${AREA}/${STAGING}/replaced/jobs/gone/c/old`]: "4",
        [`${AREA}/${STAGING}/replaced/jobs/linked/d/old`]: "5",
        "outside": { folder: 0o755 },
        "ws/jobs/linked": { link: `${ROOT}/outside` },
        [`${AREA}/${OTHER}/replaced/experiments/e/r/old`]: "6",
        "ws/experiments/e/lock": "",
        [`${AREA}/0000000000000000/replaced/jobs/t/busy/old`]: "7",
      });
      const busy = lock(f, "0000000000000000", ELSEWHERE);
      const held = await f.claim();
      assertEquals([held.changed, held.resumed], [true, true]);
      await held.release();
      assertEquals(f.files("ws/jobs"), {
        "gone/c/old": "file 4",
        "linked": `link ${ROOT}/outside`,
        "t/a b/old": "file 1",
        "t/taken/new": "file 3",
      });
      assertEquals(f.files("ws/experiments"), { "e/lock": "file ", "e/r/old": "file 6" });
      assertEquals(f.shown("outside"), {});
      const left = Object.entries(f.shown(AREA)).filter(([, what]) => what.startsWith("file"));
      assertEquals(left.map(([path]) => `${AREA}/${path}`), [
        busy,
        `${AREA}/0000000000000000/replaced/jobs/t/busy/old`,
        `${AREA}/${STAGING}/about.json`,
        `${AREA}/${STAGING}/replaced/jobs/linked/d/old`,
        `${AREA}/${STAGING}/replaced/jobs/t/taken/old`,
      ]);
    },
  },
  {
    name: "claim() refuses a staging area, and a folder in it, that are links or files",
    async check(f) {
      for (
        const [path, made] of [
          [AREA, { link: `${ROOT}/outside` }],
          [`${AREA}/${STAGING}`, { link: `${ROOT}/outside` }],
          [`${AREA}/${STAGING}`, "a file"],
          [`${AREA}/${STAGING}.lock`, { link: `${ROOT}/outside` }],
        ] as const
      ) {
        f.make({ "ws/jobs": { folder: 0o755 }, "outside": { folder: 0o755 }, [path]: made });
        const before = f.shown("");
        await f.refuses(() => f.claim(), path);
        await f.close();
        assertEquals(f.shown(""), before, path);
        Deno.removeSync(f.at(path));
      }
      const held = await f.claim();
      await held.release();
    },
  },
  {
    name: "release() after a failure, and close(), leave what was staged, and nobody's lock",
    async check(f) {
      f.make({ ws: { folder: 0o755 } });
      const held = await f.claim();
      f.make({ [`${AREA}/${STAGING}/jobs/t/a/half`]: "x" });
      await held.release(true);
      await f.close();
      await until(() => !existsSync(f.at(`${AREA}/${STAGING}.lock`)));
      assertEquals(f.shown(AREA)[`${STAGING}/jobs/t/a/half`], "file x");
      const again = await f.claim();
      assertEquals([again.resumed, again.changed], [true, false]);
      await again.release();
    },
  },
  {
    name: "claim() does not go on with the files that a killed claim has tried the disk with",
    async check(f) {
      for (const name of ["a", "0", "12"]) f.make({ [`${AREA}/${STAGING}/.trial-${name}`]: "" });
      const held = await f.claim();
      assertEquals([held.resumed, held.changed], [false, false]);
      assertEquals(readdirSync(f.at(`${AREA}/${STAGING}`)), ["about.json"]);
      await held.release();
      assertEquals(f.shown("ws"), {}, "nothing stays of what was not used");
    },
  },
  {
    name: "close() of a lost connection lets go of what was held",
    concerns: ({ remote }) => remote,
    async check(f) {
      f.make({ ws: { folder: 0o755 } });
      const held = await f.claim();
      await f.close("a copy", true);
      await until(() => !existsSync(f.at(AREA)));
      await held.release(true); // too late: it only stops giving signs of life
    },
  },
];
