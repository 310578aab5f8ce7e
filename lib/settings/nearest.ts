/**
 * Suggestions for a mistyped word.
 *
 * @module
 */

/** The known word that is nearest to a mistyped one; undefined when none is near enough. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  let best: string | undefined;
  // of a short word at most half may be wrong: all others of its length would be near it
  const most = Math.min(Math.floor(word.length / 2), Math.max(2, Math.floor(word.length / 3)));
  let least = most + 1;
  for (const candidate of known) {
    const distance = candidate.startsWith(word) && word.length > 3 ? 1 : edits(word, candidate);
    if (distance < least) [best, least] = [candidate, distance];
  }
  return best;
}

/**
 * How many characters must be changed, inserted, removed, or exchanged with the next one to turn
 * one word into the other.
 */
function edits(a: string, b: string): number {
  let before: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const changed = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const isExchanged = a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const exchanged = isExchanged ? (before[j - 2] ?? 0) + 1 : Infinity;
      next[j] = Math.min(changed, exchanged, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1);
    }
    [before, row] = [row, next];
  }
  return row[b.length] ?? 0;
}
