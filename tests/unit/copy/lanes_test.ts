import { assertEquals } from "@std/assert";
import { dealOut, lanesFor, streamsFor } from "../../../lib/copy/lanes.ts";
import type { CopyOptions } from "../../../lib/copy/types.ts";

/** How many rsyncs bring so many MiB from a host so many milliseconds away. */
function lanes(milliseconds: number | undefined, mebibytes: number, options: CopyOptions = {}) {
  const end = { said: "", operand: (path: string) => path };
  const roundTrip = () => Promise.resolve(milliseconds! / 1000);
  const source = milliseconds === undefined ? end : { ...end, roundTrip };
  return lanesFor({ source, destination: end }, mebibytes * 2 ** 20, options);
}

Deno.test("lanesFor() takes more rsyncs the farther a host is, and the more there is to bring", async () => {
  assertEquals(await Promise.all([0, 10, 20, 55, 100, 900].map((ms) => lanes(ms, 1000))), [
    ...[1, 1, 2, 4, 6, 6],
  ]);
  assertEquals(await Promise.all([0, 16, 17, 40, 1000].map((size) => lanes(100, size))), [
    ...[1, 1, 2, 3, 6],
  ]);
});

Deno.test("lanesFor() takes no more than a limit of the rate needs, and as many as are wanted", async () => {
  const limited = (bandwidthLimit: number) => lanes(100, 1000, { bandwidthLimit });
  assertEquals(await Promise.all([1, 20_000, 50_000, 1e6].map(limited)), [1, 1, 3, 6]);
  assertEquals(await lanes(0, 1, { streams: 9, bandwidthLimit: 1 }), 9);
  assertEquals(await lanes(undefined, 1000, { streams: 9 }), 1);
});

Deno.test("streamsFor() takes more where files take long to be made, the more there are, and as wanted", async () => {
  const end = { said: "", operand: (path: string) => path };
  const ends = { source: end, destination: end };
  const streams = (isSlow: boolean, entries: number, options: CopyOptions = {}) =>
    streamsFor(ends, { bytes: 1e9, entries }, isSlow, options);
  const some = [0, 399, 400, 900, 1e6].map((entries) => streams(true, entries));
  assertEquals(await Promise.all(some), [1, 1, 2, 4, 8]);
  assertEquals([await streams(false, 1e6), await streams(true, 1e6, { streams: 3 })], [1, 3]);
});

function part(folder: string, bytes: number, ...shared: string[]) {
  return { folder, bytes, shared };
}

Deno.test("dealOut() gives each rsync about as much, and no rsync nothing", () => {
  const parts = [part("a", 1), part("b", 5), part("c", 2), part("d", 3), part("e", 0)];
  assertEquals(dealOut(parts, 1), [["b", "d", "c", "a", "e"]]);
  assertEquals(dealOut(parts, 2), [["b", "a"], ["d", "c", "e"]]);
  assertEquals(dealOut(parts.slice(0, 2), 3), [["b"], ["a"]]);
  assertEquals(dealOut([], 3), []);
});

Deno.test("dealOut() keeps together what shares files, also by way of another folder", () => {
  const parts = [part("a", 1, "1"), part("b", 1, "2"), part("c", 1), part("d", 1, "2", "1", "3")];
  assertEquals(dealOut(parts, 4).map((lane) => lane.sort()), [["a", "b", "d"], ["c"]]);
});

// BUG when this was written: each new one moved all that were together, which took minutes.
Deno.test("dealOut() keeps together 200,000 folders that share one file", () => {
  const parts = Array.from({ length: 200_000 }, (_, at) => part(String(at), 1, "1"));
  const [lane, ...others] = dealOut(parts, 4);
  assertEquals([lane?.length, others], [200_000, []]);
});
