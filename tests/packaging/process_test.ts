/**
 * What Deno's and Node's way of starting a process must agree on: these tests pass with either.
 *
 * @module
 */

import { assertEquals, assertNotEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { CopyError } from "../../lib/errors.ts";
import { feed, output, start } from "../../lib/system/process.ts";
import { withFolder, withVariables } from "../support/variables.ts";

Deno.test("start() gives what a program prints, and its exit code", async () => {
  const running = start("tar", ["--version"], {});
  const [text, complaint, code] = await Promise.all([
    output(running),
    running.complaint,
    running.code,
  ]);
  assertStringIncludes(text, "tar");
  assertEquals([complaint, code], ["", 0]);
  await running.stdin.close(); // it has ended: that is no error
});

Deno.test("start() gives the complaint of a program that fails", async () => {
  const running = start("tar", ["-tf", "/no/such/archive"], {});
  assertEquals(await output(running), "");
  assertStringIncludes(await running.complaint, "/no/such/archive");
  assertNotEquals(await running.code, 0);
});

Deno.test("feed() brings everything to the program, in order, and ends its input", () =>
  withFolder(async (folder) => {
    const bytes = new Uint8Array(3_000_000).map((_, index) => index % 251);
    await Deno.writeFile(`${folder}/f`, bytes);
    const packing = start("tar", ["-cf", "-", "-C", folder, "f"], {});
    const unpacking = start("tar", ["-xOf", "-"], {});
    const whole = new Response(unpacking.stdout).arrayBuffer();
    await feed(unpacking, packing.stdout);
    assertEquals(await packing.code, 0);
    assertEquals(new Uint8Array(await whole), bytes);
    assertEquals(await unpacking.code, 0);
  }));

Deno.test("feed() does not mind a program that stops reading", async () => {
  const running = start("tar", ["-xf", "/no/such/archive"], {});
  await feed(running, Array.from({ length: 100 }, () => new Uint8Array(1 << 16)));
  await output(running);
  assertNotEquals(await running.code, 0);
});

Deno.test("start() ends a program when it is told to, or when the signal fires", async () => {
  const controller = new AbortController();
  const [told, signalled] = [{}, { signal: controller.signal }].map((watch) =>
    start("tar", ["-tf", "-"], watch)
  );
  told!.kill();
  controller.abort();
  for (const running of [told!, signalled!]) {
    assertEquals(await running.code, 143);
    running.kill(); // once more, for nothing
    assertEquals(await output(running), "");
    await running.stdin.abort().catch(() => {});
  }
});

Deno.test("start() starts nothing when it is stopped as it tells the command", () => {
  const controller = new AbortController();
  const watch = { signal: controller.signal, onCommand: () => controller.abort() };
  assertEquals(
    assertThrows(() => start("tar", ["-tf", "-"], watch), CopyError).code,
    "interrupted",
  );
});

Deno.test("start() tells the command, and names a program that is not installed", async () => {
  const commands: string[][] = [];
  const watch = { onCommand: (command: string[]) => void commands.push(command) };
  await withVariables({ PATH: "/no/such/folder" }, () => {
    const error = assertThrows(() => start("rsync", ["-a"], watch), CopyError);
    assertEquals([error.code, error.message], [
      "program",
      "rsync was not found on this machine's PATH",
    ]);
  });
  assertEquals(commands, [["rsync", "-a"]]);
});
