/**
 * A run whose list of jobs, `jobs.jsonl`, is damaged: its links tell the jobs, too.
 *
 * @module
 */

import type { Host, WorkspaceInfo } from "../host/host.ts";
import { repair } from "../rewrite/findings.ts";
import { addLinked, type JobsFile } from "../workspace/jobs.ts";
import { JOBS } from "../workspace/layout.ts";
import type { CopyProblem } from "./types.ts";

/** What is listed of a run; where the list is damaged, the jobs that the run links to as well. */
export async function withRunLinks(
  host: Pick<Host, "scan">,
  { realPath: root }: Pick<WorkspaceInfo, "realPath">,
  run: string,
  listed: JobsFile,
): Promise<JobsFile> {
  if (listed.problems.length === 0) return listed;
  const links: string[] = [];
  await host.scan({ root, folders: [run], jobStatesOnly: false }, (_, { path, kind }) => {
    if (kind === "link" && path.startsWith(`${JOBS}/`)) links.push(path.slice(JOBS.length + 1));
  });
  return { jobs: addLinked(listed.jobs, links), problems: listed.problems };
}

const DAMAGED = "damaged: ";

/** Whether a problem is a damaged line. */
export function isDamage({ message }: CopyProblem): boolean {
  return message.startsWith(DAMAGED);
}

/** Tells what is damaged of a run's list; what to do about it, once. */
export function damageOf(run: string, { problems }: JobsFile): CopyProblem[] {
  const hint = `the jobs are taken from the run's links, too; ${repair("it")}`;
  return problems.map((problem, at) => ({
    ...{ code: "job", message: `${DAMAGED}${run}/${problem}` },
    ...(at === 0 && { hint }),
  }));
}
