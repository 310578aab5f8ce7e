import { assertEquals } from "@std/assert";
import { mentionedByStaying, Mentions } from "../../../lib/move/mentions.ts";

const [ONE, TWO] = ["1".repeat(63) + "a", "2".repeat(64)];

Deno.test("Mentions finds ids wherever they stand, and never one in its own folder", () => {
  const run = "experiments/e/r1";
  const mentions = new Mentions([
    { folder: `jobs/t/${ONE}`, name: ONE },
    { folder: `jobs/t/${TWO}`, name: TWO },
    { folder: "jobs/t/odd name", name: "odd name" },
    { folder: run, name: run },
  ]);
  mentions.note("jobs/t/x", `{"value": "/ws/jobs/t/${ONE}/out", "id": "f${TWO}"}`);
  mentions.note("jobs/t/y", `/ws/${run}/data and jobs/t/odd name/x`);
  mentions.note(`jobs/t/${ONE}`, ONE);
  assertEquals([...mentions.of(`jobs/t/${ONE}`)], ["jobs/t/x"]);
  assertEquals([...mentions.of(`jobs/t/${TWO}`)], ["jobs/t/x"]);
  assertEquals([...mentions.of("jobs/t/odd name")], ["jobs/t/y"]);
  assertEquals([...mentions.of(run)], ["jobs/t/y"]);
  assertEquals([...mentions.of("jobs/t/unknown")], []);
});

Deno.test("mentionedByStaying() keeps what one that stays mentions, and what that mentions", () => {
  const by: Record<string, string[]> = {
    a: ["other"],
    b: ["a"],
    c: ["b", "d"],
    d: ["c"],
    e: ["d"],
  };
  const of = (folder: string) => new Set(by[folder] ?? []);
  assertEquals([...mentionedByStaying(["a", "b", "c", "d", "e"], { of }).keys()].sort(), [
    ...["a", "b", "c", "d", "e"],
  ]);
  assertEquals([...mentionedByStaying(["c", "d", "b"], { of }).keys()].sort(), ["b", "c", "d"]);
  assertEquals([...mentionedByStaying(["d", "c", "b", "a"], { of: () => new Set(["b"]) })], []);
});
