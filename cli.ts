/**
 * The program `xpm-copy`: copies experiments between experimaestro workspaces from the command
 * line. It can be run directly, or called from a program with a list of arguments.
 *
 * ```sh
 * deno run -A jsr:@xpm/copy/cli neuralir --from cluster --to local
 * ```
 *
 * @example
 * ```ts
 * import { run } from "@xpm/copy/cli";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(await run(["--version"]), 0);
 * ```
 *
 * @module
 */

import { main } from "./lib/cli/main.ts";
import { realTerminal } from "./lib/cli/terminal.ts";

/**
 * Runs the program in this process's terminal and returns its exit code.
 *
 * @param args The arguments, without the program's name.
 * @returns 0: everything requested is at the destination. 1: failure. 2: usage. 3: finished, but
 * some jobs could not be copied. 4: workspace, experiment or run not found. 5: connection or login.
 * 130: interrupted.
 *
 * @example
 * ```ts
 * import { run } from "@xpm/copy/cli";
 * import { assertEquals } from "@std/assert";
 *
 * const exitCode = await run(["neuralir", "--from", "/no/such/folder", "--to", "/nor/this"]);
 * assertEquals(exitCode, 4);
 * ```
 */
export function run(args: string[]): Promise<number> {
  return main(args, realTerminal());
}

if (import.meta.main) Deno.exit(await run(Deno.args));
