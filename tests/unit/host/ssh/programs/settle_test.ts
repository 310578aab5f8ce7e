/**
 * Putting what was staged in its place, when things go otherwise than they should.
 *
 * @module
 */

import { existsSync } from "node:fs";
import { assertEquals } from "@std/assert";
import { settleLocally } from "../../../../../lib/host/local/settle.ts";
import { moveList } from "../../../../../lib/host/ssh/move_list.ts";
import { SETTLE } from "../../../../../lib/host/ssh/programs/programs.ts";
import { withFolder } from "../../../../support/variables.ts";

/** Feeds SETTLE so many bytes of what it reads; answers the jobs in their place, and whether it ended. */
async function settle(size: (whole: number) => number): Promise<[jobs: string[], done: boolean]> {
  const root = Deno.realPathSync(Deno.makeTempDirSync({ prefix: "xpm-settle-" }));
  const staging = `${root}/0123456789abcdef`;
  Deno.mkdirSync(`${staging}.lock`);
  Deno.writeTextFileSync(`${staging}.lock/token`, "");
  const jobs = ["a", "b", "c"];
  for (const job of jobs) {
    Deno.mkdirSync(`${staging}/jobs/t/${job}`, { recursive: true });
    Deno.writeTextFileSync(`${staging}/jobs/t/${job}/params.json`, "new");
  }
  const moves = jobs.map((job) => {
    return { kind: "put" as const, from: `jobs/t/${job}`, into: `${root}/jobs/t` };
  });
  const lines = ["word", "rsync", "tar", staging, "", "", "", "yes", "token", ...moveList(moves)];
  const whole = new TextEncoder().encode(lines.map((line) => `${line}\n`).join(""));
  const child = new Deno.Command("sh", {
    args: ["-c", SETTLE],
    stdin: "piped",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(whole.slice(0, size(whole.length)));
  await writer.close();
  const answer = new TextDecoder().decode((await child.output()).stdout);
  const found = jobs.filter((job) => existsSync(`${root}/jobs/t/${job}`))
    .map((job) => Deno.readTextFileSync(`${root}/jobs/t/${job}/params.json`));
  Deno.removeSync(root, { recursive: true });
  return [found, answer.endsWith("word end\0")];
}

Deno.test("SETTLE moves nothing when what to move did not arrive whole", async () => {
  assertEquals(await settle((whole) => whole), [["new", "new", "new"], true]);
  assertEquals(await settle((whole) => whole - 1), [["new", "new", "new"], true]); // all but a newline
  for (let missing = 2; missing < 120; missing += 7) {
    assertEquals(await settle((whole) => whole - missing), [[], false], `without ${missing} bytes`);
  }
});

Deno.test("settleLocally() leaves the marker that another copy has made", () =>
  withFolder(async (root) => {
    const [staging, marker] = [`${root}/0123456789abcdef`, `${root}/.__experimaestro__`];
    Deno.mkdirSync(staging);
    Deno.writeTextFileSync(marker, "theirs");
    const nothing = { moves: [], keep: undefined };
    const settlement = { ...nothing, staging, marker, finished: true };
    assertEquals(await settleLocally(settlement, () => Promise.resolve(""), {}), []);
    assertEquals([existsSync(staging), Deno.readTextFileSync(marker)], [false, "theirs"]);
  }));
