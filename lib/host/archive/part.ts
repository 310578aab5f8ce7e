/**
 * The file that an export writes, beside its place and under another name, until it is whole. It is
 * kept locked meanwhile, so the next export to that name knows what killed ones have left. The name
 * tells the machine: on some shared disks, no machine sees what another has locked.
 *
 * @module
 */

import { digestOf } from "../../system/byte_text.ts";
import { entriesOf, lookAt } from "../../system/files.ts";
import { attempt } from "../../system/tree.ts";
import { parentOf } from "../../workspace/layout.ts";
import { hostName, lockFile } from "../local/lock.ts";

/** An open file, and the name that it has for now. */
export interface Part {
  path: string;
  file: Deno.FsFile;
}

/** Removes what killed exports to a path have left, and begins another part of that name. */
export async function openPart(target: string): Promise<Part> {
  const [folder, host] = [parentOf(target), hostName()];
  const start = `.${target.slice(target.lastIndexOf("/") + 1)}.${await digestOf(host, 4)}`;
  for (const { name } of host === "" ? [] : entriesOf(folder || "/")) {
    const id = name.startsWith(start) ? name.slice(start.length) : "";
    if (/^[0-9a-f]{8}\.part$/.test(id)) await removeLeft(`${folder}/${name}`);
  }
  for (;;) {
    const path = `${folder}/${start}${crypto.randomUUID().slice(0, 8)}.part`;
    const file = create(path, target);
    // another export may have just taken it for left
    if (await lockFile(file) !== false && lookAt(path) !== undefined) return { path, file };
    file.close();
  }
}

/** Creates a file; an error names it by the name that it is to have. */
function create(path: string, target: string): Deno.FsFile {
  try {
    return Deno.openSync(path, { read: true, write: true, createNew: true });
  } catch (error) {
    if (error instanceof Error) error.message = error.message.replace(path, () => target);
    throw error;
  }
}

/** Removes a part that nobody writes; what may not be opened, or is no file, stays. */
async function removeLeft(path: string): Promise<void> {
  if (lookAt(path)?.kind !== "file") return;
  try {
    using file = Deno.openSync(path, { read: true, write: true });
    if (await lockFile(file)) attempt(() => Deno.removeSync(path));
  } catch {
    // somebody else's, or it has just got its name
  }
}
