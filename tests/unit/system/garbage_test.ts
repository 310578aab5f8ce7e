import { assert } from "@std/assert";
import { delay } from "@std/async/delay";
import { tidily } from "../../../lib/system/garbage.ts";

Deno.test("tidily() gives back what is not in use, while its work goes on", async () => {
  let objects: object[] = Array.from({ length: 1e6 }, (_, at) => ({ at, next: [at] }));
  const grown = Deno.memoryUsage().heapTotal;
  assert(grown > 64 << 20, `${objects.length} objects take only ${grown} bytes`);
  objects = [];
  const isSmall = () => Deno.memoryUsage().heapTotal < grown / 2;
  await tidily(async () => {
    for (let waited = 0; waited < 300 && !isSmall(); waited++) await delay(20);
    assert(isSmall());
  });
});
