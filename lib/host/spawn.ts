/**
 * Starting a process: no other module does. The npm package has `node/spawn.ts` in its place.
 *
 * @module
 */

import { CopyError } from "../errors.ts";
import type { Child, Program } from "./child.ts";
import { childEnvironment } from "./environment.ts";

/**
 * Starts a program: no shell, no inherited environment.
 *
 * @throws {CopyError} `program`, when it is not installed; `permission`, when Deno was not
 * granted to run it.
 */
export function spawn(program: Program, args: string[]): Child {
  const child = command(program, args);
  return {
    stdin: child.stdin,
    stdout: child.stdout,
    stderr: child.stderr,
    code: child.status.then(({ code }) => code),
    kill(signal) {
      try {
        child.kill(signal);
      } catch {
        // it has ended already
      }
    },
  };
}

function command(program: Program, args: string[]): Deno.ChildProcess {
  try {
    return new Deno.Command(program, {
      args,
      clearEnv: true,
      env: childEnvironment(),
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) {
      throw new CopyError("program", `${program} is not installed`, `install ${program}`);
    }
    if (
      error instanceof Deno.errors.NotCapable || error instanceof Deno.errors.PermissionDenied
    ) {
      throw new CopyError(
        "permission",
        `permission to run ${program} was not given`,
        `add  --allow-run=${program}  (is ${program} installed?)`,
      );
    }
    throw error;
  }
}
