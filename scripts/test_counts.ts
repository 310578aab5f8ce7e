/**
 * Reads the output of tests, and passes it on.
 *
 * @module
 */

/** The result of a run of tests. */
export interface TestCounts {
  /** How many passed; steps do not count. */
  passed: number;
  /** How many failed, including files that could not be loaded. */
  failed: number;
  /** The names of those that were skipped. */
  skipped: string[];
}

const SUMMARY = /^(?:ok|FAILED) \| (\d+) passed.*? \| (\d+) failed/;
const SKIPPED = /^(\S.*) \.\.\. ignored \(/;
const SKIPPED_IN_NODE = /^\S (\S.*) \([\d.]+ms\) # (.*)$/;
// deno-lint-ignore no-control-regex
const COLOUR = /\u001b\[[\d;]*m/g;

/** Passes output on as it comes; returns it as a text. */
export async function passOn(output: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<string> {
  let text = "";
  for await (const piece of output.pipeThrough(new TextDecoderStream())) {
    text += piece;
    await print(new TextEncoder().encode(piece));
  }
  return text;
}

/** Prints all of it, even if a child has made standard output non-blocking. */
export async function print(bytes: Uint8Array): Promise<void> {
  while (bytes.length > 0) {
    try {
      bytes = bytes.subarray(Deno.stdout.writeSync(bytes));
    } catch (error) {
      if (!(error instanceof Deno.errors.WouldBlock)) throw error;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }
}

/** Reads the counts from the whole output of Deno; undefined when it has no summary. */
export function readCounts(text: string): TestCounts | undefined {
  const lines = text.replace(COLOUR, "").split("\n");
  const summary = lines.findLast((line) => SUMMARY.test(line));
  if (summary === undefined) return undefined;
  const [, passed, failed] = SUMMARY.exec(summary)!;
  const skipped = lines.flatMap((line) => SKIPPED.exec(line)?.[1] ?? []);
  return { passed: Number(passed), failed: Number(failed), skipped };
}

/** The same for the output of Node's test runner. */
export function readNodeCounts(text: string): TestCounts | undefined {
  const lines = text.replace(COLOUR, "").split("\n");
  const counted = (name: string) => {
    const line = lines.findLast((each) => new RegExp(`^. ${name} \\d+$`).test(each));
    return line === undefined ? undefined : Number(line.split(" ").at(-1));
  };
  const [passed, failed] = [counted("pass"), counted("fail")];
  if (passed === undefined || failed === undefined) return undefined;
  const skipped = lines.flatMap((line) =>
    SKIPPED_IN_NODE.exec(line)?.slice(1).join(", in Node: ") ?? []
  );
  return { passed, failed, skipped };
}
