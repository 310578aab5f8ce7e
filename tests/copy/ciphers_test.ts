/**
 * Which cipher a login takes: the fastest, unless the user prefers another.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { listExperiments } from "../../mod.ts";
import { makeSample } from "../../scripts/sample.ts";
import { hasSshd, startSshd } from "../support/sshd.ts";

const ignore = !await hasSshd();

for (
  const [preference, said, cipher] of [
    ["no preference of the user", [], "aes128-gcm@openssh.com"],
    ["the user's settings", ["-oCiphers=aes256-ctr"], "aes256-ctr"],
  ] as const
) {
  Deno.test({
    name: `a login with ${preference} takes ${cipher}`,
    ignore,
    fn: async () => {
      await using sshd = await startSshd({ config: ["LogLevel DEBUG1"] });
      const { root, experimentId } = makeSample(`${sshd.dir}/workspace`, { jobs: 1 });
      const ssh = { host: sshd.host, options: [...said, ...sshd.options] };
      const found = await listExperiments({ id: "there", path: root, ssh });
      assertEquals(found, [experimentId]);
      const log = Deno.readTextFileSync(`${sshd.dir}/log`);
      const ciphers = [...log.matchAll(/kex: (?:client|server)->(?:client|server) cipher: (\S+)/g)];
      assertEquals(ciphers.map(([, name]) => name), [cipher, cipher]);
    },
  });
}
