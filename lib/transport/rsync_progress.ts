/**
 * Reads what rsync prints while it works.
 *
 * @module
 */

/** The progress, from rsync's lines. */
export class Progress {
  #bytes = 0;
  #file: string | undefined;

  /** @param mark The text before names of files, when they are mixed with error messages. */
  constructor(
    private readonly onProgress: (bytes: number, file: string | undefined) => void,
    private readonly mark: string = "",
  ) {}

  /** Reads a line; returns whether it was about progress. */
  take(line: string): boolean {
    const counted = /^\s*(\d+)\s+\d+%\s/.exec(line);
    if (counted !== null) this.#bytes = Number(counted[1]);
    else if (line.startsWith("skipping non-regular file ")) return true; // a link, copied otherwise
    else if (line === "" || !line.startsWith(this.mark)) return line === "";
    else if (!line.endsWith("/")) this.#begin(line.slice(this.mark.length));
    return true;
  }

  /** Notes the next file; the first one of a job is reported at once, so that no job is missed. */
  #begin(file: string): void {
    const isOfNext = file.split("/")[2] !== this.#file?.split("/")[2];
    this.#file = file;
    if (isOfNext) this.tell();
  }

  /** Reports the progress. */
  tell(): void {
    this.onProgress(this.#bytes, this.#file);
  }
}
