/**
 * Stands in for `@std/cli/unstable-prompt-select` where JSR is out of reach: a numbered list and a
 * question.
 *
 * @module
 */

/** A choice with the value that stands for it. */
export interface PromptEntryWithValue<V> {
  /** What the user reads. */
  label: string;
  /** What the caller gets, with the label. */
  value: V;
}

/** A choice: a text, or a label with a value. */
export type PromptEntry<V = undefined> = V extends undefined ? string : PromptEntryWithValue<V>;

/** How the list is shown; a numbered list needs none of it. */
export interface PromptSelectOptions {
  /** Whether the list goes once the user has chosen. */
  clear?: boolean;
  /** How many choices are seen at once. */
  visibleLines?: number;
  /** What marks the choice under the cursor. */
  indicator?: string;
}

/** Asks the user to choose; null without a terminal, or when the input ends. */
export function promptSelect<V = undefined>(
  message: string,
  values: PromptEntry<V>[],
  _options: PromptSelectOptions = {},
): PromptEntry<V> | null {
  if (!Deno.stdin.isTerminal()) return null;
  console.log(message);
  values.forEach((entry, at) => {
    console.log(`  ${at + 1}  ${typeof entry === "string" ? entry : entry.label}`);
  });
  while (true) {
    const answer = prompt(`1-${values.length}:`, "1");
    if (answer === null) return null;
    const chosen = /^\d+$/.test(answer.trim()) ? values[Number(answer) - 1] : undefined;
    if (chosen !== undefined) return chosen;
  }
}
