/**
 * What has to be written over one staged folder: files, links, and the times of its folders.
 *
 * @module
 */

import { type Entry, isClosed, type Original } from "../system/entry.ts";
import type { OverlayEntry } from "../tar/write.ts";
import { parentOf } from "../workspace/layout.ts";
import type { PathMap } from "../rewrite/path_map.ts";
import type { JobPath } from "../rewrite/relocate.ts";
import type { DocumentKind } from "../workspace/documents.ts";
import { Findings, type Originals, type Rewriting } from "../rewrite/findings.ts";
import { now } from "../system/time.ts";

/** Gathers what has to be written over one folder. */
export class FolderRewriting {
  readonly #findings: Findings;
  readonly #overlay: OverlayEntry[] = [];
  /** The folders whose times writing will change. */
  readonly #touched = new Set<string>();

  constructor(
    private readonly folder: string,
    private readonly folders: ReadonlyMap<string, Entry>,
    private readonly originals: Originals,
    map: PathMap,
  ) {
    this.#findings = new Findings(folder, map);
    // They were opened for what is written into them.
    for (const [path, { mode }] of folders) if (isClosed(mode)) this.touch(path);
  }

  /** Notes something that the user should know. */
  note(text: string): void {
    this.#findings.notes.push(text);
  }

  /** Relocates a document that the folder cannot be published without. */
  document(path: string, kind: DocumentKind, file: Original): void {
    this.#put(path, file, this.#findings.document(path, kind, file.bytes), false);
  }

  /**
   * Relocates a document; one that is not JSON stays as it is, and is noted.
   *
   * @param changed Whether it is not what the source has.
   */
  optionalDocument(
    path: string,
    kind: DocumentKind,
    file: Original,
    jobPath?: JobPath,
    changed = false,
  ): void {
    const bytes = this.#findings.optionalDocument(path, kind, file.bytes, jobPath);
    this.#put(path, file, bytes, changed);
  }

  #put(path: string, file: Original, bytes: Uint8Array[], changed: boolean): void {
    if (bytes[0] === file.bytes && !changed) return;
    const { mode, mtime } = file;
    this.#overlay.push({ path: `${this.folder}/${path}`, kind: "file", bytes, mode, mtime });
    this.touch(parentOf(path));
  }

  /** Relocates a link that leads into the source workspace by an absolute path. */
  link({ path, target, mtime }: Entry): void {
    const moved = this.#findings.link(path, target!);
    if (moved !== undefined) this.addLink(path, moved, mtime);
  }

  /** Adds a link, with the time that it had, or else with another. */
  addLink(path: string, target: string, mtime: string): void {
    const full = `${this.folder}/${path}`;
    const time = this.originals.get(full)?.mtime ?? mtime;
    this.#overlay.push({ path: full, kind: "link", target, mtime: time });
    this.touch(parentOf(path));
  }

  /** Gives a folder, and those it is in, the times of the source again. */
  touch(path: string): void {
    for (let at = path.length; at > 0; at = path.lastIndexOf("/", at - 1)) {
      this.#touched.add(path.slice(0, at));
    }
    this.#touched.add("");
  }

  finish(): Rewriting {
    for (const path of this.#touched) {
      const full = path === "" ? this.folder : `${this.folder}/${path}`;
      const { mode = 0o755, mtime = now() } = this.folders.get(path) ?? {};
      const time = this.originals.get(full)?.mtime ?? mtime;
      this.#overlay.push({ path: full, kind: "folder", mode, mtime: time });
    }
    return this.#findings.finish(this.#overlay);
  }
}
