/**
 * A place where each file, folder and link takes a while to be made, as on a file system that is on
 * a network.
 *
 * @module
 */

import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../scripts/modules.ts";
import { findProgram } from "../scripts/setup.ts";

/** The programs that make something there. */
const MAKERS = ["cp", "ln", "mkdir", "rsync", "sh", "tar"];

/** Whether there can be such a place here; otherwise why not. */
export async function slowHindrance(): Promise<string | undefined> {
  if (Deno.build.os !== "linux") return "it needs Linux";
  return await findProgram("cc") === undefined ? "there is no cc" : undefined;
}

/**
 * Makes what is below a folder slow to be made by any program that is started with the variables
 * returned. They name folders with programs of the usual names, which start the real ones: what our
 * program and ssh start does not inherit all variables.
 *
 * @param folder Where the programs go.
 * @param below The folder, by its real path.
 */
export async function makeSlow(
  folder: string,
  below: string,
  milliseconds: number,
): Promise<Record<string, string>> {
  const library = join(folder, "slow_create.so");
  const programs = join(folder, "bin");
  mkdirSync(programs, { recursive: true });
  const source = join(ROOT, "bench", "slow_create.c");
  const args = ["-O2", "-shared", "-fPIC", "-o", library, source, "-ldl"];
  const { success, stderr } = await new Deno.Command("cc", { args }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  const variables = {
    LD_PRELOAD: library,
    SLOW_BELOW: `${below}/`,
    SLOW_MICROSECONDS: String(milliseconds * 1000),
  };
  const set = Object.entries(variables).map(([name, value]) => `${name}='${value}'`).join(" ");
  for (const name of MAKERS) {
    const program = await findProgram(name);
    if (program === undefined) continue;
    writeFileSync(join(programs, name), `#!/bin/sh\n${set} exec ${program} "$@"\n`);
    chmodSync(join(programs, name), 0o755);
  }
  return { ...variables, PATH: `${programs}:${Deno.env.get("PATH")}` };
}
