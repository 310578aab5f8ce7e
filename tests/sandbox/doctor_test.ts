/**
 * `xpm-copy doctor` under few of Deno's permissions: what it documents is enough, and what is missing
 * is a finding.
 *
 * @module
 */

import { assertEquals, assertStringIncludes } from "@std/assert";
import { hasSshd, startSshd } from "../support/sshd.ts";
import { type Folders, makeFolders, runUnder, writeSettings } from "../support/sandbox.ts";
import { assertUntouched, readTree } from "../support/trees.ts";

/** The flags that the guide names; of programs only these. */
function flags({ settings, source, temporary }: Folders, programs: string): string[] {
  return [
    `--allow-run=${programs}`,
    `--allow-read=${settings},${source}`,
    `--allow-write=${temporary}`,
    "--allow-env=HOME,PATH,TMPDIR,SSH_AUTH_SOCK",
    "--allow-sys=hostname",
  ];
}

/** What was found, by workspace: of each its problems. */
function problems(out: string): Record<string, string[]> {
  const told = out.trimEnd().split("\n").map((line) => JSON.parse(line))
    .filter(({ type }) => type === "diagnosis");
  return Object.fromEntries(
    told.map(({ workspace = "this machine", findings }) => [
      workspace,
      findings.filter(({ state }: { state: string }) => state === "problem")
        .map(({ check, code, hint }: Record<string, string>) => `${check} ${code}: ${hint}`),
    ]),
  );
}

Deno.test({
  name: "xpm-copy doctor needs the flags that docs/guide.md names, and writes nothing under them",
  ignore: !await hasSshd(),
  fn: async () => {
    await using sshd = await startSshd();
    using folders = makeFolders();
    const { source, destination } = folders;
    Deno.mkdirSync(`${destination}/jobs`, { recursive: true });
    const args = writeSettings(folders, "local to remote", sshd).slice(-2);
    const [here, there] = [readTree(source), readTree(destination)];
    const all = flags(folders, "rsync,tar,ssh,df,test");
    const { code, out, err } = await runUnder(all, folders, ["doctor", "--json", ...args]);
    assertEquals(problems(out), { "this machine": [], source: [], destination: [] });
    assertEquals(code, 0, err);
    for (const check of ["writing", "space", "filesystem"]) {
      assertEquals(out.split(`"check":"${check}"`).length, 3, out);
    }
    assertUntouched(source, here);
    assertUntouched(destination, there);
    assertEquals([...Deno.readDirSync(folders.temporary)], []);
  },
});

Deno.test({
  name: "xpm-copy doctor tells what Deno was not granted, and checks the rest",
  ignore: !await hasSshd(),
  fn: async () => {
    await using sshd = await startSshd();
    using folders = makeFolders();
    const args = writeSettings(folders, "local to remote", sshd).slice(-2);
    const some = flags(folders, "tar").map((flag) =>
      flag.startsWith("--allow-read=") ? `--allow-read=${folders.settings}` : flag
    );
    const { code, out } = await runUnder(some, folders, ["doctor", "--json", ...args]);
    assertEquals(code, 1, out);
    const found = problems(out);
    assertStringIncludes(found["this machine"]![0]!, "rsync permission: add  --allow-run=rsync");
    const read = `workspace permission: add  --allow-read=${folders.source}`;
    assertEquals(found.source, [read]);
    assertStringIncludes(found.destination![0]!, "login permission: add  --allow-run=ssh");
  },
});
