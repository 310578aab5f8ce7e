/**
 * The package as JSR serves it. Skipped where JSR does not serve this version; `deno task try:jsr`
 * lets a registry on this machine serve it.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import config from "../../deno.json" with { type: "json" };
import { withFolder } from "../support/variables.ts";

/** Whether JSR, or what `JSR_URL` names, has this version. */
async function isServed(): Promise<boolean> {
  const registry = Deno.env.get("JSR_URL") || "https://jsr.io";
  try {
    const url = new URL(`${config.name}/meta.json`, registry.replace(/\/*$/, "/"));
    const response = await fetch(url, { signal: AbortSignal.timeout(2000) });
    if (!response.ok) await response.body?.cancel();
    return response.ok && config.version in (await response.json()).versions;
  } catch {
    return false;
  }
}

/** Lets the published program list the workspaces of a settings file; gives what it says. */
async function list(cwd: string): Promise<string> {
  await Deno.writeTextFile(`${cwd}/settings.yaml`, "workspaces: [{ id: here, path: /x }]\n");
  const program = `jsr:${config.name}@${config.version}`;
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--quiet", program, "ls", "--settings", "settings.yaml"],
    cwd,
    env: { NO_COLOR: "1" },
    stdin: "null",
  }).output();
  return [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes)).join("");
}

Deno.test({
  name: "jsr:@xpm/copy runs in a folder below a package.json, with and without node_modules",
  ignore: !await isServed(),
  fn: () =>
    withFolder(async (folder) => {
      const below = `${folder}/notes/here`;
      await Deno.mkdir(below, { recursive: true });
      const expected = await list(below);
      assertEquals(expected.includes("/x"), true, expected);

      await Deno.writeTextFile(`${folder}/package.json`, '{ "name": "thesis" }');
      assertEquals(await list(below), expected);
      await Deno.mkdir(`${folder}/node_modules/left-pad`, { recursive: true });
      await Deno.writeTextFile(
        `${folder}/node_modules/left-pad/package.json`,
        '{ "name": "left-pad", "version": "1.3.0" }',
      );
      assertEquals(await list(below), expected);
    }),
});
