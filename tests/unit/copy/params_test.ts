/**
 * Reading `params.json` before it is known which are needed.
 *
 * @module
 */

import { assertEquals, assertRejects } from "@std/assert";
import { delay } from "@std/async/delay";
import type { Host, ReadFile } from "../../../lib/host/host.ts";
import { Params } from "../../../lib/copy/params.ts";
import { CopyError } from "../../../lib/errors.ts";
import { readAhead } from "../../../lib/system/streams.ts";

/** A host that fails at the second file. */
async function* failing(paths: string[]): AsyncGenerator<ReadFile> {
  yield [paths[0]!, undefined];
  await delay(0);
  throw new CopyError("connection", "no more files");
}

const host = {
  read: (_: string, paths: Iterable<string>) =>
    readAhead(failing([...paths]), 1 << 20, () => 1).values(),
} as unknown as Host;

const free = () => Promise.resolve();

Deno.test("Params.read() fails when the host does, Params.end() only ends", async () => {
  const jobs = Array.from({ length: 1000 }, (_, n) => ({ taskId: "t", jobId: `${n}` }));
  const unasked = new Params(host, "/w", free);
  unasked.begin(jobs);
  await delay(20);
  await unasked.end();

  const asked = new Params(host, "/w", free);
  asked.begin(jobs);
  const read: string[] = [];
  await assertRejects(
    async () => {
      for await (const [folder] of asked.read(jobs, 0)) read.push(folder);
    },
    CopyError,
    "no more files",
  );
  assertEquals(read, ["jobs/t/0"]);
  assertEquals(await asked.hasBegun(), false);
  await asked.end();
});

// BUG when this was written: what was packed then could take the only session that there was.
Deno.test("Params.hasBegun() tells only what has its session", async () => {
  const jobs = Array.from({ length: 1000 }, (_, n) => ({ taskId: "t", jobId: `${n}` }));
  const error = new CopyError("connection", "no session");
  const refused = () => new ReadableStream<ReadFile>({ pull: (stream) => stream.error(error) });
  const read = () => refused().values();
  for (const [each, has] of [[host, true], [{ ...host, read } as Host, false]] as const) {
    const params = new Params(each, "/w", free);
    assertEquals(await params.hasBegun(), false);
    params.begin(jobs);
    assertEquals(await params.hasBegun(), has);
    await params.end();
  }
});
