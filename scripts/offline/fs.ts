/**
 * Stands in for `@std/fs` where JSR is out of reach.
 *
 * @module
 */

/** Makes a folder and those above it, unless it is there. */
export async function ensureDir(dir: string | URL): Promise<void> {
  await Deno.mkdir(dir, { recursive: true });
}

/** Whether a path is there; a link counts as what it leads to. */
export async function exists(path: string | URL): Promise<boolean> {
  try {
    await Deno.stat(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
