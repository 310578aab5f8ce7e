/**
 * What the system refused, in plain words.
 *
 * @module
 */

import { assertEquals, assertThrows } from "@std/assert";
import { systemMessage } from "../../../lib/system/message.ts";

/** What is thrown, as the system said it. */
function said(action: () => unknown): string {
  return systemMessage(assertThrows(action, Error).message);
}

Deno.test("systemMessage() says what could not be done, and where", () => {
  const [here, there] = ["/proc/no-such/a'b", "/proc/no-such/c"];
  const gone = "no such file or directory";
  assertEquals(said(() => Deno.mkdirSync(here)), `cannot create ${here}: ${gone}`);
  assertEquals(said(() => Deno.lstatSync(here)), `cannot read ${here}: ${gone}`);
  assertEquals(said(() => Deno.realPathSync(here)), `cannot read ${here}: ${gone}`);
  assertEquals(
    said(() => Deno.renameSync(here, there)),
    `cannot rename ${here} to ${there}: ${gone}`,
  );
  assertEquals(said(() => Deno.removeSync(here)), `cannot delete ${here}: ${gone}`);
});

Deno.test("systemMessage() takes the messages of Deno and of Node, and leaves others", () => {
  const messages = [
    ["No space left on device (os error 28)", "no space left on device"],
    ["ENOSPC: no space left on device, write", "no space left on device"],
    ["EACCES: permission denied, mkdir '/a'", "cannot create /a: permission denied"],
    ["EXDEV: cross-device link, rename '/a' -> '/b'", "cannot rename /a to /b: cross-device link"],
    ["Bad call (os error 99): fadvise '/a'", "bad call: /a"],
    ["mv: cannot move 'a' to 'b': Permission denied", undefined],
    ["another version appeared there", undefined],
  ] as const;
  for (const [message, sentence] of messages) {
    assertEquals(systemMessage(message), sentence ?? message);
  }
});
