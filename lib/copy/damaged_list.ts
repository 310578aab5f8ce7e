/**
 * A run whose list of jobs, `jobs.jsonl`, is damaged: its links tell the jobs, too.
 *
 * @module
 */

import type { Host, WorkspaceInfo } from "../host/host.ts";
import { repair } from "../rewrite/findings.ts";
import type { Entry } from "../system/entry.ts";
import { ByFolder } from "../workspace/by_folder.ts";
import { addLinked, type JobsFile } from "../workspace/jobs.ts";
import { jobAt, JOBS, JOBS_FILE, leadsTo } from "../workspace/layout.ts";
import { readRunStatus } from "../workspace/runs.ts";
import type { FoundRunFolder } from "./inventory.ts";
import type { CopyOptions, CopyProblem } from "./types.ts";

/** What is listed of a run; where the list is damaged, the jobs that the run links to as well. */
export async function withRunLinks(
  host: Pick<Host, "scan">,
  { realPath: root }: Pick<WorkspaceInfo, "realPath">,
  run: string,
  listed: JobsFile,
): Promise<JobsFile> {
  const isEmpty = listed.jobs.length === 0; // a full disk, or a power cut, leaves such a file
  if (listed.problems.length === 0 && !isEmpty) return listed;
  const links: string[] = [];
  await host.scan({ root, folders: [run], jobStatesOnly: false }, (_, entry) => {
    if (isToJob(entry, entry.path)) links.push(entry.path.slice(JOBS.length + 1));
  });
  const problems = listed.problems.length > 0 || links.length === 0 ? listed.problems : [LACKS];
  return { jobs: addLinked(listed.jobs, links), problems };
}

const LACKS = `${JOBS_FILE} lacks jobs that the run links to`;

/**
 * What is wrong with a list, or with one that nothing seemed wrong with: it ends before its run's
 * links do. While a run goes on, links may be younger than the list.
 */
export function damagesOf(
  run: string,
  { jobs, problems }: JobsFile,
  { source: found }: { source: FoundRunFolder },
  { source: info }: { source: Pick<WorkspaceInfo, "run"> },
  { ended = false }: Pick<CopyOptions, "ended">,
): CopyProblem[] {
  const goesOn = readRunStatus(info.run?.status)?.ended === false && !ended;
  if (problems.length > 0 || goesOn) return damageOf(run, { problems });
  const listed = new ByFolder<true>();
  for (const job of jobs) listed.set(job, true);
  const unlisted: string[] = [];
  for (const path of found.keys()) {
    const job = jobAt(path, [JOBS]);
    if (job === undefined || listed.has(job)) continue;
    if (isToJob(found.get(path)!, path)) unlisted.push(path);
  }
  if (unlisted.length === 0) return [];
  const message = `${DAMAGED}${run}/${LACKS}: ${unlisted[0]}${and(unlisted.length - 1)}`;
  return [{ code: "job", message, hint: `these are not copied; ${repair("it")}` }];
}

/** Whether a link is one that experimaestro makes; a user may have made others, e.g. `best`. */
function isToJob({ target }: Pick<Entry, "target">, path: string): boolean {
  return path.startsWith(`${JOBS}/`) && leadsTo(target ?? "", path);
}

function and(more: number): string {
  return more === 0 ? "" : ` and ${more} more`;
}

const DAMAGED = "damaged: ";

/** Whether a problem is a damaged line. */
export function isDamage({ message }: CopyProblem): boolean {
  return message.startsWith(DAMAGED);
}

/** Tells what is damaged of a run's list; what to do about it, once. */
export function damageOf(run: string, { problems }: Pick<JobsFile, "problems">): CopyProblem[] {
  const hint = `the jobs are taken from the run's links, too; ${repair("it")}`;
  return problems.map((problem, at) => ({
    ...{ code: "job", message: `${DAMAGED}${run}/${problem}` },
    ...(at === 0 && { hint }),
  }));
}
