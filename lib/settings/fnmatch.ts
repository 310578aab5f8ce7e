/**
 * File name patterns, with the meaning that Python's `fnmatch` gives them.
 *
 * @module
 */

/** One step of a pattern: any number of characters, or one that passes a test. */
type Step = "any" | ((char: string) => boolean);

/**
 * Whether a name matches a pattern as a whole: `*` stands for any text, `?` for one character,
 * `[seq]` for one of `seq` (`a-z` a range), `[!seq]` for one that is not. Case counts, and neither
 * `/` nor a leading `.` is special.
 */
export function fnmatch(name: string, pattern: string): boolean {
  const chars = Array.from(name);
  const steps = readPattern(Array.from(pattern));
  let [at, step] = [0, 0];
  // Where the last `*` stands, and how far it reaches: on a mismatch it takes one character more.
  let star: { step: number; reach: number } | undefined;
  while (at < chars.length) {
    const test = steps[step];
    if (test === "any") {
      star = { step: step++, reach: at };
    } else if (test?.(chars[at]!)) {
      [at, step] = [at + 1, step + 1];
    } else if (star !== undefined) {
      star.reach++;
      [at, step] = [star.reach, star.step + 1];
    } else {
      return false;
    }
  }
  return steps.slice(step).every((rest) => rest === "any");
}

function readPattern(pattern: string[]): Step[] {
  const steps: Step[] = [];
  for (let at = 0; at < pattern.length; at++) {
    const char = pattern[at]!;
    const end = char === "[" ? endOfSet(pattern, at) : -1;
    if (char === "*") steps.push("any");
    else if (char === "?") steps.push(() => true);
    else if (end < 0) steps.push((other) => other === char); // a `[` without its `]` too
    else {
      steps.push(readSet(pattern.slice(at + 1, end)));
      at = end;
    }
  }
  return steps;
}

/** Where the `]` of a set stands; one right at its beginning belongs to the set. */
function endOfSet(pattern: string[], start: number): number {
  const first = start + (pattern[start + 1] === "!" ? 2 : 1);
  return pattern.indexOf("]", pattern[first] === "]" ? first + 1 : first);
}

function readSet(set: string[]): (char: string) => boolean {
  const negated = set[0] === "!";
  const ranges: [from: number, to: number][] = [];
  for (let at = negated ? 1 : 0; at < set.length; at++) {
    const from = set[at]!.codePointAt(0)!;
    const isRange = set[at + 1] === "-" && at + 2 < set.length;
    ranges.push([from, isRange ? set[at += 2]!.codePointAt(0)! : from]);
  }
  return (char) => {
    const code = char.codePointAt(0)!;
    return ranges.some(([from, to]) => from <= code && code <= to) !== negated;
  };
}
