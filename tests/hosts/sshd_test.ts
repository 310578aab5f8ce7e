/**
 * A host behind a real sshd.
 *
 * @module
 */

import { SshHost } from "../../lib/host/ssh/host.ts";
import { findProgram } from "../../scripts/setup.ts";
import { hasSshd, shareLogin, type Sshd, startSshd } from "../support/sshd.ts";
import { tarOf, tellsAll } from "../support/stand_in.ts";
import { conforms } from "./conformance.ts";
import type { Traits } from "./words.ts";

const missing = await hasSshd() ? undefined : "there is no sshd";
let sshd: Sshd | undefined;
let copies = 0;

Deno.test.beforeAll(async () => {
  if (missing === undefined) sshd = await shareLogin(await startSshd());
});
Deno.test.afterAll(async () => {
  await sshd?.[Symbol.asyncDispose]();
});

const traits: Traits = {
  remote: true,
  // its sessions find the system's own programs
  decimals: tellsAll("/usr/bin/find") ? 9 : 0,
  tar: tarOf("/usr/bin/tar"),
  judges: await findProgram("flock") === undefined ? ["shell"] : ["shell", "program"],
  user: Deno.uid()!,
};

conforms({
  name: "a host behind sshd",
  traits,
  missing,
  use: (_, action) => {
    const { host, options, dir } = sshd!;
    const login = () => ({
      connectTimeout: 120,
      reached: new Set<string>(),
      copy: `copy ${++copies}`,
    });
    return action({
      traits,
      home: `${dir}/home`,
      connect: () => new SshHost({ host, options }, { fsync: true }, login()),
    });
  },
});
