/**
 * Prints failures.
 *
 * @module
 */

import type { CopyPlan } from "../copy/types.ts";
import { printable } from "../text/printable.ts";
import type { Failure } from "./failure.ts";
import { count, formatBytes, formatCount } from "./format.ts";
import { type ProgressState, soFar } from "./progress.ts";
import type { ReportStyle } from "./style.ts";
import { wrapSentence } from "./wrap.ts";

/** Formats a failure: the sentence, how far the copy had come, and what to do. */
export function renderFailure(
  failure: Failure,
  state: ProgressState,
  style: ReportStyle,
  command = "",
): string[] {
  const [first = "", ...more] = failure.message.trimEnd().split("\n").map(printable);
  const { jobs, bytes } = soFar(state);
  const started = state.progress !== undefined && (state.samples.length > 0 || jobs > 0);
  const after = started && bytes > 0 ? ` after ${formatBytes(bytes)}` : "";
  const bug = failure.code === "bug" ? "internal error: " : "";
  const lines = [`${style.paint("bad", "xpm-copy:")} ${bug}${first}${after}`];
  lines.push(...more.map((line) => `  ${line}`));
  const stands = started ? whatStands(state) : undefined;
  if (stands !== undefined) lines.push(`  ${stands}`);
  const hint = failure.hint ?? defaultHint(failure, started ? state.plan : undefined, command);
  if (hint !== undefined) lines.push(...hint.split("\n").map((line) => `  ${printable(line)}`));
  if (failure.code === "permission") lines.push(`  ${ALL_FLAGS}`);
  const wrapped = lines.flatMap((line) => wrapSentence(line, style.columns));
  if (!style.verbose || failure.stack === undefined) return wrapped;
  return [...wrapped, ...failure.stack.split("\n").map((line) => `  ${printable(line)}`)];
}

const ALL_FLAGS = "`xpm-copy permissions` prints all the flags that a copy needs";

/** The commands of which it is worth saying that nothing was copied. */
const COPIES = /^(copy|move|export|import)$/;

function whatStands(state: ProgressState): string | undefined {
  if (state.plan?.destination.isArchive) return "the unfinished file was removed";
  const { jobs, total } = soFar(state);
  if (total === 0) return undefined; // there was nothing to bring
  const isKept = !state.plan?.source.isArchive; // an import replaces what it had staged
  if (jobs === 0) {
    const kept = isKept ? "; files already received are kept in .xpm-staging" : "";
    return `no jobs are in place yet${kept}`;
  }
  const noun = `${formatCount(jobs)} of ${count(total, "job")}`;
  const rest = isKept && jobs < total ? "; the rest is kept in .xpm-staging" : "";
  return `${noun} ${jobs === 1 ? "is" : "are"} complete and in place${rest}`;
}

/** @param plan The plan of a copy that had started. */
function defaultHint(
  { code }: Failure,
  plan: CopyPlan | undefined,
  command: string,
): string | undefined {
  if (code === "bug") return "please report it, with the output of the same command with --verbose";
  if (plan?.source.isArchive || plan?.destination.isArchive) {
    return "run the same command again to start over";
  }
  if (plan !== undefined) return "run the same command again to resume";
  return code === "interrupted" && COPIES.test(command) ? "nothing was copied" : undefined;
}
