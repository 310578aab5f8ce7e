import { assertEquals, assertThrows } from "@std/assert";
import { CopyError } from "../../../lib/errors.ts";
import {
  CHILD_VARIABLES,
  childEnvironment,
  homeFolder,
  requiredVariable,
  variable,
} from "../../../lib/system/environment.ts";
import { withVariables } from "../../support/variables.ts";

Deno.test("variable() tells what is set, and nothing of what is not", async () => {
  await withVariables({ XPM_A: "1", XPM_EMPTY: "", XPM_B: undefined }, () => {
    assertEquals(variable("XPM_A"), "1");
    assertEquals(variable("XPM_EMPTY"), "");
    assertEquals(variable("XPM_B"), undefined);
  });
});

Deno.test("variable() takes a name that cannot be one for unset", () => {
  assertEquals(["", "A=B", "A\0B"].map(variable), [undefined, undefined, undefined]);
});

Deno.test({
  name: "variable() takes one that Deno was not granted for unset, and does not throw",
  permissions: { env: ["HOME"] },
  fn() {
    assertEquals(variable("PATH"), undefined);
    assertEquals(typeof variable("HOME"), "string");
  },
});

Deno.test({
  name: "requiredVariable() names the flag when Deno was not granted it",
  permissions: { env: ["PATH"] },
  fn() {
    const error = assertThrows(() => requiredVariable("HOME"), CopyError);
    assertEquals(error.code, "permission");
    assertEquals(
      error.message,
      "Deno was not granted access to the environment variable HOME",
    );
    assertEquals(error.hint, "add  --allow-env=HOME");
  },
});

Deno.test("homeFolder() is HOME, which must be set", async () => {
  await withVariables({ HOME: "/home/me" }, () => assertEquals(homeFolder(), "/home/me"));
  await withVariables({ HOME: undefined }, () => {
    const error = assertThrows(homeFolder, CopyError);
    assertEquals(
      [error.code, error.message],
      ["usage", "the environment variable HOME is not set"],
    );
  });
});

Deno.test("childEnvironment() hands on the named variables that are set, with LC_ALL=C and TZ=UTC0", async () => {
  const unset = Object.fromEntries(CHILD_VARIABLES.map((name) => [name, undefined]));
  const set = { PATH: "/bin", SSH_AUTH_SOCK: "/tmp/agent", LANG: "de_DE.UTF-8" };
  const others = { LC_ALL: "de_DE.UTF-8", LD_LIBRARY_PATH: "/opt/lib", XPM_SECRET: "1" };
  await withVariables({ ...unset, ...set, ...others }, () => {
    assertEquals(childEnvironment(), { ...set, LC_ALL: "C", TZ: "UTC0" });
  });
});

Deno.test({
  name: "childEnvironment() leaves out what Deno was not granted",
  permissions: { env: ["HOME", "PATH"] },
  fn() {
    assertEquals(Object.keys(childEnvironment()).sort(), ["HOME", "LC_ALL", "PATH", "TZ"]);
  },
});

Deno.test({
  name: "childEnvironment() says so when PATH was not granted: no program would be found",
  permissions: { env: ["HOME"] },
  fn() {
    const error = assertThrows(() => childEnvironment(), CopyError);
    assertEquals([error.code, error.hint], ["permission", "add  --allow-env=PATH"]);
  },
});
