/**
 * File name patterns with the same meaning as in Python's `fnmatch`.
 *
 * @module
 */

/** One step of a pattern: any text, or one character that passes a test. */
type Step = "any" | ((char: string) => boolean);

/**
 * Whether a whole name matches a pattern: `*` matches any text, `?` one character, `[seq]` one
 * character of `seq` (`a-z` is a range), `[!seq]` one that is not in it. Case matters; neither `/`
 * nor a leading `.` is special.
 */
export function fnmatch(name: string, pattern: string): boolean {
  const chars = Array.from(name);
  const steps = readPattern(Array.from(pattern));
  let [at, step] = [0, 0];
  // The last `*`, and where its text ends. After a mismatch it takes one more character.
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
    else if (end < 0) steps.push((other) => other === char); // also a `[` without a `]`
    else {
      steps.push(readSet(pattern.slice(at + 1, end)));
      at = end;
    }
  }
  return steps;
}

/** The position of the `]` that ends a set. One at the very beginning is part of the set. */
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
