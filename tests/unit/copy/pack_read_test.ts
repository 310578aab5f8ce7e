/**
 * Entries that are read, and put together as an archive here.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { packRead } from "../../../lib/copy/pack_read.ts";
import { LocalHost } from "../../../lib/host/local/host.ts";
import { gather } from "../../support/byte_stream.ts";
import { makeFiles, setTime } from "../../support/files.ts";
import { shell } from "../../support/shell.ts";
import { withFolder } from "../../support/variables.ts";

const JOB = "jobs/t/1";

Deno.test("packRead() packs what is named and nothing else, in the order of the request, and says what has gone", () =>
  withFolder(async (root) => {
    makeFiles(root, {
      [`ws/${JOB}/params.json`]: "{}",
      [`ws/${JOB}/a folder/${"n".repeat(120)}`]: "long",
      [`ws/${JOB}/large.ckpt`]: "not wanted",
      [`ws/${JOB}/link`]: { link: "/ws/x" },
      "elsewhere/jobs/t/2/params.json": "[]",
      "ws/jobs/t/2": { link: `${root}/elsewhere/jobs/t/2` },
    });
    setTime("1700000000.123", `${root}/ws/${JOB}/params.json`);
    const source = new LocalHost({ signal: undefined });
    const paths = ["params.json", "gone", "a folder", `a folder/${"n".repeat(120)}`, "link"];
    const request = {
      root: `${root}/ws`,
      folders: [],
      leftBehind: [],
      entries: [
        JOB,
        ...paths.map((path) => `${JOB}/${path}`),
        "jobs/t/2/.",
        "jobs/t/2/params.json",
      ],
      withSharedDocuments: false,
      isPlain: true,
    };
    const context = { surveyed: { hosts: { source } } } as unknown as Parameters<
      typeof packRead
    >[2];
    const pack = packRead(request, [JOB, "jobs/t/2"], context);
    Deno.writeFileSync(`${root}/made.tar`, await gather(pack.stream));
    const listed = shell(root, "tar -tf made.tar").trim().split("\n");
    assertEquals(listed, [
      ...["", "/params.json", "/a folder", `/a folder/${"n".repeat(120)}`, "/link"]
        .map((path) => JOB + path),
      ...["jobs/t/2", "jobs/t/2/params.json"],
    ]);
    shell(root, "mkdir made && tar -xf made.tar -C made");
    const told = (path: string) =>
      shell(root, 'stat -c "%F %s %.3Y %N" "$1"', `made/${path}`).trim();
    assertEquals(told(`${JOB}/params.json`).split(" ").slice(0, 4), [
      "regular",
      "file",
      "2",
      "1700000000.123",
    ]);
    assertEquals(Deno.readTextFileSync(`${root}/made/jobs/t/2/params.json`), "[]");
    assertEquals(Deno.readLinkSync(`${root}/made/${JOB}/link`), "/ws/x");
    assertEquals([await pack.whole, await pack.complaints], [
      false,
      [`tar: ${JOB}/gone: File removed before we read it`],
    ]);
  }));
