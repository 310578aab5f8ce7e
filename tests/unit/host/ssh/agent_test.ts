/**
 * Waiting for the answers of a shell at the other end, here one of this machine.
 *
 * @module
 */

import { chmodSync, writeFileSync } from "node:fs";
import { assertRejects } from "@std/assert";
import { CopyError } from "../../../../lib/errors.ts";
import { Agent } from "../../../../lib/host/ssh/agent.ts";
import { start } from "../../../../lib/system/process.ts";
import { FAR_SHELL } from "../../../../lib/transport/far_command.ts";

// BUG when this was written: the signs of life of a claim counted as an answer.
Deno.test("Agent.run() gives up a program that is silent, although its shell gives signs of life", async () => {
  const folder = Deno.makeTempDirSync();
  writeFileSync(`${folder}/ssh`, '#!/bin/sh\nexec sh -c "$1"\n');
  chmodSync(`${folder}/ssh`, 0o755);
  const path = Deno.env.get("PATH")!;
  Deno.env.set("PATH", `${folder}:${path}`);
  const watch = { timeout: 2 };
  const running = start("ssh", [FAR_SHELL], watch);
  const failure = () => Promise.resolve(new CopyError("program", "it has ended"));
  const agent = new Agent(running, watch, ["rsync", "tar"], "the host", failure);
  await agent.open();
  const beat = setInterval(() => agent.note("alive"), 100);
  try {
    const ask = () => agent.run("sleep 6; exit 1", [], () => {});
    await assertRejects(ask, CopyError, "the host did not answer for 2 s");
  } finally {
    clearInterval(beat);
    await agent.close();
    Deno.env.set("PATH", path);
    Deno.removeSync(folder, { recursive: true });
  }
});
