/**
 * Putting what was staged in its place, when things go otherwise than they should.
 *
 * @module
 */

import { existsSync } from "node:fs";
import { assertEquals } from "@std/assert";
import { settleLocally } from "../../../../../lib/host/local/settle.ts";
import { moveList } from "../../../../../lib/host/ssh/move_list.ts";
import { archive, type OverlayEntry } from "../../../../../lib/tar/write.ts";
import { joined } from "../../../../../lib/system/streams.ts";
import { SETTLE } from "../../../../../lib/host/ssh/programs/programs.ts";
import { withFolder } from "../../../../support/variables.ts";

/** Feeds SETTLE so many bytes of an archive; answers the jobs in their place, with what they hold. */
async function settle(size: (whole: number) => number): Promise<[jobs: string[], done: boolean]> {
  const root = Deno.realPathSync(Deno.makeTempDirSync({ prefix: "xpm-settle-" }));
  const staging = `${root}/0123456789abcdef`;
  Deno.mkdirSync(`${staging}.lock`);
  Deno.writeTextFileSync(`${staging}.lock/token`, "");
  const jobs = ["a", "b", "c"];
  const overlay: OverlayEntry[] = [];
  for (const job of jobs) {
    Deno.mkdirSync(`${staging}/jobs/t/${job}`, { recursive: true });
    Deno.writeTextFileSync(`${staging}/jobs/t/${job}/params.json`, "old");
    const bytes = new TextEncoder().encode("new");
    overlay.push({
      path: `jobs/t/${job}/params.json`,
      kind: "file",
      mode: 0o644,
      mtime: "1",
      bytes,
    });
  }
  const moves = jobs.map((job) => {
    return { kind: "put" as const, from: `jobs/t/${job}`, into: `${root}/jobs/t` };
  });
  // what one that was broken off has left
  Deno.writeTextFileSync(
    `${staging}/.moves`,
    `group put\nfrom jobs/t\ninto ${root}/jobs/t\nnames a/b/c\n`,
  );
  const lines = ["word", staging, "", "", "", "", "yes", "", "token", "", ""];
  const whole = joined([...archive(overlay, { last: moveList(moves) })]);
  const child = new Deno.Command("sh", {
    args: ["-c", SETTLE],
    stdin: "piped",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(lines.join("\n")));
  await writer.write(whole.slice(0, size(whole.length)));
  await writer.close();
  const answer = new TextDecoder().decode((await child.output()).stdout);
  const found = jobs.filter((job) => existsSync(`${root}/jobs/t/${job}`))
    .map((job) => Deno.readTextFileSync(`${root}/jobs/t/${job}/params.json`));
  Deno.removeSync(root, { recursive: true });
  return [found, answer.endsWith("word end\0")];
}

// BUG when this was written: tar takes an archive that ends between two members for a whole one.
Deno.test("SETTLE moves nothing when what was rewritten did not arrive whole", async () => {
  assertEquals(await settle((whole) => whole), [["new", "new", "new"], true]);
  for (let blocks = 0; blocks < 3 * 4; blocks++) { // a member has four: two with its time, two more
    assertEquals(await settle(() => blocks * 512), [[], false], `${blocks} blocks`);
  }
});

Deno.test("settleLocally() leaves the marker that another copy has made", () =>
  withFolder(async (root) => {
    const [staging, marker] = [`${root}/0123456789abcdef`, `${root}/.__experimaestro__`];
    Deno.mkdirSync(staging);
    Deno.writeTextFileSync(marker, "theirs");
    const nothing = { carry: undefined, overlay: [], moves: [], keep: undefined };
    const settlement = { ...nothing, staging, marker, finished: true };
    assertEquals(await settleLocally(settlement, "tar (GNU tar) 1.34", {}), []);
    assertEquals([existsSync(staging), Deno.readTextFileSync(marker)], [false, "theirs"]);
  }));
