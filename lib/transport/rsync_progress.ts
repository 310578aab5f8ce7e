/**
 * What rsync prints while it works.
 *
 * @module
 */

/** What rsync's lines tell of how far it has come. */
export class Progress {
  #bytes = 0;
  #file: string | undefined;

  /** @param mark What stands before the name of a file, where complaints come beside it. */
  constructor(
    private readonly onProgress: (bytes: number, file: string | undefined) => void,
    private readonly mark: string = "",
  ) {}

  /** Reads a line; answers whether it is one of these. */
  take(line: string): boolean {
    const counted = /^\s*(\d+)\s+\d+%\s/.exec(line);
    if (counted !== null) this.#bytes = Number(counted[1]);
    else if (line.startsWith("skipping non-regular file ")) return true; // a link, which comes otherwise
    else if (line === "" || !line.startsWith(this.mark)) return line === "";
    else if (!line.endsWith("/")) this.#file = line.slice(this.mark.length);
    return true;
  }

  /** Tells it. */
  tell(): void {
    this.onProgress(this.#bytes, this.#file);
  }
}
