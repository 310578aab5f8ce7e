/**
 * An ssh agent of its own.
 *
 * @module
 */

import { existsSync } from "node:fs";
import { assert } from "@std/assert";
import { until } from "./processes.ts";

/** A running agent. It ends when it is disposed of. */
export interface SshAgent extends AsyncDisposable {
  /** The value of `SSH_AUTH_SOCK`. */
  socket: string;
}

/** Starts one, without any key; its socket is made in a folder. */
export async function startSshAgent(folder: string): Promise<SshAgent> {
  const socket = `${folder}/agent`;
  const agent = new Deno.Command("ssh-agent", {
    args: ["-D", "-a", socket],
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
  const stop = async () => {
    agent.kill();
    await agent.status;
  };
  if (!await until(() => existsSync(socket))) {
    await stop();
    assert(false, "ssh-agent made no socket");
  }
  return { socket, [Symbol.asyncDispose]: stop };
}
