/**
 * Running the program as a user does, in this process: arguments in, exit code and words out.
 *
 * @module
 */

import { writeFileSync } from "node:fs";
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { main } from "../../lib/cli/main.ts";
import { fakeTerminal } from "../cli/samples.ts";
import type { Pair, RunName } from "./directions.ts";

/** What the program said. */
export interface Said {
  /** Its exit code. */
  code: number;
  /** Standard output. */
  out: string;
  /** Standard error. */
  err: string;
}

/**
 * Copies a run with the program, from `source` to `destination` of a settings file.
 *
 * @param yes Whether it copies, or only plans.
 */
export async function runProgram(
  pair: Pair,
  run: RunName,
  args: string[] = [],
  yes: "yes" | "plan" = "yes",
): Promise<Said> {
  const settings = `${pair.root}/settings.yaml`;
  // YAML takes JSON
  const { source, destination } = pair;
  writeFileSync(settings, JSON.stringify({ workspaces: [source, destination] }));
  const terminal = fakeTerminal();
  const code = await main([
    ...[run.experimentId, run.runId, "--from", "source", "--to", "destination"],
    ...["--settings", settings, ...(yes === "yes" ? ["--yes"] : []), ...args],
  ], terminal);
  Deno.removeSync(settings);
  return { code, out: terminal.out.join(""), err: terminal.err.join("") };
}

/**
 * Checks that the program ended with a code and with a sentence, perhaps followed by a word on what
 * stands and by a hint; never with a stack trace.
 */
export function assertFailed({ code, err }: Said, expected: number, sentence: string): void {
  assertEquals(code, expected, err);
  const lines = err.trimEnd().split("\n");
  const at = lines.findIndex((line) => line.startsWith("xpm-copy: "));
  assert(at >= 0, err);
  const said = lines.slice(at);
  assertStringIncludes(said[0]!, sentence);
  assert(said.length <= 3, `more than a sentence, what stands, and a hint:\n${said.join("\n")}`);
  assert(!/should not happen|^\s+at /m.test(err), err);
}
