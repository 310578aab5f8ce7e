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

/** Makes the archive: pax form with full times, folders after what they hold. */
export function archive(entries: OverlayEntry[]): AsyncIterable<Uint8Array> {
  const pack = tar.pack();
  const folders = entries.filter((entry) => entry.kind === "folder");
  for (const entry of [...entries.filter((entry) => entry.kind !== "folder"), ...folders]) {
    const common = {
      name: entry.path,
      mtime: new Date(Math.floor(Number(entry.mtime)) * 1000),
      pax: { mtime: entry.mtime },
    };
    switch (entry.kind) {
      case "file":
        pack.entry({ ...common, type: "file", mode: entry.mode }, entry.bytes);
        break;
      case "folder":
        pack.entry({ ...common, type: "directory", mode: entry.mode });
        break;
      case "link":
        pack.entry({ ...common, type: "symlink", linkname: entry.target });
    }
  }
  pack.finalize();
  return pack as AsyncIterable<Uint8Array>;
}
