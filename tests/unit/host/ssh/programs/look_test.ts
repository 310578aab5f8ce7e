/**
 * Looking at a workspace while its programs are asked for their names.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { findProgram } from "../../../../../scripts/setup.ts";
import { LOOK } from "../../../../../lib/host/ssh/programs/programs.ts";
import { withFolder } from "../../../../support/variables.ts";

const bash = await findProgram("bash");

// BUG when this was written: bash writes a text of several lines in several goes, and what the
// tools said came in between: "rsync was not found", now and then, where bash is `sh`.
Deno.test({
  name: "LOOK says nothing amid a text of many lines",
  ignore: bash === undefined,
  fn: () =>
    withFolder(async (root) => {
      Deno.symlinkSync(bash!, `${root}/sh`);
      const program = (name: string, script: string) =>
        Deno.writeTextFileSync(`${root}/${name}`, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
      program("df", `yes line | head -n 100000; [ "$1" = -Pk ] || : > "${root}/told"`);
      program(
        "rsync",
        `until [ -e "${root}/told" ]; do sleep 0.02; done; sleep 0.1; echo "rsync  version 3"`,
      );
      program("tar", "echo 'tar (GNU tar) 1'");
      const child = new Deno.Command(`${root}/sh`, {
        args: ["-c", LOOK],
        env: { PATH: `${root}:${Deno.env.get("PATH")}` },
        stdin: "piped",
        stdout: "piped",
      }).spawn();
      const writer = child.stdin.getWriter();
      await writer.write(new TextEncoder().encode(`word\nrsync\ntar\n${root}\n\n\nspace\n`));
      await writer.close();
      await new Promise((resolve) => setTimeout(resolve, 500)); // the pipe is full: who writes waits
      const texts = new TextDecoder().decode((await child.output()).stdout).split("\0");
      const said = (name: string) => texts[texts.indexOf(name) + 1];
      assertEquals([said("rsync"), said("tar")], ["rsync  version 3", "tar (GNU tar) 1"]);
      const lines = Array(100_000).fill("line").join("\n");
      assertEquals([said("free"), said("files")], [lines, lines]);
    }),
});
