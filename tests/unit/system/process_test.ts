import { assertEquals } from "@std/assert";
import { feed, type Running } from "../../../lib/system/process.ts";

Deno.test("feed() tells its clock of each part that comes, also of one that holds nothing", async () => {
  let moves = 0;
  let written = 0;
  const stdin = new WritableStream<Uint8Array<ArrayBuffer>>({
    write: (part) => void (written += part.length),
  });
  const running = { stdin, kill: () => {}, code: Promise.resolve(0) } as unknown as Running;
  const parts = [new Uint8Array(), new Uint8Array(), Uint8Array.of(1, 2)];
  await feed(running, parts, { moved: () => moves++, during: (work) => work });
  assertEquals([moves, written], [4, 2]); // three came, and one write was taken
});
