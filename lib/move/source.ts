/**
 * Looking at a whole workspace, before something is removed there: what its folders hold, and which
 * of them name others.
 *
 * @module
 */

import { CopyError } from "../errors.ts";
import type { Host, WorkspaceInfo } from "../host/host.ts";
import { textOf } from "../system/byte_text.ts";
import { parseJson } from "../text/json.ts";
import type { Entry } from "../system/entry.ts";
import { runDocumentKind } from "../workspace/documents.ts";
import {
  EXPERIMENTS,
  isId,
  JOBS,
  JOBS_FILE,
  leadsTo,
  PARAMS_FILE,
  runFolder,
} from "../workspace/layout.ts";
import { Mentions, type Named } from "./mentions.ts";
import { type Seal, Sealing } from "./seals.ts";

/** What a workspace holds, as far as a move depends on it. */
export interface Source {
  /** The host. */
  host: Host;
  /** What is at the workspace's path. */
  info: WorkspaceInfo;
  /** The folders that were asked about and are there. */
  seals: ReadonlyMap<string, Seal>;
  /** Who mentions them. */
  mentions: Mentions;
  /** The `jobs.jsonl` of each run, by its folder; undefined where there is none. */
  runs: ReadonlyMap<string, string | undefined>;
}

/** How many documents are asked for at once. */
const AT_ONCE = 1000;

/**
 * Looks at all jobs and runs of a workspace.
 *
 * @param named The folders that may be removed.
 */
export async function lookAround(
  host: Host,
  info: WorkspaceInfo,
  named: readonly Named[],
): Promise<Source> {
  const root = info.realPath;
  const runs = await runsOf(host, info);
  const jobs = (await host.jobs(root)).filter((name) => name.split("/").every(isId))
    .map((name) => `${JOBS}/${name}`);
  const mentions = new Mentions(named);
  const sealing = new Sealing(new Set(named.map(({ folder }) => folder)));
  const documents: [string, string][] = [];
  const visit = (folder: string, entry: Entry) => {
    if (entry.trouble !== undefined) refuseUnread(`${root}/${folder}`, entry.trouble);
    sealing.add(folder, entry);
    if (entry.kind === "link") mentions.note(folder, entry.target!);
    if (folder.startsWith(`${EXPERIMENTS}/`)) mentions.note(folder, entry.path);
    if (isRead(folder, entry)) documents.push([folder, `${folder}/${entry.path}`]);
  };
  const folders = [...jobs, ...runs.keys()];
  for (
    const { folder, target } of await host.scan({ root, folders, jobStatesOnly: false }, visit)
  ) {
    sealing.link(folder, target);
    if (!leadsTo(target, folder)) mentions.note(folder, target);
  }
  for (let at = 0; at < documents.length; at += AT_ONCE) {
    const some = documents.slice(at, at + AT_ONCE);
    let next = 0;
    for await (const [path, bytes] of host.read(root, some.map(([, path]) => path))) {
      const [folder] = some[next++]!;
      if (bytes === undefined) refuseUnread(`${root}/${path}`, "it cannot be read");
      const text = textOf(bytes!);
      if (path.endsWith(`/${PARAMS_FILE}`)) requireJson(`${root}/${path}`, text);
      mentions.note(folder, text);
    }
  }
  return { host, info, seals: sealing.finish(), mentions, runs };
}

/**
 * The runs of a workspace, each with its list of jobs.
 *
 * @throws {CopyError} `refused`, when experimaestro 1.x has runs there, which this does not read.
 */
export async function runsOf(
  host: Pick<Host, "browse">,
  { realPath: path }: WorkspaceInfo,
): Promise<Map<string, string | undefined>> {
  const { experiments, inXp } = await host.browse({
    path,
    experimentId: undefined,
    withJobs: true,
  });
  if (inXp) {
    throw new CopyError(
      "refused",
      `${path}/xp has runs of experimaestro 1.x, which may refer to the same jobs`,
      "first  experimaestro migrate v1-to-v2",
    );
  }
  return new Map(
    experiments.flatMap(({ experimentId, runs }) =>
      runs.map(({ runId, jobs }) => [runFolder(experimentId, runId), jobs] as const)
    ),
  );
}

/** Whether a file is a document in which others may be named. */
function isRead(folder: string, { path, kind }: Entry): boolean {
  if (kind !== "file") return false;
  if (folder.startsWith(`${JOBS}/`)) return path === PARAMS_FILE;
  return path === JOBS_FILE || runDocumentKind(path) !== undefined;
}

/** Refuses to go on when something may be referred to in what cannot be read. */
function refuseUnread(path: string, why: string, remedy = "make it readable"): never {
  throw new CopyError(
    "refused",
    `${path}: ${why}, so what it refers to is not known`,
    `nothing was removed; ${remedy}, or copy without \`move\``,
  );
}

/** Refuses to go on when a part of a document may be gone. */
function requireJson(path: string, text: string): void {
  try {
    parseJson(text);
  } catch {
    refuseUnread(path, "it is not JSON", "repair it");
  }
}
