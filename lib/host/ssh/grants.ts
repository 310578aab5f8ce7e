/**
 * The permissions that Deno needs for a workspace that is reached by ssh.
 *
 * @module
 */

import { variable } from "../../system/environment.ts";
import type { Grants } from "../host.ts";
import { socketParent } from "./socket.ts";

/** Variables with which ssh finds keys and tickets; needed only if they are set. */
const SSH_VARIABLES = ["SSH_AUTH_SOCK", "KRB5CCNAME", "SSH_ASKPASS"];
/** Variables for a program that asks for passwords in a window. */
const ASKPASS_VARIABLES = ["SSH_ASKPASS_REQUIRE", "DISPLAY", "WAYLAND_DISPLAY", "XAUTHORITY"];

/** Does {@linkcode Host.grants}. */
export function grantsForSsh(): Grants {
  return {
    run: ["ssh"],
    read: [],
    write: [socketParent()],
    env: ["TMPDIR", ...variablesOfSsh()],
  };
}

function variablesOfSsh(): string[] {
  const isSet = (name: string) => variable(name) !== undefined;
  const asks = isSet("SSH_ASKPASS") ? ASKPASS_VARIABLES : [];
  return [...SSH_VARIABLES, ...asks].filter(isSet);
}
