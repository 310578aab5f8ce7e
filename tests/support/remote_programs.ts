/**
 * A remote host on which some programs are others than they seem.
 *
 * @module
 */

import { chmodSync, writeFileSync } from "node:fs";
import { type Sshd, startSshd } from "./sshd.ts";

/** Does something with an sshd whose sessions find these programs before the system's own. */
export async function withPrograms(
  programs: Record<string, string>,
  check: (sshd: Sshd) => Promise<void>,
): Promise<void> {
  const folder = Deno.makeTempDirSync({ prefix: "xpm-programs-" });
  try {
    for (const [name, script] of Object.entries(programs)) {
      writeFileSync(`${folder}/${name}`, script.replaceAll("FOLDER", folder));
      chmodSync(`${folder}/${name}`, 0o755);
    }
    await using sshd = await startSshd({
      environment: { PATH: `${folder}:${Deno.env.get("PATH")}` },
    });
    await check(sshd);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}
