/**
 * `xpm-copy doctor`: what is found of this machine and of workspaces, by a real sshd and real disks.
 *
 * @module
 */

import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { type Diagnosis, doctor, type DoctorCheck, type Workspace } from "../../mod.ts";
import { main } from "../../lib/cli/main.ts";
import { makeSample } from "../../scripts/sample.ts";
import { fakeTerminal } from "../cli/samples.ts";
import { type Pair, withPair } from "../support/directions.ts";
import { canMount, mount, runs } from "../support/mount.ts";
import { withoutProgram, withPrograms } from "../support/remote_programs.ts";
import { hasSshd, type Sshd, startSshd } from "../support/sshd.ts";
import { assertUntouched, readTree } from "../support/trees.ts";
import { withVariables } from "../support/variables.ts";

const ignore = !await hasSshd();

/** How often somebody has logged in. */
function loginsOf({ dir }: Sshd): number {
  return Deno.readTextFileSync(`${dir}/log`).match(/Accepted publickey/g)?.length ?? 0;
}

/** A workspace on the host of an sshd. */
function at(sshd: Sshd, id: string, path: string): Workspace {
  return { id, path, ssh: { host: sshd.host, options: sshd.options } };
}

/** The same, with a key that the host does not know. */
function refusedAt(sshd: Sshd, id: string, path: string): Workspace {
  const options = sshd.options.map((one) => one.endsWith("/user_key") ? "/dev/null" : one);
  return { id, path, ssh: { host: sshd.host, options } };
}

/** What was found that is not as it should be: `check state: message`. */
function complaints({ findings }: Diagnosis): string[] {
  return findings.filter(({ state }) => state !== "ok")
    .map(({ check, state, message }) => `${check} ${state}: ${message}`);
}

function find({ findings }: Diagnosis, check: DoctorCheck) {
  return findings.find((one) => one.check === check);
}

/** Runs `xpm-copy doctor` with settings of these workspaces. */
async function runDoctor(
  root: string,
  workspaces: Workspace[],
  args: string[] = [],
): Promise<{ code: number; out: string; err: string }> {
  const settings = `${root}/settings.yaml`;
  writeFileSync(settings, JSON.stringify({ workspaces })); // YAML takes JSON
  const terminal = fakeTerminal();
  const code = await main(["doctor", ...args, "--settings", settings], terminal);
  return { code, out: terminal.out.join(""), err: terminal.err.join("") };
}

/** A test with an sshd and a folder for workspaces. */
function withHost(
  name: string,
  check: (pair: Pair, sshd: Sshd) => Promise<void>,
  { config = [] as string[], ignored = false } = {},
): void {
  Deno.test({
    name,
    ignore: ignore || ignored,
    fn: async () => {
      await using sshd = await startSshd({ config });
      await withPair("local to remote", sshd, (pair) => check(pair, sshd));
    },
  });
}

withHost(
  "doctor() finds all well here and there, logs in once, and writes nothing",
  async (pair, sshd) => {
    makeSample(pair.source.path, { jobs: 2 });
    makeSample(pair.destination.path, { jobs: 2 });
    const before = readTree(pair.root);
    const again = { ...pair.destination, id: "again" };
    const [machine, source, there, more] = await doctor([pair.source, pair.destination, again]);
    assertUntouched(pair.root, before);
    assertEquals(loginsOf(sshd), 1);
    for (const one of [machine, source, there, more]) {
      assertEquals(one!.findings.filter(({ state }) => state === "problem"), []);
      assertEquals([one!.from, one!.to], [true, true]);
    }
    const { findings: _, ...place } = there!;
    const { host, path } = { host: sshd.host, path: pair.destination.path };
    assertEquals(place, { workspace: "destination", host, path, from: true, to: true });
    assertEquals(there!.findings.map(({ check }) => check), [
      ...["login", "latency", "shell", "rsync", "tar", "zstd"],
      ...["workspace", "writing", "space", "files", "filesystem", "locks", "leftovers"],
    ]);
    assertMatch(String(find(machine!, "ssh")?.value), /^OpenSSH_/);
    assertEquals(find(there!, "rsync")?.value, find(machine!, "rsync")?.value);
    for (const check of ["login", "latency", "shell", "space"] as const) {
      assert(Number(find(there!, check)?.value) > 0, check);
    }
  },
);

withHost(
  "xpm-copy doctor looks at every workspace, whatever keeps it from one",
  async (pair, sshd) => {
    makeSample(pair.source.path, { jobs: 1 });
    mkdirSync(`${pair.root}/other/things`, { recursive: true });
    const workspaces = [
      refusedAt(sshd, "refused", "/xpm"),
      at(sshd, "gone", `${pair.root}/none`),
      { id: "other", path: `${pair.root}/other` },
      { id: "unset", path: "${env:NO_SUCH_VARIABLE}/xpm" },
      { id: "sound", path: pair.source.path },
    ];
    const { code, out } = await runDoctor(pair.root, workspaces);
    assertEquals(code, 5, out);
    const sections = out.split("\n\n");
    assertEquals(sections.length, 6, out);
    const [machine, refused, gone, other, unset, sound] = sections as [string, ...string[]];
    assertMatch(machine, /^this machine\n {2}ok {7}ssh /);
    assertStringIncludes(refused!, "problem  login       cannot connect to ");
    assertStringIncludes(refused!, "Permission denied (publickey)");
    // the command that tests this very login
    assertStringIncludes(refused!, `ssh -F none -p ${sshd.port} -i /dev/null `);
    assertStringIncludes(refused!, "No copy from or to it would work.");
    assertStringIncludes(gone!, `problem  workspace   there is no folder ${pair.root}/none`);
    assertStringIncludes(gone!, "Copies to it would work, copies from it would not.");
    assertStringIncludes(other!, "problem  workspace   not empty, and not a workspace");
    assertStringIncludes(unset!, "problem  settings ");
    assertStringIncludes(unset!, "NO_SUCH_VARIABLE");
    assertStringIncludes(sound!, "Copies from and to it would work.");
    assertEquals(loginsOf(sshd), 1);
  },
);

withHost("xpm-copy doctor answers with the code of the first problem", async (pair, sshd) => {
  makeSample(pair.source.path, { jobs: 1 });
  const workspaces = [
    pair.source,
    { id: "gone", path: `${pair.root}/none` },
    refusedAt(sshd, "refused", "/xpm"),
  ];
  const codeOf = async (...names: string[]) => (await runDoctor(pair.root, workspaces, names)).code;
  assertEquals(await codeOf("source"), 0);
  assertEquals(await codeOf("gone"), 4);
  assertEquals(await codeOf("no-such-id"), 4);
  assertEquals(await codeOf("source", "refused", "gone"), 5);
  assertEquals(await codeOf("gone", "refused"), 4);
  assertEquals(await codeOf(), 4);
});

withHost(
  "xpm-copy doctor --json has an object for this machine and for each workspace",
  async (pair, sshd) => {
    makeSample(pair.source.path, { jobs: 1 });
    const workspaces = [pair.source, refusedAt(sshd, "refused", "/xpm")];
    const { code, out, err } = await runDoctor(pair.root, workspaces, ["--json"]);
    const objects = out.trimEnd().split("\n").map((line) => JSON.parse(line));
    const told = objects.filter(({ type }) => type === "diagnosis");
    assertEquals(told.map(({ workspace }) => workspace), [undefined, "source", "refused"]);
    assertEquals(told.map(({ from, to }) => [from, to]), [[true, true], [true, true], [
      false,
      false,
    ]]);
    const [{ check, state, code: kind, prevents, hint }] = told[2].findings;
    assertEquals([check, state, kind, prevents], ["login", "problem", "connection", [
      "from",
      "to",
    ]]);
    assertStringIncludes(hint, ` -p ${sshd.port} `);
    assertEquals(objects.at(-1), { type: "summary", exitCode: 5 });
    assertEquals([code, err], [5, ""]);
  },
);

withHost("xpm-copy doctor --quiet shows problems alone", async (pair) => {
  makeSample(pair.source.path, { jobs: 1 });
  const gone = { id: "gone", path: `${pair.root}/none` };
  const said = await runDoctor(pair.root, [pair.source, gone], ["--quiet"]);
  assertEquals(said.out.split("\n").length, 4, said.out);
  assertMatch(said.out, /^gone .*\n {2}problem {2}workspace {3}there is no folder .*none\n/);
  assertEquals(await runDoctor(pair.root, [pair.source], ["-q"]), { code: 0, out: "", err: "" });
});

withHost(
  "doctor() names a server that allows one session",
  async (pair, sshd) => {
    const [, there] = await doctor([pair.destination]);
    assertEquals(find(there!, "sessions")?.state, "problem");
    assertStringIncludes(find(there!, "sessions")!.message, "only one session");
    assertEquals([there!.from, there!.to, loginsOf(sshd)], [false, false, 1]);
  },
  { config: ["MaxSessions 1"] },
);

withHost("doctor() tells of copies at work, and of what others have left", async (pair) => {
  const area = `${pair.destination.path}/.xpm-staging`;
  mkdirSync(`${area}/0000000000000001/jobs`, { recursive: true });
  mkdirSync(`${area}/0000000000000002.lock`, { recursive: true });
  writeFileSync(`${area}/0000000000000002.lock/held:not-${hostname()}:1`, "");
  const before = readTree(area);
  const here = { id: "here", path: pair.destination.path };
  for (const one of (await doctor([here, pair.destination])).slice(1)) {
    assertEquals(find(one, "locks")?.value, 1);
    assertEquals(find(one, "leftovers")?.state, "warning");
    assertStringIncludes(find(one, "leftovers")!.message, "in 1 place");
    assertEquals(find(one, "leftovers")!.hint, `list them:  xpm-copy clean ${one.workspace}`);
  }
  const { out } = await runDoctor(pair.root, [here], ["here"]);
  assertStringIncludes(
    out.replaceAll(/\s+/g, " "), // a command that is too long has a line of its own
    ` list them: xpm-copy clean here --settings ${pair.root}/settings.yaml `,
  );
  assertUntouched(area, before);
});

Deno.test({
  name: "doctor() names a host without rsync, and one without zstd",
  ignore,
  fn: () =>
    withoutProgram("rsync", async (folder) => {
      Deno.removeSync(`${folder}/zstd`);
      await using sshd = await startSshd({ environment: { PATH: folder } });
      const [, there] = await doctor([at(sshd, "there", sshd.dir)]);
      assertEquals(
        complaints(there!)[0],
        "rsync problem: rsync was not found on the PATH of a plain ssh command",
      );
      assertEquals([there!.from, there!.to], [false, false]);
      assertStringIncludes(find(there!, "zstd")!.message, "not found");
    }),
});

Deno.test("doctor() names what is missing on this machine, and that no copy works for it", () =>
  withoutProgram("rsync", async (folder) => {
    const workspace = { id: "here", path: `${folder}/none` };
    const [machine, here] = await withVariables({ PATH: folder }, () => doctor([workspace]));
    assertEquals(find(machine!, "rsync")?.code, "program");
    assertEquals([machine!.from, machine!.to], [false, false]);
    assertEquals([here!.from, here!.to], [false, false]);
    assert(!existsSync(workspace.path));
  }));

Deno.test({
  name: "doctor() tells that nothing can be copied from a host with openrsync",
  ignore,
  fn: () => {
    const said = "openrsync: protocol version 29, rsync version 2.6.9 compatible";
    return withPrograms({ rsync: `#!/bin/sh\necho '${said}'\n` }, async (sshd) => {
      mkdirSync(`${sshd.dir}/ws/jobs`, { recursive: true });
      const [, there] = await doctor([at(sshd, "there", `${sshd.dir}/ws`)]);
      assertStringIncludes(
        complaints(there!)[0]!,
        "rsync problem: openrsync: nothing can be copied",
      );
      assertEquals([there!.from, there!.to], [false, true]);
    });
  },
});

withHost(
  "doctor() tells of a disk that is full, that has no inodes left, and that is read-only",
  async (pair) => {
    const disk = `${pair.root}/disk`;
    assert(await mount(disk, "size=1m,nr_inodes=20"));
    try {
      const [here, there] = [pair.source, pair.destination].map((one) => ({ ...one, path: disk }));
      const problems = async () => {
        const found = (await doctor([here!, there!])).slice(1);
        return found.map((
          { findings, to },
        ) => [findings.filter(({ state }) => state === "problem").map(({ check }) => check), to]);
      };
      mkdirSync(`${disk}/jobs`);
      assertEquals(await problems(), [[[], true], [[], true]]);
      fill(disk);
      assertEquals(await problems(), [[["space", "files"], false], [["space", "files"], false]]);
      assert(await runs("mount", ["-o", "remount,ro,size=8m,nr_inodes=90", disk]));
      assertEquals(await problems(), [[["writing"], false], [["writing"], false]]);
    } finally {
      await runs("umount", [disk]);
    }
  },
  { ignored: !canMount },
);

withHost(
  "doctor() looks at the disk of each part of a workspace that is a link",
  async (pair) => {
    const disk = `${pair.root}/disk`;
    assert(await mount(disk, "size=1m,ro"));
    try {
      for (const part of ["jobs", "experiments", "partials"]) {
        const path = `${pair.root}/with-${part}`;
        mkdirSync(path);
        writeFileSync(`${path}/.__experimaestro__`, "");
        Deno.symlinkSync(disk, `${path}/${part}`);
        const ends = [pair.source, pair.destination].map((one) => ({ ...one, path }));
        for (const found of (await doctor(ends)).slice(1)) {
          const problem = found.findings.find(({ state }) => state === "problem");
          assertEquals([problem?.check, problem?.message, found.from, found.to], [
            "writing",
            `${disk} is not writable`,
            true,
            false,
          ]);
        }
      }
    } finally {
      await runs("umount", [disk]);
    }
  },
  { ignored: !canMount },
);

/** Uses up all that a disk has. */
function fill(disk: string): void {
  for (let at = 0;; at++) {
    try {
      writeFileSync(`${disk}/${at}`, new Uint8Array(at === 0 ? 2e6 : 0));
    } catch {
      if (at > 0) return; // no more can be created; the first one has no room
    }
  }
}
