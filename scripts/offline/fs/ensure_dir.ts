/**
 * Stands in for `@std/fs/ensure-dir` where JSR is out of reach.
 *
 * @module
 */

/** Makes a folder and those above it, unless it is there. */
export function ensureDirSync(dir: string | URL): void {
  Deno.mkdirSync(dir, { recursive: true });
}
