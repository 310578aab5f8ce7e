/**
 * A remote host on which some programs are others than they seem.
 *
 * @module
 */

import {
  chmodSync,
  existsSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { type Sshd, startSshd } from "./sshd.ts";

/** Puts programs into a folder; in a script `FOLDER` stands for that. */
export function installPrograms(folder: string, programs: Record<string, string>): void {
  for (const [name, script] of Object.entries(programs)) {
    writeFileSync(`${folder}/${name}`, script.replaceAll("FOLDER", folder));
    chmodSync(`${folder}/${name}`, 0o755);
  }
}

function startWith(folder: string): Promise<Sshd> {
  return startSshd({ environment: { PATH: `${folder}:${Deno.env.get("PATH")}` } });
}

/**
 * Starts one sshd for all tests of a file.
 *
 * @param ignore Whether there is none.
 * @returns Does something while its sessions find other programs.
 */
export function useRemotePrograms(
  ignore: boolean,
): (programs: Record<string, string>, check: (sshd: Sshd) => Promise<void>) => Promise<void> {
  const folder = Deno.makeTempDirSync({ prefix: "xpm-programs-" });
  let sshd: Sshd | undefined;
  Deno.test.beforeAll(async () => {
    if (!ignore) sshd = await startWith(folder);
  });
  Deno.test.afterAll(async () => {
    await sshd?.[Symbol.asyncDispose]();
    Deno.removeSync(folder, { recursive: true });
  });
  return async (programs, check) => {
    installPrograms(folder, programs);
    try {
      await check(sshd!);
    } finally {
      for (const name of readdirSync(folder)) rmSync(`${folder}/${name}`, { recursive: true });
    }
  };
}

/** The system's own program of a name, in a script that stands for it. */
export const OWN = "PATH=${PATH#*:}; own=$(command -v ${0##*/})";

/** Does something with an sshd whose sessions find these programs before the system's own. */
export async function withPrograms(
  programs: Record<string, string>,
  check: (sshd: Sshd, folder: string) => Promise<void>,
): Promise<void> {
  const folder = Deno.makeTempDirSync({ prefix: "xpm-programs-" });
  try {
    installPrograms(folder, programs);
    await using sshd = await startWith(folder);
    await check(sshd, folder);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

/** Where the system's programs are; the second is often a link to the first. */
const SYSTEM = ["/usr/bin", "/bin"];

/**
 * Does something with a folder of all the system's programs but one. What else stands beside them is
 * left out: folders, as `/usr/bin/X11` where that is a link to `.`, and links that lead nowhere, or
 * to themselves.
 */
export async function withoutProgram(
  program: string,
  action: (folder: string) => Promise<void>,
  system: string[] = SYSTEM,
): Promise<void> {
  const folder = Deno.makeTempDirSync({ prefix: "xpm-programs-" });
  try {
    const found = new Set([program]);
    for (const from of system.filter((path) => existsSync(path))) {
      for (const name of readdirSync(from)) {
        if (!isFile(`${from}/${name}`) || found.has(name)) continue;
        found.add(name);
        symlinkSync(`${from}/${name}`, `${folder}/${name}`);
      }
    }
    await action(folder);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

function isFile(path: string): boolean {
  try {
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
