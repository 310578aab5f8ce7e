import { assertEquals, assertRejects } from "@std/assert";
import { paced } from "../../../lib/copy/passage.ts";
import { byteStream, gather } from "../../support/byte_stream.ts";

const PARTS = [[1, 2, 3], [], [4], Array<number>(60_000).fill(5)].map((part) =>
  new Uint8Array(part)
);

Deno.test("paced() hands on all parts as they are, with a limit or without", async () => {
  const all = await gather(byteStream(PARTS));
  assertEquals(all.length, 60_004);
  assertEquals(await gather(paced(byteStream(PARTS), 0, undefined)), all);
  assertEquals(await gather(paced(byteStream(PARTS), 2 ** 40, undefined)), all);
});

Deno.test("paced() hands on a part before it waits for that, and a signal ends the wait", async () => {
  const stop = new AbortController();
  const minute = new Uint8Array(60 * 1024);
  const stream = paced(byteStream([minute, minute]), 1, stop.signal);
  const { value } = await stream.next();
  assertEquals(value, minute);
  const next = stream.next(); // due in a minute
  stop.abort(new Error("enough"));
  await assertRejects(() => next, Error, "enough");
});

Deno.test("paced() without a limit waits for nothing", async () => {
  const stop = new AbortController();
  const stream = paced(byteStream(PARTS), 0, stop.signal);
  await stream.next();
  stop.abort(new Error("enough"));
  assertEquals((await stream.next()).done, false);
});
