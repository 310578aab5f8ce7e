/**
 * The program under the flags of the README, and no others.
 *
 * @module
 */

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { moduleFlags, ROOT } from "../scripts/modules.ts";
import { makeSample } from "../scripts/sample.ts";
import { hasSshd, startSshd } from "./support/sshd.ts";

/** The folders of one try: two workspaces, settings, and a place for the socket. */
interface Folders extends Disposable {
  root: string;
  source: string;
  destination: string;
  settings: string;
  temporary: string;
}

function makeFolders(): Folders {
  // Short, for the path of the ssh socket; and real, as Deno's scopes are.
  const root = Deno.realPathSync(Deno.makeTempDirSync({ prefix: "xpm-p-" }));
  const folders = {
    root,
    source: `${root}/source`,
    destination: `${root}/destination`,
    settings: `${root}/settings`,
    temporary: `${root}/tmp`,
  };
  makeSample(folders.source, { jobs: 3, experimentId: "sandboxed" });
  Deno.mkdirSync(folders.settings);
  Deno.mkdirSync(folders.temporary);
  return { ...folders, [Symbol.dispose]: () => Deno.removeSync(root, { recursive: true }) };
}

/** The flags, each by its name. */
function flagsFor(
  folders: Folders,
  remote: "source" | "destination" | undefined,
): Record<string, string[]> {
  const { source, destination, settings, temporary } = folders;
  const local = { read: [settings], write: [] as string[] };
  if (remote !== "source") local.read.push(source);
  if (remote !== "destination") {
    local.read.push(destination);
    local.write.push(destination);
  }
  if (remote !== undefined) local.write.push(temporary);
  return {
    run: ["rsync", "tar", ...(remote ? ["ssh"] : [])],
    read: local.read,
    write: local.write,
    env: ["HOME", "PATH", "TMPDIR", "SSH_AUTH_SOCK", "LOG_TOKENS", "LOG_STREAM"],
    sys: ["hostname", "statfs"],
  };
}

/** Runs the program under some flags. */
async function run(
  flags: Record<string, string[]>,
  folders: Folders,
  args: string[],
): Promise<{ code: number; output: string; complaint: string }> {
  const allowed = Object.entries(flags).filter(([, values]) => values.length > 0);
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--no-prompt",
      ...allowed.map(([name, values]) => `--allow-${name}=${values.join(",")}`),
      ...await moduleFlags(),
      `${ROOT}/cli.ts`,
      ...args,
    ],
    env: { TMPDIR: folders.temporary, LD_LIBRARY_PATH: "/no/such/folder" },
    stdin: "null",
  });
  const { code, stdout, stderr } = await child.output();
  const [output, complaint] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  return { code, output: output!, complaint: complaint! };
}

function writeSettings(folders: Folders, ssh: unknown, remote: string | undefined): string[] {
  const workspaces = (["source", "destination"] as const).map((id) => ({
    id,
    path: folders[id],
    ...(id === remote && { ssh }),
  }));
  const file = `${folders.settings}/settings.yaml`;
  Deno.writeTextFileSync(file, JSON.stringify({ workspaces })); // JSON is YAML
  return ["sandboxed", "--from", "source", "--to", "destination", "--settings", file, "--yes"];
}

const directions = [
  { name: "local to local", remote: undefined },
  { name: "local to remote", remote: "destination" },
  { name: "remote to local", remote: "source" },
] as const;

for (const { name, remote } of directions) {
  Deno.test({
    name: `xpm-copy copies ${name} under exactly the flags of the README`,
    ignore: remote !== undefined && !await hasSshd(),
    async fn() {
      using folders = makeFolders();
      await using sshd = remote === undefined ? undefined : await startSshd();
      const ssh = sshd && { host: sshd.host, options: sshd.options };
      const args = writeSettings(folders, ssh, remote);
      const { code, output, complaint } = await run(flagsFor(folders, remote), folders, args);
      assertEquals(code, 0, complaint);
      assertStringIncludes(output, "Copied 3 jobs");
      assert(Deno.statSync(`${folders.destination}/.__experimaestro__`).isFile);
      assertEquals([...Deno.readDirSync(folders.temporary)], []);
    },
  });
}

Deno.test("xpm-copy refuses a workspace whose real path was not granted, before any program starts", async () => {
  using folders = makeFolders();
  const elsewhere = `${folders.root}/elsewhere`;
  Deno.renameSync(folders.source, elsewhere);
  Deno.symlinkSync(elsewhere, folders.source);
  const args = writeSettings(folders, undefined, undefined);
  const { code, complaint } = await run(flagsFor(folders, undefined), folders, [
    ...args,
    "--verbose",
  ]);
  assertEquals(code, 1);
  assertStringIncludes(complaint, `permission to read ${elsewhere} was not given`);
  assertStringIncludes(complaint, `--allow-read=${elsewhere}`);
  assert(!complaint.includes("rsync"), complaint);
});

Deno.test("xpm-copy names the flag when a program was not granted", async () => {
  using folders = makeFolders();
  const args = writeSettings(folders, undefined, undefined);
  const flags = { ...flagsFor(folders, undefined), run: ["tar"] };
  const { code, complaint } = await run(flags, folders, args);
  assertEquals(code, 1);
  assertStringIncludes(complaint, "permission to run rsync was not given");
  assertStringIncludes(complaint, "--allow-run=rsync");
});
