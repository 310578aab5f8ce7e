/**
 * The questions for what the command line does not say.
 *
 * @module
 */

import { CopyError } from "../errors.ts";
import { namedWorkspace, workspaceForExperiment } from "../settings/find.ts";
import type { Settings } from "../settings/settings.ts";
import { printable } from "../text/printable.ts";
import type { Workspace } from "../workspace/workspace.ts";
import { table } from "./format.ts";
import { location } from "./names.ts";

/** A workspace, with the words that name it on the command line. */
export interface Named {
  /** The words. */
  words: string;
  /** The workspace. */
  workspace: Workspace;
}

/** The part of a terminal that asks. */
export interface Questions {
  /** Asks for one of several entries; returns its index, or undefined when the user wants none. */
  select(question: string, entries: string[]): Promise<number | undefined>;
  /** Asks for a line of text; undefined when the user wants none. */
  typeLine(question: string, hint: string): Promise<string | undefined>;
}

/** The entry for a workspace that is not in the settings. */
const ANOTHER = "another path…";
const PATHS = "./x, /x, ~/x, HOST:PATH";

/**
 * Asks for a workspace other than the source. The one that the experiment belongs to comes first.
 */
export async function askWorkspace(
  questions: Questions,
  settings: Settings,
  side: "From" | "To",
  experimentId: string | undefined,
  from?: Named,
): Promise<Named> {
  const others = settings.workspaces.filter(({ id }) => id !== from?.workspace.id);
  const question = `${side} which workspace?`;
  if (others.length === 0) return await askPath(questions, settings, question);
  const likely = experimentId && workspaceForExperiment(settings, experimentId);
  const entries = others.toSorted((a, b) => Number(b === likely) - Number(a === likely));
  const labels = table(entries.map((one) => [printable(one.id), location(one)]));
  const workspace = await ask<Workspace | undefined>(
    questions,
    question,
    [...entries, undefined],
    [...labels, ANOTHER],
  );
  if (workspace !== undefined) return { words: workspace.id, workspace };
  return await askPath(questions, settings, `${side} which path?`);
}

/** Asks for a path until one names a workspace. */
async function askPath(questions: Questions, settings: Settings, question: string): Promise<Named> {
  for (let [again, hint] = [question, PATHS];;) {
    const words = await questions.typeLine(again, hint);
    if (words === undefined) throw noChoice();
    try {
      return { words, workspace: namedWorkspace(words, settings) };
    } catch (error) {
      if (!(error instanceof CopyError)) throw error;
      [again, hint] = [`${error.message}. ${question}`, error.hint ?? PATHS];
    }
  }
}

/** Asks for one of several things, each with its label. */
export async function ask<T>(
  questions: Questions,
  question: string,
  entries: T[],
  labels: string[],
): Promise<T> {
  const chosen = await questions.select(question, labels);
  if (chosen === undefined) throw noChoice();
  return entries[chosen]!;
}

function noChoice(): CopyError {
  return new CopyError("interrupted", "nothing was chosen");
}
