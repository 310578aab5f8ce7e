import { assert, assertEquals, assertThrows } from "@std/assert";
import { CopyError } from "../../../lib/errors.ts";
import { checkRuntime, OLDEST_DENO } from "../../../lib/host/runtime.ts";

Deno.test("checkRuntime() refuses a Deno that is too old, and says what to do", () => {
  for (const deno of [OLDEST_DENO, "2.10.0", "3.0.0", "2.9.6+1a2b3c4", "2.9.0-rc.1", undefined]) {
    checkRuntime("linux", deno);
  }
  for (const deno of ["2.0.6", "2.8.2", "1.46.3"]) {
    const error = assertThrows(() => checkRuntime("darwin", deno), CopyError, deno);
    assertEquals([error.code, error.hint], ["program", "upgrade it:  deno upgrade"]);
  }
});

Deno.test("checkRuntime() points to WSL on Windows", () => {
  const error = assertThrows(() => checkRuntime("windows", "2.9.6"), CopyError);
  assert(error.hint?.includes("WSL"), error.hint);
});
