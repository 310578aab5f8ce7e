/**
 * Temporary folders that take no socket of a login.
 *
 * @module
 */

import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { CopyError } from "../../mod.ts";
import { makeSample } from "../../scripts/sample.ts";
import { withPair } from "../support/directions.ts";
import { hasSshd, startSshd } from "../support/sshd.ts";
import { withFolder, withVariables } from "../support/variables.ts";

const ignore = !await hasSshd();

async function runs(program: string, args: string[]): Promise<boolean> {
  const options = { args, stdout: "null", stderr: "null" } as const;
  const running = new Deno.Command(program, options).output();
  return await running.then(({ success }) => success, () => false);
}

/** A disk in memory that takes so many files and folders. */
function mount(folder: string, files: number): Promise<boolean> {
  return runs("mount", ["-t", "tmpfs", "-o", `size=64k,nr_inodes=${files + 1}`, "tmpfs", folder]);
}

const canMount = await withFolder(async (folder) => {
  return await mount(folder, 1) && await runs("umount", [folder]);
});

/** Checks that it is named, after as many connections. */
async function assertNamed(TMPDIR: string, reason: string): Promise<void> {
  await using sshd = await startSshd();
  await withPair("local to remote", sshd, async (pair) => {
    const sample = makeSample(pair.source.path, { jobs: 1 });
    const tried: string[] = [];
    const error = await withVariables({ TMPDIR }, () =>
      assertRejects(
        () => pair.copy(sample, { onEvent: ({ type }) => tried.push(type) }),
        CopyError,
      ));
    assertStringIncludes(error.message, `the socket of a login in the temporary folder ${TMPDIR}`);
    assertStringIncludes(error.message, reason);
    assertStringIncludes(error.hint ?? "", "set TMPDIR");
    assertEquals([error.code, tried.includes("retrying")], ["refused", false]);
  });
}

Deno.test({
  name: "copyExperiment() names a temporary folder that is not there",
  ignore,
  fn: () => withFolder((folder) => assertNamed(`${folder}/gone`, "No such file or directory")),
});

Deno.test({
  name: "copyExperiment() names a temporary folder that is a file",
  ignore,
  fn: () =>
    withFolder(async (folder) => {
      Deno.writeTextFileSync(`${folder}/file`, "");
      await assertNamed(`${folder}/file`, "Not a directory");
    }),
});

for (const [room, files] of [["folder", 0], ["socket", 1]] as const) {
  Deno.test({
    name: `copyExperiment() names a temporary folder without room for a ${room}`,
    ignore: ignore || !canMount,
    fn: () =>
      withFolder(async (folder) => {
        assert(await mount(folder, files));
        try {
          await assertNamed(folder, "No space left on device");
          assertEquals([...Deno.readDirSync(folder)], []);
        } finally {
          await runs("umount", [folder]);
        }
      }),
  });
}
