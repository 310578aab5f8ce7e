/**
 * Who mentions what: which jobs and runs of a workspace name others, in documents and links.
 *
 * @module
 */

/** Something that may be mentioned. */
export interface Named {
  /** Its folder, relative to the workspace. */
  folder: string;
  /** The text that stands wherever it is named: a job's id, a run's folder. */
  name: string;
}

/** The ids of jobs, as experimaestro makes them. */
const HASH = /[0-9a-f]{64,}/g;
const HASH_LENGTH = 64;

/**
 * Notes who mentions what. A mention is the bare name, wherever it stands: what only looks like a
 * reference keeps a folder, which does no harm.
 */
export class Mentions {
  /** The folders, by their names: hashes, which are found in one pass, and others. */
  readonly #hashes = new Map<string, string[]>();
  readonly #others = new Map<string, string[]>();
  /** By whom each folder is mentioned. */
  readonly #by = new Map<string, Set<string>>();

  constructor(named: Iterable<Named>) {
    for (const { folder, name } of named) {
      const isHash = /^[0-9a-f]{64}$/.test(name);
      const names = isHash ? this.#hashes : this.#others;
      names.set(name, [...names.get(name) ?? [], folder]);
      this.#by.set(folder, new Set());
    }
  }

  /** Notes what a text of a folder mentions. */
  note(by: string, text: string): void {
    if (this.#hashes.size > 0) {
      for (const [run] of text.matchAll(HASH)) {
        for (let at = 0; at + HASH_LENGTH <= run.length; at++) {
          this.#add(by, this.#hashes.get(run.slice(at, at + HASH_LENGTH)));
        }
      }
    }
    for (const [name, folders] of this.#others) {
      if (text.includes(name)) this.#add(by, folders);
    }
  }

  #add(by: string, folders: readonly string[] = []): void {
    for (const folder of folders) {
      if (folder !== by) this.#by.get(folder)!.add(by);
    }
  }

  /** The folders that mention one. */
  of(folder: string): ReadonlySet<string> {
    return this.#by.get(folder) ?? new Set();
  }
}

/**
 * Which of some folders must stay, since one that stays mentions them; and which one that is.
 *
 * @param going The folders that could go.
 */
export function mentionedByStaying(
  going: Iterable<string>,
  mentions: Pick<Mentions, "of">,
): Map<string, string> {
  const left = new Set(going);
  const staying = new Map<string, string>();
  for (let before = -1; before !== staying.size;) {
    before = staying.size;
    for (const folder of left) {
      const by = [...mentions.of(folder)].find((each) => !left.has(each));
      if (by === undefined) continue;
      left.delete(folder);
      staying.set(folder, by);
    }
  }
  return staying;
}
