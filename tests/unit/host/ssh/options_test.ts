/**
 * Which of the user's options ssh is given.
 *
 * @module
 */

import { assertEquals, assertThrows } from "@std/assert";
import { CopyError } from "../../../../lib/errors.ts";
import { loginOptions } from "../../../../lib/host/ssh/options.ts";

const read = (...options: string[]) => loginOptions({ host: "hpc", options });

Deno.test("loginOptions() gives what says how to log in, and leaves out what has no place", () => {
  const kept = ["-F", "none", "-p2222", "-4C", "-i", "-N", "-oUser=me", "-o", "Port 22"];
  assertEquals(read(...kept), kept.flatMap((word) => word === "-4C" ? ["-4", "-C"] : [word]));
  assertEquals(read("-tt", "-T", "-n", "-q", "-M", "-A", "-4qp", "2222"), ["-4", "-p", "2222"]);
  assertEquals(loginOptions({ host: "hpc" }), []);
});

Deno.test("loginOptions() lets a setting before them win over the letters -J and -S", () => {
  assertEquals(read("-J", "gate", "-Spath"), ["-oProxyJump=gate", "-oControlPath=path"]);
});

Deno.test("loginOptions() refuses what lets no command run, and what is no option", () => {
  for (const word of ["-N", "-4N", "-f", "-W", "-Gp", "-O", "hpc", "--", "-", "", "-p", "-4o"]) {
    assertThrows(() => read(word), CopyError, "in the ssh options of hpc");
  }
});
