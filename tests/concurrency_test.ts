/**
 * Copies that meet: of the same run, of runs that share jobs, and after one that died.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { basename, dirname } from "@std/path";
import { copyExperiment, type CopyOptions, type CopyResult, type Workspace } from "../mod.ts";
import { makeSample } from "../scripts/sample.ts";
import { moduleFlags, ROOT } from "../scripts/modules.ts";
import { shell } from "./support/shell.ts";
import { hasSshd, type Sshd, startSshd } from "./support/sshd.ts";

const RUN = "20260118_170744";

/** A source, and a destination that is not there yet. */
function makePair(remote: Sshd | undefined): Disposable & { from: Workspace; to: Workspace } {
  const root = Deno.realPathSync(Deno.makeTempDirSync({ prefix: "xpm-c-" }));
  makeSample(`${root}/from`, { jobs: 40, experimentId: "shared", runId: RUN });
  const ssh = remote && { host: remote.host, options: remote.options };
  return {
    from: { id: "from", path: `${root}/from` },
    to: { id: "to", path: `${root}/to`, ...(ssh && { ssh }) },
    [Symbol.dispose]: () => Deno.removeSync(root, { recursive: true }),
  };
}

/** The names right in a folder, sorted. */
function names(path: string): string[] {
  return [...Deno.readDirSync(path)].map(({ name }) => name).sort();
}

function copies(result: CopyResult): [copied: number, skipped: number, complete: boolean] {
  return [result.jobsCopied, result.jobsSkipped, result.complete];
}

for (const remote of [false, true]) {
  const where = remote ? "over ssh" : "on one disk";

  Deno.test({
    name:
      `copyExperiment() twice at once, ${where}: one copies, the other waits and finds all done`,
    ignore: remote && !await hasSshd(),
    async fn() {
      await using sshd = remote ? await startSshd() : undefined;
      using pair = makePair(sshd);
      let waited = 0;
      const options: CopyOptions = {
        onEvent: (event) => waited += event.type === "waiting" ? 1 : 0,
        bandwidthLimit: 500, // so slow that they meet, whoever is first
      };
      const copy = () => copyExperiment(pair.from, pair.to, "shared", RUN, options);
      const results = await Promise.all([copy(), copy()]);
      assertEquals(waited, 1);
      assertEquals(results.map(copies).sort((a, b) => a[0] - b[0]), [[0, 40, true], [40, 0, true]]);
      assertEquals(names(pair.to.path), [".__experimaestro__", "experiments", "jobs"]);
    },
  });

  Deno.test({
    name:
      `copyExperiment() of two experiments that share jobs, at once, ${where}: both are complete`,
    ignore: remote && !await hasSshd(),
    async fn() {
      await using sshd = remote ? await startSshd() : undefined;
      using pair = makePair(sshd);
      const other = `${pair.from.path}/experiments/other`;
      await new Deno.Command("cp", {
        args: ["-a", `${pair.from.path}/experiments/shared`, other],
      }).output();
      // what it names of the first, whose copy may not be there yet, would be missing
      shell(other, "find . -type f -exec sed -i 's#experiments/shared/#experiments/other/#g' {} +");
      const copy = (id: string) => copyExperiment(pair.from, pair.to, id, RUN);
      const results = await Promise.all([copy("shared"), copy("other")]);
      assertEquals(results.map(({ complete, errors }) => [complete, errors]), [[true, []], [
        true,
        [],
      ]]);
      const [first, second] = results.map(({ jobsCopied }) => jobsCopied);
      assert(first! + second! >= 40, `${first} and ${second}`);
      assertEquals(names(pair.to.path), [".__experimaestro__", "experiments", "jobs"]);
    },
  });

  Deno.test({
    name: `copyExperiment() after one that was killed, ${where}, goes on and leaves nothing behind`,
    ignore: remote && !await hasSshd(),
    async fn() {
      await using sshd = remote ? await startSshd() : undefined;
      using pair = makePair(sshd);
      Deno.writeFileSync(`${pair.from.path}/jobs/extra`, new Uint8Array()); // no job: stays there
      const settings = `${pair.from.path}.yaml`;
      Deno.writeTextFileSync(settings, JSON.stringify({ workspaces: [pair.from, pair.to] }));
      const args = ["run", "-A", ...await moduleFlags(), `${ROOT}/cli.ts`, "copy", "shared", RUN];
      const child = new Deno.Command(Deno.execPath(), {
        args: [...args, "--settings", settings, "--from", "from", "--to", "to", "--bwlimit", "20"]
          .concat("--yes"),
        env: { TMPDIR: pair.from.path.replace(/\/from$/, "") }, // a killed program leaves its socket
        stdout: "null",
        stderr: "null",
      }).spawn();
      let ended = false;
      child.status.then(() => ended = true);
      let log: string | undefined;
      while ((log = stagedLog(pair.to.path)) === undefined) {
        assert(!ended, "the copy has ended before it could be killed");
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      child.kill("SIGKILL");
      await child.status;
      Deno.removeSync(`${pair.from.path}/${log}`);
      const result = await copyExperiment(pair.from, pair.to, "shared", RUN);
      assertEquals(copies(result), [40, 0, true]);
      assertEquals(names(pair.to.path), [".__experimaestro__", "experiments", "jobs"]);
      assert(!names(dirname(`${pair.to.path}/${log}`)).includes(basename(log)), log);
    },
  });
}

/** A log that has been staged, relative to the workspace; undefined as long as there is none. */
function stagedLog(workspace: string): string | undefined {
  const below = (path: string) => {
    try {
      return names(path).map((name) => `${path}/${name}`);
    } catch {
      return [];
    }
  };
  const stagings = below(`${workspace}/.xpm-staging`);
  const jobs = stagings.flatMap((path) => below(`${path}/jobs`)).flatMap(below);
  const log = jobs.flatMap(below).find((path) => path.endsWith(".out"));
  return log?.slice(log.indexOf("/jobs/") + 1);
}
