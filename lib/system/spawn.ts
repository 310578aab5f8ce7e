/**
 * Starts processes; no other module does. In the npm package, `node/spawn.ts` replaces it.
 *
 * @module
 */

import { CopyError } from "../errors.ts";
import { type Child, notFound, type Program, requireFolder } from "./child.ts";
import { childEnvironment } from "./environment.ts";

/**
 * Starts a program: no shell, no inherited environment.
 *
 * @param folder Its working folder. Default: that of this program. (tar's `-C` would not do: GNU
 * tar reads `\n` in its operand as the end of a line.)
 * @throws {CopyError} `program`, when it is not installed; `permission`, when Deno was not granted
 * to run it.
 */
export function spawn(program: Program, args: string[], folder?: string): Child {
  const child = command(program, args, folder);
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

function command(
  program: Program,
  args: string[],
  folder: string | undefined,
): Deno.ChildProcess {
  try {
    return new Deno.Command(program, {
      args,
      ...(folder !== undefined && { cwd: folder }),
      clearEnv: true,
      env: childEnvironment(),
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) {
      if (folder !== undefined) requireFolder(folder);
      throw notFound(program);
    }
    if (
      error instanceof Deno.errors.NotCapable || error instanceof Deno.errors.PermissionDenied
    ) {
      throw new CopyError(
        "permission",
        `Deno was not granted permission to run ${program}`,
        `add  --allow-run=${program}  (is ${program} installed?)`,
      );
    }
    throw error;
  }
}
