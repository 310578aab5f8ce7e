/**
 * The program under exactly the flags that `xpm-copy permissions` prints: they are enough, and each
 * of them is needed.
 *
 * @module
 */

import { existsSync, mkdirSync, readlinkSync, renameSync, rmSync, symlinkSync } from "node:fs";
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { quoteCommand } from "../../lib/text/shell.ts";
import { makeSample } from "../../scripts/sample.ts";
import { DIRECTIONS, endsHere } from "../support/directions.ts";
import { hasSshd, type Sshd, startSshd } from "../support/sshd.ts";
import {
  askPermissions,
  flagsOf,
  type Folders,
  type Granted,
  makeFolders,
  runUnder,
  withoutEach,
  writeSettings,
} from "../support/sandbox.ts";
import { assertUntouched, compareTrees, namesIn, readTree } from "../support/trees.ts";

/** What may be missing: the free space is not shown then; ssh asks no agent. */
const OPTIONAL = ["hostname", "df", "SSH_AUTH_SOCK"];

/** Checks that flags are enough for a copy. */
async function assertEnough(folders: Folders, granted: Granted, args: string[], env = {}) {
  const { code, err } = await runUnder(flagsOf(granted), folders, [...args, "--yes"], env);
  assertEquals(code, 0, err);
  const destination = Deno.realPathSync(folders.destination);
  const spellings = [folders.source, Deno.realPathSync(folders.source)];
  compareTrees({ sample: folders.sample, destination, spellings });
  assertEquals([...Deno.readDirSync(folders.temporary)], []);
}

const ALL = ["run", "read", "write", "env", "sys"] as const;
const PATHS = ["read", "write"] as const;

/** Checks that without each of them a copy does nothing, and names what is missing. */
async function assertNeeded(
  folders: Folders,
  granted: Granted,
  args: string[],
  names: readonly (keyof Granted)[],
  env = {},
) {
  const keep = (name: string) => `${folders.root}/kept-${name}`;
  for (const { name, value, rest } of withoutEach(granted, names)) {
    const { code, err } = await runUnder(flagsOf(rest), folders, [...args, "--yes"], env);
    const what = `without ${name} ${value}: ${err}`;
    if (OPTIONAL.includes(value)) {
      assertEquals(code, 0, what);
      assert(!/permission|allow-/.test(err), what);
      const there = Deno.realPathSync(folders.destination);
      renameSync(`${there}/jobs`, keep(`${value}-jobs`));
      renameSync(`${there}/experiments`, keep(`${value}-experiments`));
      continue;
    }
    assertEquals(code, 1, what);
    const lines = err.trimEnd().split("\n");
    const at = lines.findIndex((line) => line.startsWith("xpm-copy: "));
    assertEquals(lines.length - at, 3, what);
    assertStringIncludes(lines[at]!, "Deno was not granted ", what);
    assertStringIncludes(lines[at + 1]!, `--allow-${name}=`, what);
    const named = /--allow-\w+=(\S+)/.exec(lines[at + 1]!)![1]!;
    const isNamed = named.split(",").includes(value) || named.startsWith(`${value}/`);
    assert(isNamed, what);
    assertEquals(existsSync(`${folders.destination}/jobs/neuralir.tasks.train`), false, what);
  }
}

/** Checks that programs were given no path on their command lines but granted ones. */
function assertNoOthers(json: string, { read, write }: Granted): void {
  const events = json.trimEnd().split("\n").map((line) => JSON.parse(line));
  const commands = events.filter(({ type }) => type === "command");
  const given = commands.flatMap(({ command, folder = "" }) => [...command, folder])
    .filter((argument: string) => argument.startsWith("/"));
  assert(given.length > 3, JSON.stringify(commands));
  const isGranted = (path: string) =>
    [...read, ...write].some((place) => `${path}/`.startsWith(`${place}/`));
  assertEquals(given.filter((path: string) => !isGranted(path)), []);
}

for (const direction of DIRECTIONS) {
  const isLocal = direction === "local to local";
  const ignore = !isLocal && !await hasSshd();
  const withSshd = async (check: (sshd: Sshd | undefined) => Promise<void>) => {
    await using sshd = isLocal ? undefined : await startSshd();
    await check(sshd);
  };

  Deno.test({
    name: `xpm-copy ${direction} needs exactly the flags that \`xpm-copy permissions\` prints`,
    ignore,
    fn: () =>
      withSshd(async (sshd) => {
        using folders = makeFolders();
        const args = writeSettings(folders, direction, sshd);
        const env = { SSH_AUTH_SOCK: "/no/such/socket" };
        const { command, ...granted } = await askPermissions(folders, args, env);
        const { source, destination, settings, temporary } = folders;
        const { source: fromHere, destination: toHere } = endsHere(direction);
        assertEquals(granted, {
          run: [
            ...(fromHere || toHere ? ["rsync", "tar"] : []),
            ...(isLocal ? [] : ["ssh"]),
            ...(toHere ? ["df"] : []),
          ],
          read: [
            settings,
            ...(fromHere ? [source] : []),
            ...(toHere ? [destination] : []),
          ],
          write: [...(toHere ? [destination] : []), ...(isLocal ? [] : [temporary])],
          env: ["HOME", "PATH", ...(isLocal ? [] : ["TMPDIR", "SSH_AUTH_SOCK"])],
          sys: ["hostname"],
        });
        assertEquals(command, [
          ...["deno", "run", "--no-prompt", ...flagsOf(granted), "jsr:@xpm/copy"],
          ...["sandboxed", "current", ...args.slice(1), "--yes"],
        ]);
        // to ask that, less is enough
        const read = { ...granted, write: granted.write.filter((path) => path !== destination) };
        const asked = await runUnder(flagsOf(read), folders, ["permissions", ...args], env);
        assertEquals([asked.code, asked.out], [0, `${quoteCommand(command)}\n`], asked.err);
        assertEquals(existsSync(destination), false);
        await assertNeeded(folders, granted, args, ALL, env);
        await assertEnough(folders, granted, args, env);
      }),
  });

  Deno.test({
    name: `xpm-copy ${direction} needs exactly what it prints for workspaces reached through links`,
    ignore,
    fn: () =>
      withSshd(async (sshd) => {
        using folders = makeFolders();
        const { root } = folders;
        mkdirSync(`${root}/real`);
        symlinkSync("real", `${root}/link`);
        folders.source = `${root}/link/source`;
        folders.destination = `${root}/link/destination`;
        folders.sample = makeSample(folders.source, { jobs: 3, experimentId: "sandboxed" });
        mkdirSync(folders.destination);
        const args = writeSettings(folders, direction, sshd);
        const { command: _, ...granted } = await askPermissions(folders, args);
        for (const end of ["source", "destination"] as const) {
          const isHere = endsHere(direction)[end];
          assertEquals(granted.read.includes(`${root}/link/${end}`), isHere);
          assertEquals(granted.read.includes(`${root}/real/${end}`), isHere);
        }
        assert(!granted.write.some((path) => path.startsWith(`${root}/link`)));
        await assertNeeded(folders, granted, args, PATHS);
        await assertEnough(folders, granted, args);
      }),
  });
}

Deno.test("xpm-copy needs what links of a source lead to, as far as it is copied, and no more", async () => {
  using folders = makeFolders();
  const { root, source, sample } = folders;
  const [moved, linked, aside] = sample.jobs;
  // all jobs of one task on another disk, one of another in a `move` folder, runs elsewhere
  mkdirSync(`${root}/scratch/jobs`, { recursive: true });
  mkdirSync(`${root}/move/jobs/${moved!.taskId}`, { recursive: true });
  mkdirSync(`${root}/runs/experiments`, { recursive: true });
  const putAside = (path: string, to: string) => {
    renameSync(path, to);
    symlinkSync(to, path);
  };
  putAside(moved!.folder, `${root}/move/jobs/${moved!.taskId}/${moved!.jobId}`);
  const task = `${source}/jobs/${linked!.taskId}`;
  putAside(task, `${root}/scratch/jobs/${linked!.taskId}`);
  putAside(`${source}/experiments/sandboxed`, `${root}/runs/experiments/sandboxed`);
  // what is not copied: links within a job, and a job that leads to no folder of that job
  mkdirSync(`${root}/outside`);
  symlinkSync(`${root}/outside`, `${aside!.folder}/outward`);
  const args = writeSettings(folders, "local to local", undefined);
  const { command: _, ...granted } = await askPermissions(folders, args);
  assertEquals(granted.read, [
    folders.settings,
    source,
    `${root}/runs/experiments`,
    `${root}/move/jobs`,
    `${root}/scratch/jobs`,
    folders.destination,
  ]);
  await assertNeeded(folders, granted, args, ["read"]);
  const verbose = [...args, "--yes", "--json", "--verbose"];
  const { code, out, err } = await runUnder(flagsOf(granted), folders, verbose);
  assertEquals(code, 0, err + out);
  assertNoOthers(out, granted);
  const there = `${folders.destination}/jobs/${aside!.taskId}/${aside!.jobId}/outward`;
  assertEquals(readlinkSync(there), `${root}/outside`);
});

Deno.test("xpm-copy needs what jobs and experiments of both ends lead to", async () => {
  using folders = makeFolders();
  const { root, source, destination } = folders;
  mkdirSync(destination);
  for (const name of ["jobs", "experiments"]) {
    renameSync(`${source}/${name}`, `${root}/from-${name}`);
    symlinkSync(`${root}/from-${name}`, `${source}/${name}`);
    mkdirSync(`${root}/to-${name}`);
    symlinkSync(`${root}/to-${name}`, `${destination}/${name}`);
  }
  const args = writeSettings(folders, "local to local", undefined);
  const { command: _, ...granted } = await askPermissions(folders, args);
  assertEquals(granted.write, [destination, `${root}/to-jobs`, `${root}/to-experiments`]);
  await assertNeeded(folders, granted, args, PATHS);
  await assertEnough(folders, granted, args);
});

Deno.test("xpm-copy makes a destination by way of a link under exactly the flags that it prints", async () => {
  using folders = makeFolders();
  mkdirSync(`${folders.root}/real`);
  symlinkSync("real", `${folders.root}/link`);
  folders.destination = `${folders.root}/link/new/folder`;
  const args = writeSettings(folders, "local to local", undefined);
  const { command: _, ...granted } = await askPermissions(folders, args);
  assertEquals(granted.write, [`${folders.root}/real/new/folder`]);
  await assertEnough(folders, granted, args);
});

Deno.test("xpm-copy needs the settings by real path, and the variables that they refer to", async () => {
  using folders = makeFolders();
  const { root, settings } = folders;
  const config = `${root}/config/experimaestro`;
  mkdirSync(config, { recursive: true });
  const { source } = folders;
  folders.source = "${env:XPM_TEST_SOURCE}";
  const args = writeSettings(folders, "local to local", undefined).slice(0, -2);
  folders.source = source;
  symlinkSync(`${settings}/settings.yaml`, `${config}/settings.yaml`);
  const env = { XDG_CONFIG_HOME: `${root}/config`, XPM_TEST_SOURCE: source };
  const { command: _, ...granted } = await askPermissions(folders, args, env);
  assertEquals(granted.read, [
    config,
    `${settings}/settings.yaml`,
    source,
    folders.destination,
  ]);
  assertEquals(granted.env, ["HOME", "PATH", "XDG_CONFIG_HOME", "XPM_TEST_SOURCE"]);
  await assertNeeded(folders, granted, args, ["read"], env);
  await assertEnough(folders, granted, args, env);
});

Deno.test("xpm-copy refuses a workspace whose real path was not granted, before any program starts", async () => {
  using folders = makeFolders();
  const elsewhere = `${folders.root}/elsewhere`;
  const args = writeSettings(folders, "local to local", undefined);
  const { command: _, ...granted } = await askPermissions(folders, args);
  renameSync(folders.source, elsewhere);
  symlinkSync(elsewhere, folders.source);
  const { code, err } = await runUnder(flagsOf(granted), folders, [...args, "--yes", "--verbose"]);
  assertEquals(code, 1);
  assertStringIncludes(err, `Deno was not granted read access to ${elsewhere}`);
  assertStringIncludes(err, `--allow-read=${elsewhere}`);
  assert(!err.includes("rsync"), err);
});

Deno.test("xpm-copy gives no program a folder of which a part is denied", async () => {
  using folders = makeFolders();
  const args = writeSettings(folders, "local to local", undefined);
  const { command: _, ...granted } = await askPermissions(folders, args);
  const denied: [flag: string, path: string][] = [
    ["read", `${folders.source}/jobs/${folders.sample.jobs[0]!.taskId}`],
    ["write", `${folders.destination}/experiments`],
  ];
  for (const [flag, path] of denied) {
    const flags = [...flagsOf(granted), `--deny-${flag}=${path}`];
    const { code, err } = await runUnder(flags, folders, [...args, "--yes", "--verbose"]);
    assertEquals(code, 1, err);
    assertStringIncludes(err, `a part of it is denied`);
    assertStringIncludes(err, `--deny-${flag}`);
    assert(!err.includes("+ rsync"), err);
  }
  assertEquals(existsSync(folders.destination), false);
});

Deno.test("xpm-copy permissions says that no flag can name a path with a comma", async () => {
  using folders = makeFolders();
  folders.destination += ", new";
  const args = writeSettings(folders, "local to local", undefined);
  const { code, err } = await runUnder(["-A"], folders, ["permissions", ...args]);
  assertEquals(code, 2, err);
  assertStringIncludes(err, "Deno's flags cannot name");
});

Deno.test("xpm-copy moves nothing out of Deno's scopes by way of links in a staging area", async () => {
  using folders = makeFolders();
  const { root, destination } = folders;
  const args = writeSettings(folders, "local to local", undefined);
  const { command: _, ...granted } = await askPermissions(folders, args);
  mkdirSync(`${root}/outside/photos/2020`, { recursive: true });
  const before = readTree(`${root}/outside`);
  for (const words of [[...args, "--yes"], ["clean", destination, "--yes", ...args.slice(-2)]]) {
    rmSync(destination, { recursive: true, force: true });
    mkdirSync(`${destination}/jobs/photos`, { recursive: true });
    const staging = `${destination}/.xpm-staging/0123456789abcdef`;
    mkdirSync(`${staging}/replaced`, { recursive: true });
    symlinkSync(`${root}/outside`, `${staging}/replaced/jobs`);
    const { code, err } = await runUnder(flagsOf(granted), folders, words);
    assertEquals(code, 0, err);
    assertUntouched(`${root}/outside`, before);
    assertEquals(namesIn(`${destination}/jobs/photos`), []);
  }
});
