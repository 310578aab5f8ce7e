/**
 * Removing at the source. The folders are set aside by renames, looked at again, and given back
 * when anything is not as it was checked; one more rename decides, and only then bytes go.
 *
 * @module
 */

import { sameFolder } from "../copy/refusals.ts";
import { areTogether, type Hosts } from "../host/hosts.ts";
import type { Host, Staging, WorkspaceInfo } from "../host/host.ts";
import { placesOf } from "../host/found.ts";
import { ASIDE, GONE, REMOVED } from "../host/steps.ts";
import type { RunRequest } from "../copy/surveyed.ts";
import { bytesOf } from "../system/byte_text.ts";
import { sumOf } from "../system/hash.ts";
import { currentLinks, JOBS, parentOf, runFolder } from "../workspace/layout.ts";
import { type Decided, decideFolders, type Known, type Reason } from "./decide.ts";
import { Mentions, type Named } from "./mentions.ts";
import { Sealing } from "./seals.ts";
import { runsOf, type Source } from "./source.ts";
import type { CopyOptions } from "../copy/types.ts";

/** What to remove, and what is known of it. */
export interface Removal {
  hosts: Hosts;
  request: RunRequest;
  source: Source;
  known: Known;
  options: Pick<CopyOptions, "onEvent">;
}

/** The staging folders of a move at its source: for `jobs` and for `experiments`, often one. */
interface Claimed {
  host: Host;
  info: WorkspaceInfo;
  jobs: Staging;
  experiments: Staging;
  all: Staging[];
}

/** Puts back what a killed move has set aside, when there is any. */
export async function restore(
  hosts: Hosts,
  request: RunRequest,
  options: Removal["options"],
): Promise<void> {
  const { path } = request.workspaces.source;
  const host = await hosts.open(request.workspaces.source);
  const { staged } = await host.look({ path });
  if (staged.length === 0) return;
  const { all } = await claim(hosts, request, options);
  for (const staging of all) await staging.release(false);
}

async function claim(
  hosts: Hosts,
  { workspaces: { source }, experimentId, runId }: RunRequest,
  { onEvent }: Removal["options"],
): Promise<Claimed> {
  const host = await hosts.open(source);
  const info = await host.look({ path: source.path });
  const name = sumOf([bytesOf(JSON.stringify(["move", info.realPath, experimentId]))]).slice(0, 16);
  const places = placesOf(info);
  const about = JSON.stringify({ experimentId, runId });
  const all: Staging[] = [];
  try {
    for (const area of new Set([info.jobsStaging, info.experimentsStaging])) {
      const staging = `${area}/${name}`;
      const onWait = () => onEvent?.({ type: "waiting", folder: staging });
      all.push(await host.claim({ staging, places, about }, onWait));
      await all.at(-1)!.discard([REMOVED]);
    }
  } catch (error) {
    for (const staging of all) await staging.release(false);
    throw error;
  }
  return { host, info, jobs: all[0]!, experiments: all.at(-1)!, all };
}

/** Removes what can go; answers what went, and what stays. */
export async function removeAtSource(removal: Removal): Promise<Decided> {
  const { hosts, request, options } = removal;
  const claimed = await claim(hosts, request, options);
  let done = false;
  try {
    const there = await lookThere(removal);
    await refuseSame(removal, claimed, there);
    const decided = await setAside(removal, claimed, there);
    await giveUp(removal, claimed, decided);
    done = true;
    return decided;
  } finally {
    for (const staging of claimed.all) await staging.release(!done);
  }
}

/** The destination: its machine, and what is there. */
type There = Pick<Claimed, "host" | "info">;

async function lookThere({ hosts, request }: Removal): Promise<There> {
  const { destination } = request.workspaces;
  const host = await hosts.open(destination);
  return { host, info: await host.look({ path: destination.path }) };
}

/**
 * Refuses when both machines see one disk at this path: all that the check has found the same would
 * go. The name of a claim at the destination is new, so that no cache of a network disk hides it.
 */
async function refuseSame(
  { request: { workspaces } }: Removal,
  { host, all }: Claimed,
  { host: there, info }: There,
): Promise<void> {
  if (areTogether(workspaces.source, workspaces.destination)) return; // the copy has refused that
  const name = crypto.randomUUID().replaceAll("-", "").slice(0, 16);
  const [staging, places] = [`${info.jobsStaging}/${name}`, placesOf(info)];
  const claim = await there.claim({ staging, places, about: "{}" }, () => {});
  try {
    for (const area of new Set(all.map(({ folder }) => parentOf(folder)))) {
      if ((await host.existing(area, [name])).length > 0) throw sameFolder(info.realPath);
    }
  } finally {
    await claim.release(false);
  }
}

/** Sets aside what may go, and gives back what turns out to have to stay. */
async function setAside(removal: Removal, claimed: Claimed, there: There): Promise<Decided> {
  const { known } = removal;
  const first = decideFolders(known).removed.map(({ path }) => path);
  const unmoved = await moveAll(claimed, first, false);
  try {
    const reasons = new Map(
      [...unmoved].filter(([, said]) => said !== GONE)
        .map(([folder, reason]): [string, Reason] => [folder, { why: "changed", reason }]),
    );
    const aside = first.filter((folder) => !unmoved.has(folder));
    for (const folder of await changedOf(claimed, aside, known)) {
      reasons.set(folder, { why: "changed", reason: "it has changed since it was checked" });
    }
    for (const folder of await goneThere(there, aside)) reasons.set(folder, SAME);
    const late = await lateMentions(removal, claimed);
    const of = (folder: string) => new Set([...known.mentions.of(folder), ...late.of(folder)]);
    const unfit = new Map([...known.unfit, ...reasons]);
    const decided = decideFolders({ ...known, mentions: { of }, unfit });
    const going = new Set(decided.removed.map(({ path }) => path));
    await giveBack(claimed, aside.filter((folder) => !going.has(folder)));
    return decided;
  } catch (error) {
    await giveBack(claimed, first.filter((folder) => !unmoved.has(folder))).catch(() => {});
    throw error; // what could not go back now goes back with the next claim
  }
}

/** Whether a folder is a job's, not the run's. */
function isJob(folder: string): boolean {
  return folder.startsWith(`${JOBS}/`);
}

/** Moves folders out of sight, or back; answers what was not moved, and why. */
async function moveAll(
  { jobs, experiments, info }: Claimed,
  folders: string[],
  back: boolean,
): Promise<Map<string, string>> {
  const unmoved = new Map<string, string>();
  const groups = [
    [experiments, info.experimentsPath, folders.filter((folder) => !isJob(folder))],
    [jobs, info.jobsPath, folders.filter(isJob).sort()],
  ] as const;
  for (const [staging, place, some] of back ? groups.toReversed() : groups) {
    if (some.length === 0) continue;
    const at = some.map((name) => ({ name, path: `${place}${name.slice(name.indexOf("/"))}` }));
    for (const { from, why } of await staging.setAside(at, back)) {
      unmoved.set(from, typeof why === "string" ? why : why.said);
    }
  }
  return unmoved;
}

async function giveBack(claimed: Claimed, folders: string[]): Promise<void> {
  const [first] = await moveAll(claimed, folders, true);
  if (first === undefined) return;
  const [folder, why] = first;
  throw new Error(`${folder} could not be put back from ${claimed.jobs.folder}: ${why}`);
}

/** Which folders do not hold, where they are now, what they held when they were checked. */
async function changedOf(
  { host, jobs, experiments }: Claimed,
  folders: string[],
  { seals }: Known,
): Promise<string[]> {
  const sealing = new Sealing(new Set(folders));
  const troubled = new Set<string>();
  const [ofJobs, ofRun] = [folders.filter(isJob), folders.filter((each) => !isJob(each))];
  for (const [{ folder: staging }, some] of [[jobs, ofJobs], [experiments, ofRun]] as const) {
    if (some.length === 0) continue;
    const request = { root: `${staging}/${ASIDE}`, folders: some, jobStatesOnly: false };
    const linked = await host.scan(request, (folder, entry) => {
      sealing.add(folder, entry);
      if (entry.trouble !== undefined) troubled.add(folder);
    });
    for (const { folder, target } of linked) sealing.link(folder, target);
  }
  const now = sealing.finish();
  return folders.filter((folder) =>
    troubled.has(folder) || now.get(folder)?.sum !== seals.get(folder)!.sum
  );
}

/** Why what is one folder at both ends stays. */
const SAME: Reason = { why: "unchecked", reason: "the destination's is this same folder" };

/**
 * Which folders the destination has no more, now that they are out of sight at the source. A mount,
 * another name of a host or a link there may lead to the source: then nothing was copied.
 */
async function goneThere({ host, info }: There, folders: string[]): Promise<string[]> {
  const paths = folders.map((folder) => `${folder}/.`);
  const there = new Set(await host.existing(info.realPath, paths));
  return folders.filter((folder) => !there.has(`${folder}/.`));
}

/** What runs mention that have begun, or gone on, since the source was looked at. */
async function lateMentions(
  { source, known: { run, seals } }: Removal,
  { host, info }: Claimed,
): Promise<Mentions> {
  const late = new Mentions(namesOf([...seals.keys()], run));
  for (const [folder, jobs] of await runsOf(host, info)) {
    if (folder !== run && source.runs.get(folder) !== jobs) late.note(folder, jobs ?? "");
  }
  return late;
}

/** The names by which folders are mentioned. */
export function namesOf(folders: string[], run: string): Named[] {
  return folders.map((folder) => ({
    folder,
    name: folder === run ? folder : folder.slice(folder.lastIndexOf("/") + 1),
  }));
}

/** Decides that what is set aside does not come back, and removes it. The run comes first. */
async function giveUp(
  { request: { experimentId, runId } }: Removal,
  { jobs, experiments, info }: Claimed,
  { removed }: Decided,
): Promise<void> {
  const run = runFolder(experimentId, runId);
  const isRun = removed.some(({ path }) => path === run);
  const links = isRun ? currentLinks(experimentId).map((link) => `${info.realPath}/${link}`) : [];
  const tasks = new Set(removed.flatMap(({ job }) => job?.taskId ?? []));
  const folders = [...tasks].map((task) => `${info.jobsPath}/${task}`);
  if (isRun) folders.push(parentOf(`${info.experimentsPath}/${experimentId}/${runId}`));
  await experiments.commit({ runId, links, folders: jobs === experiments ? folders : [] });
  if (jobs !== experiments) await jobs.commit({ runId, links: [], folders });
  for (const staging of new Set([experiments, jobs])) await staging.discard([REMOVED]);
}
