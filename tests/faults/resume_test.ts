/**
 * A large file that was interrupted: it goes on where it stopped.
 *
 * @module
 */

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { assert, assertEquals } from "@std/assert";
import { makeSample } from "../../scripts/sample.ts";
import { findProgram } from "../../scripts/setup.ts";
import { countingProxy } from "../support/counting_proxy.ts";
import { DIRECTIONS, type Pair, REMOTE, withPair } from "../support/directions.ts";
import { stagedBytes, startProgram } from "../support/kill.ts";
import { HAS_PROC, processes, until } from "../support/processes.ts";
import { hasSshd, startSshd } from "../support/sshd.ts";
import { compareTrees } from "../support/trees.ts";

const SIZE = Deno.env.get("XPM_FAULTS") === "full" ? 1e9 : 1e8;

/** An rsync that notes how many bytes it had to send. */
async function makeCounting(folder: string): Promise<{ path: string; literal(): number }> {
  mkdirSync(folder);
  const script = `#!/bin/sh
case " $* " in *" --files-from=- "*) ;; *) exec REAL "$@" ;; esac
{ REAL --stats "$@"; echo $? > ${folder}/code; } | tee -a ${folder}/log
exit "$(cat ${folder}/code)"
`;
  const text = script.replaceAll("REAL", (await findProgram("rsync"))!);
  writeFileSync(`${folder}/rsync`, text, { mode: 0o755 });
  return {
    path: `${folder}:${Deno.env.get("PATH")}`,
    literal() {
      const log = readFileSync(`${folder}/log`, "utf8");
      const found = [...log.matchAll(/Literal data: ([\d,]+) bytes/g)].at(-1);
      return Number(found![1]!.replaceAll(",", ""));
    },
  };
}

/** Kills the rsync of one end: it works in that workspace. */
function killRsync(workspace: string): void {
  const found = processes().filter(({ words, folder }) =>
    /(^|\/)rsync$/.test(words[0] ?? "") && `${folder}/`.startsWith(`${workspace}/`)
  );
  assert(found.length > 0, `no rsync works in ${workspace}`);
  for (const { pid } of found) Deno.kill(pid, "SIGKILL");
}

const ENDS: Record<string, (pair: Pair) => string> = {
  "the sender": ({ source }) => source.path,
  "the receiver": ({ destination }) => destination.path,
};

for (const direction of DIRECTIONS) {
  for (const [end, workspace] of Object.entries(ENDS)) {
    Deno.test({
      name: `xpm-copy goes on in the middle of a large file when ${end} was killed, ${direction}`,
      ignore: !HAS_PROC || direction !== "local to local" && !await hasSshd(),
      async fn() {
        await using sshd = direction === "local to local" ? undefined : await startSshd();
        await withPair(direction, sshd, async (pair) => {
          const sample = makeSample(pair.source.path, { jobs: 1 });
          writeFileSync(`${sample.jobs[0]!.folder}/large.bin`, noise(SIZE));
          const counting = await makeCounting(`${pair.root}/bin`);
          // between two hosts no rsync runs here: all that comes to the second one is counted
          const isRelayed = direction === "remote to remote";
          using proxy = isRelayed ? countingProxy(sshd!, "127.0.0.1") : undefined;
          if (proxy !== undefined) Object.assign(pair.destination, { ssh: proxy.login });
          const { ended } = await startProgram(pair, sample, {
            args: ["--bwlimit", `${Math.round(SIZE / 3000)}`], // three seconds
            env: { PATH: counting.path },
          });
          assert(await until(() => stagedBytes(pair.destination.path) > SIZE / 3), "too slow");
          killRsync(workspace(pair));
          const before = proxy?.bytes() ?? 0;
          const { code, err } = await ended;
          assertEquals(code, 0, err); // it is tried again by the program itself
          const sent = proxy === undefined ? counting.literal() : proxy.bytes() - before;
          assert(sent < SIZE * 0.75, `${sent} of ${SIZE} bytes were sent again`);
          compareTrees({ sample, destination: pair.destination.path });
        });
      },
    });
  }
}

for (const direction of REMOTE) {
  Deno.test({
    name:
      `xpm-copy brings a large file by ranges, and after a kill none of them again, ${direction}`,
    ignore: !HAS_PROC || !await hasSshd(),
    async fn() {
      await using sshd = await startSshd();
      await withPair(direction, sshd, async (pair) => {
        const sample = makeSample(pair.source.path, { jobs: 1 });
        writeFileSync(`${sample.jobs[0]!.folder}/large.bin`, noise(SIZE));
        const counting = await makeCounting(`${pair.root}/bin`);
        const options = { args: ["--streams", "3"], env: { PATH: counting.path } };
        const destination = pair.destination.path;
        using proxy = direction === "remote to remote" // see above
          ? countingProxy(sshd, "127.0.0.1")
          : undefined;
        if (proxy !== undefined) Object.assign(pair.destination, { ssh: proxy.login });
        const copy = async () => {
          const before = proxy?.bytes() ?? 0;
          const { code, err } = await (await startProgram(pair, sample, options)).ended;
          assertEquals(code, 0, err);
          compareTrees({ sample, destination });
          return proxy === undefined ? counting.literal() : proxy.bytes() - before;
        };
        const { process, ended } = await startProgram(pair, sample, options);
        assert(await until(() => stagedBytes(destination) > SIZE / 3), "too slow");
        process.kill("SIGKILL");
        await ended;
        const came = stagedBytes(destination);
        const sent = await copy();
        assert(
          sent < SIZE - came + SIZE / 20,
          `${sent} of ${SIZE} bytes were sent, ${came} had come`,
        );
        Deno.removeSync(destination, { recursive: true });
        const byRanges = proxy === undefined ? 0 : SIZE; // which the proxy counts, too
        assert(await copy() < byRanges + SIZE / 20, "rsync had to send it");
      });
    },
  });
}

/** Bytes of which no block is like another. */
function noise(size: number): Uint8Array {
  const bytes = new Uint8Array(size);
  for (let at = 0; at < size; at += 65536) {
    crypto.getRandomValues(bytes.subarray(at, Math.min(at + 65536, size)));
  }
  return bytes;
}
