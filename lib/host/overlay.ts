/**
 * What is written over a staged copy: rewritten files, links and the times of their folders, as
 * one tar archive.
 *
 * @module
 */

import tar from "tar-stream";

/** One thing of an overlay; its path is relative to the staging folder. */
export type OverlayEntry =
  & { path: string; mtime: string }
  & (
    | { kind: "file"; mode: number; bytes: Uint8Array }
    | { kind: "folder"; mode: number }
    | { kind: "link"; target: string }
  );

/**
 * Makes the archive: pax form with full times, each folder right before what it holds. GNU tar
 * makes absolute links last of all, and gives a folder its time after that only in this order.
 */
export function archive(entries: OverlayEntry[]): AsyncIterable<Uint8Array> {
  const pack = tar.pack();
  fill(pack, inTreeOrder(entries)).catch((error) => pack.destroy(error));
  return pack as AsyncIterable<Uint8Array>;
}

type Pack = ReturnType<typeof tar.pack>;

/** Adds one entry after the other: the library recurses over all that wait. */
async function fill(pack: Pack, entries: OverlayEntry[]): Promise<void> {
  for (const entry of entries) await add(pack, entry);
  pack.finalize();
}

function add(pack: Pack, entry: OverlayEntry): Promise<void> {
  const common = {
    name: entry.path,
    mtime: new Date(Math.floor(Number(entry.mtime)) * 1000),
    pax: { mtime: entry.mtime },
  };
  return new Promise((resolve, reject) => {
    const done = (error?: Error | null) => error ? reject(error) : resolve();
    switch (entry.kind) {
      case "file":
        pack.entry({ ...common, type: "file", mode: entry.mode }, entry.bytes, done);
        break;
      case "folder":
        pack.entry({ ...common, type: "directory", mode: entry.mode }, done);
        break;
      case "link":
        pack.entry({ ...common, type: "symlink", linkname: entry.target }, done);
    }
  });
}

/** In the order of a walk: what a folder holds comes before its next sibling. */
function inTreeOrder(entries: OverlayEntry[]): OverlayEntry[] {
  return entries.map((entry) => ({ entry, key: entry.path.replaceAll("/", "\0") }))
    .sort(({ key: a }, { key: b }) => a < b ? -1 : a > b ? 1 : 0)
    .map(({ entry }) => entry);
}
