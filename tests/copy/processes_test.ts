/**
 * How many processes a copy takes: it must not depend on the number of jobs.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { makeSample } from "../../scripts/sample.ts";
import type { CopyResult } from "../../mod.ts";
import { makeCounters } from "../support/counters.ts";
import { inEachDirection, type Pair, REMOTE, useSshd } from "../support/directions.ts";
import { shell } from "../support/shell.ts";
import { withVariables } from "../support/variables.ts";

const root = Deno.makeTempDirSync({ prefix: "xpm-count-" });
const here = await makeCounters(`${root}/here`, ["ssh", "rsync", "tar"]);
const there = await makeCounters(`${root}/there`, [
  ...["sh", "rsync", "tar", "find", "xargs", "stat", "grep", "tr", "sed", "df", "dd", "cat", "ls"],
  ...["mv", "mkdir", "rm", "rmdir", "readlink", "touch", "sleep"],
]);
useSshd({ logins: "each", environment: { PATH: there.path } });
Deno.test.afterAll(() => Deno.removeSync(root, { recursive: true }));

/** What a copy started, by what it is for. */
interface Count {
  /** Logins. */
  masters: number;
  /** Commands on the remote host, but for the master's and rsync's own. */
  commands: number;
  /** rsync, on either side, but for asking its version. */
  rsyncs: [here: number, there: number];
  /** All else on the remote host. */
  others: Record<string, number>;
}

function count(starts: string[], remote: string[]): Count {
  const ssh = starts.filter((start) => start.startsWith("ssh ") && !/ -[OG] /.test(start));
  const [masters, rest] = [
    ssh.filter((start) => start.startsWith("ssh -M ")),
    ssh.filter((start) => !start.startsWith("ssh -M ")),
  ];
  const rsyncs = (all: string[]) =>
    all.filter((start) => /^rsync /.test(start) && start !== "rsync --version").length;
  const others: Record<string, number> = {};
  for (const start of remote) {
    // what a program has left unread is read away, while the copy goes on or after its end
    if (start.trim() === "cat") continue;
    const [program] = start.split(" ");
    others[program!] = (others[program!] ?? 0) + 1;
  }
  return {
    masters: masters.length,
    commands: rest.filter((start) => !start.includes("rsync --server")).length,
    rsyncs: [rsyncs(starts), rsyncs(remote)],
    others,
  };
}

async function measure(pair: Pair, jobs: number): Promise<Count[]> {
  const names = { source: `source-${jobs}`, destination: `destination-${jobs}` };
  const { source, destination, copy } = pair.between(names);
  const sample = makeSample(source.path, { jobs, filesPerJob: 8 });
  const counted = async (check: (result: CopyResult) => void) => {
    const variables = { PATH: here.path };
    const result = await withVariables(variables, () => copy(sample));
    assertEquals([result.errors, result.complete], [[], true]);
    check(result);
    return count(here.take(), there.take());
  };
  const first = await counted(({ jobsCopied }) => assertEquals(jobsCopied, jobs));
  const second = await counted(({ jobsSkipped }) => assertEquals(jobsSkipped, jobs));
  shell(destination.path, "find jobs -name '*.done' -exec rm {} +");
  shell(sample.runFolder, "touch -d @2000000000 status.json");
  const replacing = await counted(({ jobsReplaced, run }) => {
    assertEquals([jobsReplaced.length, run], [jobs, "replace"]);
  });
  return [first, second, replacing];
}

inEachDirection("copyExperiment() of 500 jobs takes the processes of 5", async (pair) => {
  const [few, many] = [await measure(pair, 5), await measure(pair, 500)];
  console.log(few, many);
  assertEquals(many, few);
  for (const { masters, commands, rsyncs } of few) {
    const hosts = [pair.source, pair.destination].filter(({ ssh }) => ssh !== undefined).length;
    assertEquals(masters, hosts);
    assert(commands <= 4 * hosts, `${commands} commands`);
    assert(rsyncs[0] <= 2 && rsyncs[1] <= 2, `${rsyncs} rsyncs`);
  }
}, { directions: REMOTE });
