/**
 * Packs where neither end has a tar that can: the entries are read, and put together here.
 *
 * @module
 */

import type { ReadFiles } from "../host/host.ts";
import type { Entry } from "../system/entry.ts";
import { later } from "../system/time.ts";
import { archive, members } from "../tar/write.ts";
import type { Pack, PackRequest } from "../transport/archive.ts";
import type { Context } from "./context.ts";

/**
 * Packs the entries of a request that are named one by one, each file as a whole in memory.
 *
 * @param folders The folders that they are in.
 */
export function packRead(
  { root, entries }: PackRequest,
  folders: string[],
  { surveyed: { hosts: { source } } }: Pick<Context, "surveyed">,
): Pack {
  const { promise: whole, resolve } = later<boolean>();
  const { promise: complaints, resolve: tell } = later<string[]>();
  async function* packed(): AsyncGenerator<Uint8Array> {
    const said: string[] = [];
    let ended = false;
    let files: ReadFiles | undefined;
    try {
      const paths = entries.map((path) => path.replace(/\/\.$/, ""));
      const found = new Map<string, Entry>();
      await source.scan({ root, folders, jobStatesOnly: false }, (folder, entry) => {
        found.set(entry.path === "" ? folder : `${folder}/${entry.path}`, entry);
      });
      files = source.read(root, paths.filter((path) => isFile(found.get(path))));
      for (const path of paths) {
        const { kind = "other", mode = 0, mtime = "", target = "" } = found.get(path) ?? {};
        if (kind === "folder") yield* members([{ path, kind, mode, mtime }], {});
        else if (kind === "link") yield* members([{ path, kind, target, mtime }], {});
        else {
          const [, bytes] = kind === "file" ? (await files.next()).value : [];
          if (bytes !== undefined) yield* members([{ path, kind: "file", mode, mtime, bytes }], {});
          else said.push(`tar: ${path}: File removed before we read it`); // as GNU's says
        }
      }
      yield* archive([]);
      ended = true;
    } finally {
      await files?.return?.();
      resolve(ended && said.length === 0);
      tell(said);
    }
  }
  return { stream: packed(), whole, complaints };
}

function isFile(entry: Entry | undefined): boolean {
  return entry?.kind === "file";
}
