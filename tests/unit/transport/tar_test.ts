/**
 * Ending an archive that nobody wants.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { delay } from "@std/async/delay";
import { Chunks, start } from "../../../lib/system/process.ts";
import { copies, readAhead } from "../../../lib/system/streams.ts";
import { packWith } from "../../../lib/transport/tar.ts";

// BUG when this was written: until it told something, its process stayed.
Deno.test("packWith() makes an archive that can be ended while nothing comes of it", async () => {
  let begun = 0;
  const silent = () => {
    begun++;
    const running = start("tar", ["-tf", "-"], {}); // waits for its input
    return { running, fed: Promise.resolve(), stream: new Chunks(running.stdout) };
  };
  const pack = packWith([silent, silent]);
  const stream = readAhead(copies(pack.stream), 1, () => 1);
  while (begun === 0) await delay(0);
  const cancelled = stream.cancel();
  pack.kill!();
  await cancelled;
  assertEquals([await pack.whole, begun], [false, 1]);
});
