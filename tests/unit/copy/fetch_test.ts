/**
 * Documents that rsync fetches, and another tar packs: here by the programs of this machine.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import type { Context } from "../../../lib/copy/context.ts";
import { packFetched } from "../../../lib/copy/fetch.ts";
import type { Load } from "../../../lib/copy/loads.ts";
import { LocalHost } from "../../../lib/host/local/host.ts";
import type { PackRequest } from "../../../lib/transport/archive.ts";
import { gather } from "../../support/byte_stream.ts";
import { makeFiles, setTime, shownFiles } from "../../support/files.ts";
import { shell } from "../../support/shell.ts";

const JOB = "jobs/t/1";

/** Fetches entries of a small workspace and packs them; what the archive has: kinds, times, names. */
async function fetched(entries: string[]) {
  const root = Deno.realPathSync(Deno.makeTempDirSync({ prefix: "xpm-fetch-" }));
  makeFiles(root, {
    [`ws/${JOB}/params.json`]: "{}",
    [`ws/${JOB}/large.ckpt`]: "not wanted",
    [`ws/${JOB}/link`]: { link: "/ws/x" },
    "staging/.scratch/left": "by an earlier attempt",
  });
  setTime("1700000000.123456789", `${root}/ws/${JOB}/params.json`);
  const host = new LocalHost({ signal: undefined });
  await host.prewarm();
  const discarded: string[][] = [];
  const staging = {
    folder: `${root}/staging`,
    discard(places: string[]) {
      discarded.push(places);
      for (const place of places) Deno.removeSync(`${root}/staging/${place}`, { recursive: true });
      return Promise.resolve();
    },
  };
  let brought: Record<string, string> = {};
  const destination = {
    pack(request: PackRequest) {
      brought = shownFiles(request.root);
      return host.pack(request);
    },
  };
  const context = {
    surveyed: { hosts: { destination }, can: { source: host.can, destination: host.can } },
    stagings: new Map([["load", staging]]),
    watch: {},
    together: false,
  } as unknown as Context;
  const request: PackRequest = {
    root: `${root}/ws`,
    folders: [],
    leftBehind: [],
    entries,
    withSharedDocuments: false,
    isPlain: true,
  };
  const pack = packFetched(request, { staging: "load" } as Load, context);
  Deno.writeFileSync(`${root}/made.tar`, await gather(pack.stream));
  const listed = shell(root, "TZ=UTC0 tar --full-time -tvf made.tar").trim().split("\n");
  // tar fills up a time that has fewer digits than those before
  // `-rw-r--r-- me/me 2 2023-11-14 22:13:20.123456789 jobs/t/1/params.json`
  const found = listed.map((line) => line.replace(/^(.)\S+ +\S+ +\d+ (\S+ \S+) +/, "$1 $2 "));
  const isClear = [...Deno.readDirSync(`${root}/staging`)].length === 0;
  Deno.removeSync(root, { recursive: true });
  return {
    found,
    brought,
    isClear,
    discarded,
    whole: await pack.whole,
    complaints: await pack.complaints,
  };
}

Deno.test("packFetched() packs what is named and nothing else, with its times, in the order of the request", async () => {
  const { found, brought, isClear, discarded, whole, complaints } = await fetched(
    [JOB, `${JOB}/params.json`, `${JOB}/link`],
  );
  const names = found.map((line) => line.replace(/ \S+ \S+/, ""));
  assertEquals(names, [`d ${JOB}/`, `- ${JOB}/params.json`, `l ${JOB}/link -> /ws/x`]);
  assertEquals(found[1], `- 2023-11-14 22:13:20.123456789 ${JOB}/params.json`);
  assertEquals(brought, {
    jobs: "folder",
    "jobs/t": "folder",
    [JOB]: "folder",
    [`${JOB}/link`]: "link /ws/x",
    [`${JOB}/params.json`]: "file {}",
  });
  assertEquals([whole, complaints], [true, []]);
  assertEquals([discarded, isClear], [[[".scratch"], [".scratch"]], true]);
});

Deno.test("packFetched() is not whole when rsync has not brought all, and has its complaint", async () => {
  const { found, whole, complaints } = await fetched([`${JOB}/params.json`, `${JOB}/gone`]);
  assertEquals(found.map((line) => line.split(" ").at(-1)), [`${JOB}/params.json`]);
  assertEquals(whole, false);
  assert(complaints?.some((line) => line.includes(`${JOB}/gone`)), complaints?.join("\n"));
});
