/**
 * Reads what `deno test` prints, and passes it on.
 *
 * @module
 */

/** How a run of tests went. */
export interface TestCounts {
  /** How many passed; steps do not count. */
  passed: number;
  /** How many failed, files that could not be loaded among them. */
  failed: number;
  /** The names of those that were skipped. */
  skipped: string[];
}

const SUMMARY = /^(?:ok|FAILED) \| (\d+) passed.*? \| (\d+) failed/;
const SKIPPED = /^(\S.*) \.\.\. ignored \(/;
// deno-lint-ignore no-control-regex
const COLOUR = /\u001b\[[\d;]*m/g;

/** Passes the output on as it comes; undefined when it holds no summary. */
export async function countTests(
  output: ReadableStream<Uint8Array<ArrayBuffer>>,
): Promise<TestCounts | undefined> {
  const decoder = new TextDecoder();
  const encoder = new TextEncoder();
  let text = "";
  for await (const chunk of output) {
    const piece = decoder.decode(chunk, { stream: true });
    text += piece;
    const bytes = encoder.encode(piece);
    for (let at = 0; at < bytes.length;) at += Deno.stdout.writeSync(bytes.subarray(at));
  }
  return readCounts(text);
}

/** Reads the counts from the whole output; undefined when it holds no summary. */
export function readCounts(text: string): TestCounts | undefined {
  const lines = text.replace(COLOUR, "").split("\n");
  const summary = lines.findLast((line) => SUMMARY.test(line));
  if (summary === undefined) return undefined;
  const [, passed, failed] = SUMMARY.exec(summary)!;
  const skipped = lines.flatMap((line) => SKIPPED.exec(line)?.[1] ?? []);
  return { passed: Number(passed), failed: Number(failed), skipped };
}
