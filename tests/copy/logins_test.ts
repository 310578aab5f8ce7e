/**
 * Logins that the user's ssh settings, or the server's, make odd.
 *
 * @module
 */

import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { CopyError, copyExperiment } from "../../mod.ts";
import { makeSample } from "../../scripts/sample.ts";
import { hasSshd, type Sshd, startSshd } from "../support/sshd.ts";

const ignore = !await hasSshd();

/** How often somebody has logged in. */
function loginsOf({ dir }: Sshd): number {
  return Deno.readTextFileSync(`${dir}/log`).match(/Accepted publickey/g)?.length ?? 0;
}

/** Whether this ssh knows a setting. */
async function isKnown(config: string): Promise<boolean> {
  const args = ["-F", config, "-G", "--", "x", "true"];
  return (await new Deno.Command("ssh", { args, stdout: "null", stderr: "null" }).output()).success;
}

for (
  const setting of [
    "SessionType none",
    "SessionType subsystem",
    "StdinNull yes",
    "ForkAfterAuthentication yes",
  ]
) {
  Deno.test({
    name: `copyExperiment() copies to a host for which ssh_config says ${setting}`,
    ignore,
    fn: async () => {
      await using sshd = await startSshd();
      const config = `${sshd.dir}/ssh_config`;
      Deno.writeTextFileSync(config, `Host *\n  ${setting}\n`);
      if (!await isKnown(config)) return; // OpenSSH before 8.7
      const sample = makeSample(`${sshd.dir}/here`, { jobs: 1 });
      const ssh = { host: sshd.host, options: [...sshd.options, "-F", config] };
      const destination = { id: "there", path: `${sshd.dir}/there`, ssh };
      const source = { id: "here", path: sample.root };
      const { experimentId, runId } = sample;
      const result = await copyExperiment(source, destination, experimentId, runId);
      assertEquals([result.jobsCopied, result.errors, result.complete], [1, [], true]);
    },
  });
}

for (const [way, options] of [["a stream", {}], ["rsync", { bandwidthLimit: 100_000 }]] as const) {
  for (const direction of ["to", "from"] as const) {
    Deno.test({
      name: `copyExperiment() logs in once ${direction} a host of one session, by ${way}, ` +
        "and says why it does not copy",
      ignore,
      fn: async () => {
        await using sshd = await startSshd({ config: ["MaxSessions 1"] });
        const sample = makeSample(`${sshd.dir}/source`, { jobs: 1 });
        const ssh = { host: sshd.host, options: sshd.options };
        const ends = [
          { id: "source", path: sample.root, ...(direction === "from" && { ssh }) },
          { id: "destination", path: `${sshd.dir}/there`, ...(direction === "to" && { ssh }) },
        ] as const;
        const { experimentId, runId } = sample;
        const error = await assertRejects(
          () => copyExperiment(...ends, experimentId, runId, options),
          CopyError,
          "allows only one session",
        );
        assertStringIncludes(error.hint ?? "", "MaxSessions 2");
        assertEquals([error.code, loginsOf(sshd)], ["connection", 1]);
      },
    });
  }
}
