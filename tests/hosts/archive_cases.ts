/**
 * Streams: packing folders, unpacking into a staging folder, removing what came of it.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import type { Files } from "../support/files.ts";
import { setTimes, shell } from "../support/shell.ts";
import { tarOf } from "../support/stand_in.ts";
import type { Case } from "./conformance.ts";
import { type Fixture, ROOT, STAGING } from "./fixture.ts";

const STAGED = `ws/.xpm-staging/${STAGING}`;
const JOB = "jobs/pkg.T/a b";
const RUN = "experiments/e/r";
const LONG = "long".repeat(30);

/** A job and a run with all that stands in such folders. */
const CONTENT: Files = {
  [`${JOB}/params.json`]: "{}",
  [`${JOB}/T.pid`]: "{}",
  [`${JOB}/out/T.pid`]: "a file of the user's",
  [`${JOB}/.experimaestro/T.lock`]: "",
  [`${JOB}/large`]: "0123456789abcdef".repeat(20_000),
  [`${JOB}/again`]: { same: `${JOB}/large` },
  [`${JOB}/hole`]: { hole: 1 << 20 },
  [`${JOB}/absolute`]: { link: `${ROOT}/outside` },
  [`${JOB}/up`]: { link: "../../.." },
  [`${JOB}/${LONG}/${LONG}/${LONG}`]: "a long name",
  [`${JOB}/link to one`]: { link: `${LONG}/${LONG}` },
  [`${JOB}/'"\\n$*\n-é`]: "an odd name",
  [`${JOB}/empty`]: { folder: 0o700 },
  [`${RUN}/status.json`]: "{}",
  [`${RUN}/jobs/pkg.T/a b`]: { link: `${ROOT}/ws/${JOB}` },
};
/** The places that stay behind. */
const LEFT = ["jobs/pkg.T/*/T.pid", "jobs/pkg.T/*/.experimaestro/T.lock", "experiments/*/*/jobs"];

/** Makes all that in a folder, closed and with times of its own. */
function fill(f: Fixture, folder: string): void {
  f.make(Object.fromEntries(
    Object.entries(CONTENT).map(([path, made]) => [
      `${folder}/${path}`,
      typeof made === "object" && "same" in made ? { same: `${folder}/${made.same}` } : made,
    ]),
  ));
  setTimes(f.at(folder));
  Deno.chmodSync(f.at(`${folder}/${JOB}/large`), 0o440);
}

/** An archive of folders as this machine's GNU tar makes it. */
function archiveOf(folder: string, ...names: string[]): Uint8Array {
  const args = ["--format=posix", "--pax-option=delete=atime,delete=ctime", "-C", folder];
  const { stdout, success } = new Deno.Command("tar", {
    args: [...args, "-cf", "-", "--", ...names],
  })
    .outputSync();
  assert(success);
  return stdout;
}

/** Unpacks an archive on this machine. */
function unpackHere(archive: Uint8Array, folder: string): void {
  Deno.mkdirSync(folder);
  Deno.writeFileSync(`${folder}.tar`, archive);
  shell(folder, 'tar -xpf "$1"', `${folder}.tar`);
}

/** Streams go to hosts with GNU tar only, and the cases need it here as well. */
const STREAMS: Pick<Case, "concerns" | "ignored" | "modes"> = {
  concerns: ({ tar }) => tar === "GNU",
  ignored: () => tarOf("tar") === "GNU" ? undefined : "no GNU tar here",
  modes: true,
};

export const archiveCases: readonly Case[] = [
  {
    name: "pack() sends folders whole, but for what stays behind",
    ...STREAMS,
    async check(f) {
      fill(f, "ws");
      const told = { modes: true, times: true };
      const { archive, whole } = await f.pack([JOB, RUN], LEFT);
      unpackHere(archive, f.at("first"));
      await f.scan([JOB]); // now it is known that there will be more: this end is ready for zstd
      const again = await f.pack([JOB, RUN], LEFT);
      unpackHere(again.archive, f.at("second"));
      assertEquals([whole, again.whole], [true, true]);
      for (const folder of [JOB, RUN]) {
        const expected = Object.entries(f.shown(`ws/${folder}`, told))
          .filter(([path]) => !/^(T\.pid$|\.experimaestro\/T\.lock$|jobs(\/|$))/.test(path));
        for (const each of ["first", "second"]) {
          assertEquals(f.shown(`${each}/${folder}`, told), Object.fromEntries(expected), each);
        }
      }
    },
  },
  {
    name: "pack() tells when something was not there",
    ...STREAMS,
    async check(f) {
      fill(f, "ws");
      const { whole } = await f.pack(["jobs/pkg.T/none", RUN]);
      assertEquals(whole, false);
      assertEquals((await f.pack([RUN])).whole, true);
    },
  },
  {
    name: "unpack() makes of an archive what it was made of, to the nanosecond",
    ...STREAMS,
    async check(f) {
      fill(f, "source");
      const archive = archiveOf(f.at("source"), JOB, RUN);
      for (const ours of [true, false]) {
        const held = await f.claim();
        assertEquals(await held.unpack(archive, ours), true);
        const told = { modes: true, times: true };
        for (const folder of [JOB, RUN]) {
          assertEquals(f.shown(`${STAGED}/${folder}`, told), f.shown(`source/${folder}`, told));
        }
        await held.discard("jobs", "experiments");
        await held.release();
      }
    },
  },
  {
    name: "unpack() tells of an archive that was cut short, or is none, and takes the next",
    ...STREAMS,
    async check(f) {
      fill(f, "source");
      const archive = archiveOf(f.at("source"), JOB);
      const held = await f.claim();
      for (const end of [100, 700, 100_000, archive.length - 20_000]) {
        assertEquals(await held.unpack(archive.subarray(0, end)), false, `${end} bytes`);
      }
      assertEquals(await held.unpack(new TextEncoder().encode("no archive".repeat(1000))), false);
      assertEquals(await held.unpack(archive), true);
      await held.discard("jobs");
      await held.release();
      assertEquals(f.shown("ws"), {});
    },
  },
  {
    name: "discard() removes what it is told, and nothing through a link",
    modes: true,
    async check(f) {
      const held = await f.claim();
      f.make({
        "outside/kept": "1",
        "outside/deep/kept": "2",
        [`${STAGED}/jobs/t/a b/out`]: "",
        [`${STAGED}/jobs/t/-rf/out`]: "",
        [`${STAGED}/jobs/t/$(x)*/out`]: "",
        [`${STAGED}/jobs/t/closed/in/out`]: "",
        [`${STAGED}/jobs/t/file`]: "",
        [`${STAGED}/jobs/t/link`]: { link: `${ROOT}/outside` },
        [`${STAGED}/jobs/t/holds`]: { folder: 0o755 },
        [`${STAGED}/jobs/t/holds/link`]: { link: `${ROOT}/outside` },
        [`${STAGED}/jobs/u`]: { link: `${ROOT}/outside` },
        [`${STAGED}/jobs/t/kept/out`]: "3",
      });
      for (const path of ["closed/in", "closed"]) {
        Deno.chmodSync(f.at(`${STAGED}/jobs/t/${path}`), 0o500);
      }
      const gone = ["a b", "-rf", "$(x)*", "closed", "file", "link", "holds", "none"];
      await held.discard(
        ...gone.map((name) => `jobs/t/${name}`),
        "jobs/u/kept",
        "jobs/u/deep/kept",
      );
      assertEquals(f.shown(`${STAGED}/jobs`), {
        "t": "folder",
        "t/kept": "folder",
        "t/kept/out": "file 3",
        "u": `link ${ROOT}/outside`,
      });
      assertEquals(f.shown("outside"), {
        "deep": "folder",
        "deep/kept": "file 2",
        "kept": "file 1",
      });
      await held.discard("jobs/u");
      assertEquals(Object.keys(f.shown(`${STAGED}/jobs`)), ["t", "t/kept", "t/kept/out"]);
      await held.release();
    },
  },
];
