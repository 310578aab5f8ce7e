/**
 * Programs at a host give way to those of others: login nodes are shared.
 *
 * @module
 */

import { readFileSync } from "node:fs";
import { assert, assertEquals } from "@std/assert";
import { makeSample } from "../../scripts/sample.ts";
import { findProgram } from "../../scripts/setup.ts";
import { withPair } from "../support/directions.ts";
import { OWN, withoutProgram, withPrograms } from "../support/remote_programs.ts";
import { shell } from "../support/shell.ts";
import { hasSshd, startSshd } from "../support/sshd.ts";

const ignore = !await hasSshd();
const hasIonice = await findProgram("ionice") !== undefined;

/** Notes how much it gives way, then does what the system's own does. */
const NOTED = `#!/bin/sh
${OWN}
echo "\${0##*/} $(nice) $(ionice -p $$ 2> /dev/null)" >> FOLDER/noted
exec $own "$@"
`;

for (const direction of ["local to remote", "remote to local"] as const) {
  Deno.test({
    name: `copyExperiment() runs programs at a host by nice, and by ionice, ${direction}`,
    ignore,
    fn: () =>
      withPrograms(
        { rsync: NOTED, tar: NOTED, df: NOTED },
        (sshd, folder) =>
          withPair(direction, sshd, async (pair) => {
            const sample = makeSample(pair.source.path, { jobs: 2, largeFiles: 1 });
            assertEquals((await pair.copy(sample)).complete, true);
            const before = Number(shell("/", "nice"));
            const noted = readFileSync(`${folder}/noted`, "utf8").trim().split("\n");
            for (const line of noted) {
              const [, program, nice, ionice] = /^(\w+) (\d+) (.*)$/.exec(line)!;
              assert(Number(nice) > before, line);
              // where the system lets nobody ask, nobody is told either
              if (hasIonice && ionice !== "") assertEquals(ionice, "best-effort: prio 7", program);
            }
            const programs = new Set(noted.map((line) => line.split(" ")[0]));
            const expected = direction === "local to remote"
              ? ["df", "rsync", "tar"]
              : ["rsync", "tar"];
            assertEquals([...programs].sort(), expected);
          }),
      ),
  });
}

Deno.test({
  name: "copyExperiment() needs no nice at a host",
  ignore,
  fn: () =>
    withoutProgram("nice", async (PATH) => {
      await using sshd = await startSshd({ environment: { PATH } });
      await withPair("local to remote", sshd, async (pair) => {
        const sample = makeSample(pair.source.path, { jobs: 2, largeFiles: 1 });
        assertEquals((await pair.copy(sample)).complete, true);
      });
    }),
});
