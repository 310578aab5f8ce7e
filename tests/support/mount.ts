/**
 * Small disks in memory, where they may be mounted.
 *
 * @module
 */

import { mkdirSync } from "node:fs";

/** Runs a program; whether that went well. */
export async function runs(program: string, args: string[]): Promise<boolean> {
  const options = { args, stdout: "null", stderr: "null" } as const;
  return await new Deno.Command(program, options).output().then(
    ({ success }) => success,
    () => false,
  );
}

/**
 * Mounts a disk.
 *
 * @param options Of tmpfs, or only its size.
 */
export async function mount(folder: string, options: string): Promise<boolean> {
  mkdirSync(folder, { recursive: true });
  const given = options.includes("=") ? options : `size=${options}`;
  return await runs("mount", ["-t", "tmpfs", "-o", given, "tmpfs", folder]);
}

/** Whether a small disk can be had here. */
export const canMount: boolean = await (async () => {
  const folder = Deno.makeTempDirSync({ prefix: "xpm-disk-" });
  const mounted = await mount(folder, "1m");
  if (mounted) await runs("umount", [folder]);
  Deno.removeSync(folder);
  return mounted;
})();
