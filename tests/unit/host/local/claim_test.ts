/**
 * Claims of staging folders, beside each other.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { moduleFlags, ROOT } from "../../../../scripts/modules.ts";
import { withFolder } from "../../../support/variables.ts";

/** Claims in another process; answers what went wrong. */
async function claimOften(area: string, name: string): Promise<string> {
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "-A", "--quiet", ...await moduleFlags(), `${ROOT}/tests/support/claimer.ts`],
      ...[area, name, "400"],
    ],
    stdin: "null",
  }).output();
  return new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
}

// BUG when this was written: who came or went while another removed the empty area failed.
Deno.test("claimLocally() does not mind other copies that come to the same area, and go", () =>
  withFolder(async (folder) => {
    const names = ["0123456789abcdef", "123456789abcdef0", "23456789abcdef01"];
    const said = await Promise.all(names.map((name) => claimOften(`${folder}/.xpm-staging`, name)));
    assertEquals(said, ["", "", ""]);
    assertEquals([...Deno.readDirSync(folder)], []);
  }));
