/**
 * Real sshds that ask at a login what sshds ask: a password, and a code after it. What they check
 * the answers by is in files of their own; no account of the machine's is touched.
 *
 * @module
 */

import { fromFileUrl } from "@std/path";
import { findProgram } from "../../scripts/setup.ts";
import { canStandIn, hasSshd, type Sshd, startSshd } from "./sshd.ts";

/** The password of the current user, root, at these sshds. */
export const PASSWORD = "open sesame";
/** The code that is right after it. */
export const CODE = "271828";

const SHADOW = "/etc/shadow";
const STACK = "/etc/pam.d/sshd";

/** The password as `shadow` has it: `openssl passwd -6 -salt xpmcopy`. */
const HASH =
  "$6$xpmcopy$5cto7Jx9ONGmLA0L.t8ARBDlK1SeZMtBEhkKD/ZC8TTsNCUICAIZ.O3LwgVxeLIMIg6kqoFd541he/8cXYntC0";
/** One line a user: the password never expires. */
const ACCOUNTS = `root:${HASH}:19000:0:99999:7:::\n`;

const MODULE = fromFileUrl(new URL("./second_factor.c", import.meta.url));

/** Whether there can be one that asks for a password. */
export const CAN_ASK_PASSWORD: boolean = await hasSshd() && await canStandIn([SHADOW]);
/** Whether there can be one that asks for a code, too. */
export const CAN_ASK_CODE: boolean = CAN_ASK_PASSWORD && await canStandIn([STACK]) &&
  await findProgram("cc") !== undefined;

/** An sshd that asks for the password by itself. */
export async function startAskingPassword(): Promise<Sshd> {
  return await startSshd({
    config: ["AuthenticationMethods password", "PasswordAuthentication yes"],
    files: { [SHADOW]: ACCOUNTS },
  });
}

/**
 * An sshd that has PAM ask for the password, then for the code (keyboard-interactive).
 *
 * @param before What else is asked for: `publickey,`.
 */
export async function startAskingCode(before = ""): Promise<Sshd> {
  const folder = await Deno.makeTempDir({ prefix: "xpm-pam-" });
  const args = ["-shared", "-fPIC", "-o", `${folder}/code.so`, MODULE];
  const { success, stderr } = await new Deno.Command("cc", { args }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  const stack = [
    "auth required pam_unix.so nodelay",
    `auth required ${folder}/code.so ${CODE}`,
    "account required pam_permit.so",
    "session required pam_permit.so",
    "",
  ];
  const sshd = await startSshd({
    config: [
      `AuthenticationMethods ${before}keyboard-interactive:pam`,
      "KbdInteractiveAuthentication yes",
      "UsePAM yes",
    ],
    files: { [SHADOW]: ACCOUNTS, [STACK]: stack.join("\n") },
  });
  return {
    ...sshd,
    async [Symbol.asyncDispose](): Promise<void> {
      await sshd[Symbol.asyncDispose]();
      await Deno.remove(folder, { recursive: true });
    },
  };
}
