/**
 * Questions to a host whose shell stands still after the login, and those that take long to answer.
 *
 * @module
 */

import { existsSync, readFileSync, truncateSync } from "node:fs";
import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  checkExperiment,
  cleanWorkspace,
  CopyError,
  type CopyEvent,
  type CopyOptions,
  listRuns,
} from "../../mod.ts";
import { makeSample } from "../../scripts/sample.ts";
import { withPair } from "../support/directions.ts";
import { HAS_PROC } from "../support/processes.ts";
import { OWN, withPrograms } from "../support/remote_programs.ts";
import { hasSshd } from "../support/sshd.ts";
import { compareTrees, namesIn } from "../support/trees.ts";

const ignore = !HAS_PROC || !await hasSshd();

/** The first time, it stops all that this login has started, itself too. */
const FREEZES = `#!/bin/sh
[ -e FOLDER/frozen ] || { ps -o pgid= -p $$ > FOLDER/frozen; kill -STOP 0; }
${OWN}
exec $own "$@"`;

/** The first time, it takes longer than the time-out. */
const SLOW =
  `#!/bin/sh\n[ -e FOLDER/slow ] || { touch FOLDER/slow; sleep 4; }\n${OWN}\nexec $own "$@"`;

const TIMEOUT = { timeout: 2 };

/** Does something at whose host a program stops the shell once. */
async function whereItFreezes(program: string, check: Parameters<typeof withPrograms>[1]) {
  await withPrograms({ [program]: FREEZES }, async (sshd, folder) => {
    try {
      await check(sshd, folder);
    } finally {
      const group = Number(readFileSync(`${folder}/frozen`, "utf8"));
      assert(group > 1, "it is a group of its own"); // 0 would be the tests', 1 all processes
      Deno.kill(-group, "SIGKILL");
    }
  });
}

/** What is used for a question of a copy, and for none before. */
const QUESTIONS = [
  ["look", "stat", "local to remote"],
  ["scan", "find", "remote to local"],
  ["claim", "id", "local to remote"],
  ["settle", "sync", "local to remote"],
] as const;

for (const [question, program, direction] of QUESTIONS) {
  Deno.test({
    name: `copyExperiment() connects again when the shell there stands still at: ${question}`,
    ignore,
    fn: () =>
      whereItFreezes(program, async (sshd) => {
        await withPair(direction, sshd, async (pair) => {
          const sample = makeSample(pair.source.path, { jobs: 2 });
          const messages: string[] = [];
          const onEvent = (event: CopyEvent) => {
            if (event.type === "retrying") messages.push(event.message);
          };
          const result = await pair.copy(sample, { ...TIMEOUT, onEvent });
          assertEquals([result.errors, result.complete], [[], true]);
          assertEquals(messages, [`${sshd.host} did not answer for 2 s`]);
          compareTrees({ sample, destination: pair.destination.path });
          assertEquals(namesIn(pair.destination.path), [
            ".__experimaestro__",
            "experiments",
            "jobs",
          ]);
        });
      }),
  });
}

Deno.test({
  name: "listRuns() gives up a host whose shell stands still",
  ignore,
  fn: () =>
    whereItFreezes("tr", async ({ host, options }) => {
      await withPair("local to local", undefined, async ({ source }) => {
        const { experimentId } = makeSample(source.path);
        const ask = () => listRuns({ ...source, ssh: { host, options } }, experimentId, TIMEOUT);
        await assertRejects(ask, CopyError, `${host} did not answer for 2 s`);
      });
    }),
});

Deno.test({
  name:
    "copyExperiment(), checkExperiment() and cleanWorkspace() wait for a host that only takes long",
  ignore,
  fn: () =>
    withPrograms({ sync: SLOW, openssl: SLOW, du: SLOW }, async (sshd, folder) => {
      const isSlow = () =>
        existsSync(`${folder}/slow`) && (Deno.removeSync(`${folder}/slow`), true);
      await withPair("local to remote", sshd, async (pair) => {
        const sample = makeSample(pair.source.path, { jobs: 2, largeFiles: 1 });
        // so large that a slow disk may take that long
        truncateSync(`${sample.jobs[0]!.folder}/large.bin`, 2 ** 26);
        const events: CopyEvent[] = [];
        const onEvent = (event: CopyEvent) => events.push(event);
        const options: CopyOptions = { ...TIMEOUT, onEvent };
        const result = await pair.copy(sample, options);
        assertEquals([result.complete, isSlow()], [true, true]);
        const { experimentId, runId } = sample;
        const { source, destination } = pair;
        const how = { ...options, checksum: true };
        const { same } = await checkExperiment(source, destination, experimentId, runId, how);
        assertEquals([same, isSlow()], [true, true]);
        const left = `${destination.path}/.xpm-staging/0123456789abcdef`;
        Deno.mkdirSync(left, { recursive: true });
        const found = await cleanWorkspace(destination, options);
        assertEquals([found.map(({ path }) => path), isSlow()], [[left], true]);
        assertEquals(events.filter(({ type }) => type === "retrying"), []);
      });
    }),
});
