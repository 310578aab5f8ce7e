/**
 * Environment variables. Only `cli/terminal.ts` reads some itself, and `node/` in the npm package.
 *
 * @module
 */

import { CopyError } from "../errors.ts";

/**
 * The variables that child processes (`rsync`, `ssh`, `tar`) receive when they are set: those that
 * locate programs, the user's ssh agent, keys and passwords, and a folder for temporary files.
 * `LD_LIBRARY_PATH` is left out, because Deno then refuses to start anything.
 */
export const CHILD_VARIABLES: readonly string[] = [
  "PATH",
  "HOME",
  "USER",
  "LOGNAME",
  "SHELL",
  "LANG",
  "TERM",
  "TMPDIR",
  "SSH_AUTH_SOCK",
  "SSH_ASKPASS",
  "SSH_ASKPASS_REQUIRE",
  "DISPLAY",
  "WAYLAND_DISPLAY",
  "XAUTHORITY",
  "KRB5CCNAME",
  "XDG_RUNTIME_DIR",
];

/** An environment variable; undefined when it is unset, or when Deno was not granted to read it. */
export function variable(name: string): string | undefined {
  return isName(name) && isGranted(name) ? Deno.env.get(name) : undefined;
}

/**
 * An environment variable that is required.
 *
 * @throws {CopyError} `permission`, when Deno was not granted to read it; `usage`, when it is unset
 * or empty.
 */
export function requiredVariable(name: string): string {
  requireVariableAccess(name);
  const value = variable(name);
  if (!value) {
    throw new CopyError(
      "usage",
      `the environment variable ${name} is not set`,
      `set ${name} and try again`,
    );
  }
  return value;
}

/**
 * Checks that Deno was granted to read a variable, whether or not it is set.
 *
 * @throws {CopyError} `permission`, when it was not; the hint names the flag.
 */
export function requireVariableAccess(name: string): void {
  if (!isName(name) || isGranted(name)) return;
  throw new CopyError(
    "permission",
    `Deno was not granted access to the environment variable ${name}`,
    `add  --allow-env=${name}`,
  );
}

/**
 * The user's home folder.
 *
 * @throws {CopyError} `permission`, when Deno was not granted to read `HOME`; `usage`, when it is
 * unset or empty.
 */
export function homeFolder(): string {
  return requiredVariable("HOME");
}

/**
 * The environment of child processes, for use with `clearEnv`.
 *
 * @throws {CopyError} `permission`, when Deno was not granted to read a variable that every child
 * needs.
 */
export function childEnvironment(): Record<string, string> {
  for (const name of ["PATH", "HOME"]) requireVariableAccess(name);
  const environment: Record<string, string> = {};
  for (const name of CHILD_VARIABLES) {
    const value = variable(name);
    if (value !== undefined) environment[name] = value;
  }
  // This program reads what others print: in English, with plain numbers, and times of one zone.
  environment.LC_ALL = "C";
  environment.TZ = "UTC0";
  return environment;
}

/** Whether a text is a valid name for a variable. Deno throws a `TypeError` for any other. */
function isName(name: string): boolean {
  return name !== "" && !name.includes("=") && !name.includes("\0");
}

function isGranted(name: string): boolean {
  return Deno.permissions.querySync({ name: "env", variable: name }).state === "granted";
}
