/**
 * What follows from ssh's settings.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import {
  cipherOptions,
  mayHaveMaster,
  mayQuestion,
  sessionOptions,
} from "../../../../lib/host/ssh/config.ts";

const CHACHA = "chacha20-poly1305@openssh.com";
const [AES128, AES256] = ["aes128-gcm@openssh.com", "aes256-gcm@openssh.com"];
const CTR = "aes128-ctr,aes192-ctr,aes256-ctr";

Deno.test("AES-GCM comes first where ssh has its own preference, before 10.0 and since", () => {
  const first = (ciphers: string) => cipherOptions(["user me", `ciphers ${ciphers}`, "port 22"]);
  assertEquals(first(`${CHACHA},${CTR},${AES128},${AES256}`), [
    `-oCiphers=${AES128},${CHACHA},${CTR},${AES256}`,
  ]);
  assertEquals(first(`${CHACHA},${AES128},${AES256},${CTR}`), [
    `-oCiphers=${AES128},${CHACHA},${AES256},${CTR}`,
  ]);
});

Deno.test("the user's, or the machine's, preference of ciphers stays", () => {
  assertEquals(cipherOptions([`ciphers ${CHACHA},${AES256},${AES128}`]), []);
  assertEquals(cipherOptions([`ciphers ${AES256}`]), []);
  assertEquals(cipherOptions(["user me"]), []);
  assertEquals(cipherOptions([]), []);
});

Deno.test("a master is asked for only where ssh has a place for one, or does not tell", () => {
  assertEquals(mayHaveMaster(["user me", "controlpath /home/me/.ssh/x"]), true);
  assertEquals(mayHaveMaster([]), true);
  assertEquals(mayHaveMaster(["user me", "controlpersist no"]), false);
});

Deno.test("BatchMode keeps a login from asking, but not the one at a jump host", () => {
  assertEquals(mayQuestion(["user me", "batchmode no"]), true);
  assertEquals(mayQuestion(["user me", "batchmode yes"]), false);
  assertEquals(mayQuestion(["batchmode yes", "proxyjump gate"]), true);
});

Deno.test("sessionOptions() lets a command run whatever the settings say, where ssh knows them", () => {
  const said = ["user me", "sessiontype none", "stdinnull yes", "forkafterauthentication no"];
  assertEquals(sessionOptions(said), [
    "-osessiontype=default",
    "-ostdinnull=no",
    "-oforkafterauthentication=no",
  ]);
  assertEquals(sessionOptions(["user me"]), []);
});

Deno.test("sessionOptions() lets ssh say why, where the settings silence it, and nowhere else", () => {
  for (const level of ["QUIET", "FATAL", "SILENT"]) {
    assertEquals(sessionOptions([`loglevel ${level}`]), ["-oLogLevel=ERROR"]);
  }
  for (const level of ["INFO", "ERROR", "DEBUG3"]) {
    assertEquals(sessionOptions([`loglevel ${level}`]), []);
  }
});
