/**
 * What folders hold, in a form that tells later whether anything has changed.
 *
 * @module
 */

import { isMarker } from "../copy/found_job.ts";
import { bytesOf } from "../system/byte_text.ts";
import type { Entry } from "../system/entry.ts";
import { sumOf } from "../system/hash.ts";

/** What a folder holds. */
export interface Seal {
  /** Differs when a name, a kind, a size, a mode, a time or a target does. */
  sum: string;
  /** Bytes of its files. */
  bytes: number;
  /** Its files. */
  files: number;
  /** Where it leads, when it is a link, or is in a folder that is one. */
  target: string | undefined;
  /** Whether something may run in it: there is a `.pid`, and neither `.done` nor `.failed`. */
  runs: boolean;
}

/** Seals folders while a scan tells what is in them. */
export class Sealing {
  readonly #lines = new Map<string, string[]>();
  readonly #markers = new Map<string, Set<string>>();
  readonly #amounts = new Map<string, { bytes: number; files: number }>();
  readonly #targets = new Map<string, string>();

  /** @param wanted The folders; what is told of others is passed over. */
  constructor(private readonly wanted: ReadonlySet<string>) {}

  /** Adds an entry of a folder, or the folder itself. */
  add(folder: string, { path, kind, size, mtime, mode, target = "" }: Entry): void {
    if (!this.wanted.has(folder)) return;
    const amount = this.#amounts.get(folder) ?? { bytes: 0, files: 0 };
    if (kind === "file") amount.files++;
    if (kind === "file") amount.bytes += size;
    this.#amounts.set(folder, amount);
    if (isMarker(path)) {
      this.#markers.set(folder, (this.#markers.get(folder) ?? new Set()).add(path));
    }
    const shown = kind === "folder" ? "" : String(size); // of a folder it depends on its past
    const line = JSON.stringify([path, kind, shown, mtime, mode, target]);
    const lines = this.#lines.get(folder);
    if (lines === undefined) this.#lines.set(folder, [line]);
    else lines.push(line);
  }

  /** Adds that a folder is a link, or in a folder that is one. */
  link(folder: string, target: string): void {
    if (this.wanted.has(folder)) this.#targets.set(folder, target);
  }

  /** The seals. */
  finish(): Map<string, Seal> {
    return new Map([...this.#lines].map(([folder, lines]) => {
      const target = this.#targets.get(folder);
      const sum = target === undefined ? sumOf([bytesOf(lines.sort().join("\n"))]) : target;
      const runs = hasPid(this.#markers.get(folder) ?? new Set());
      const amount = target === undefined ? this.#amounts.get(folder)! : { bytes: 0, files: 0 };
      return [folder, { sum, ...amount, target, runs }];
    }));
  }
}

function hasPid(markers: ReadonlySet<string>): boolean {
  return [...markers].some((marker) => {
    const name = marker.replace(/\.pid$/, "");
    return name !== marker && !markers.has(`${name}.done`) && !markers.has(`${name}.failed`);
  });
}
