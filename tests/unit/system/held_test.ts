import { assert, assertEquals } from "@std/assert";
import { delay } from "@std/async/delay";
import { Held } from "../../../lib/system/held.ts";
import { joined } from "../../../lib/system/streams.ts";

Deno.test("Held gives back all bytes in their order, and packs them where they are many", async () => {
  const text = (at: number) => new TextEncoder().encode(`${at}${" of many lines".repeat(5000)}\n`);
  for (const count of [0, 3, 400]) {
    const [held, parts] = [new Held(), [] as Uint8Array[]];
    for (let at = 0; at < count; at++) {
      held.add(text(at));
      parts.push(text(at));
      if (at % 50 === 0) await delay(20); // what packs is loaded meanwhile
    }
    const bytes = joined(parts);
    assertEquals(held.size, bytes.length);
    for (const _ of [1, 2]) assert(equal(joined([...held]), bytes), `${count} parts`);
  }
});

function equal(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, at) => byte === b[at]);
}
