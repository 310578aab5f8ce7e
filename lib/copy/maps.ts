/**
 * Where the paths of the source lead at the destination, by the results of a survey.
 *
 * @module
 */

import { type PathMap, pathMap } from "../rewrite/path_map.ts";
import { JOBS } from "../workspace/layout.ts";
import type { Survey } from "./survey.ts";

/** Where the paths of the source lead at the destination. */
export function mapOf({ infos: infos, found, mapped, formerRoots }: Survey): PathMap {
  const { source, destination } = infos;
  const moved = new Set<string>();
  for (const [folder, { linked }] of found.source.jobs) {
    const place = folder.slice(JOBS.length);
    if (linked?.realPath.endsWith(place)) moved.add(linked.realPath.slice(0, -place.length));
  }
  return pathMap({
    workspace: [source.path, source.realPath],
    moved: [...moved],
    jobs: source.jobsPath,
    experiments: source.experimentsPath,
    destination: destination.realPath,
    mapped,
    former: formerRoots,
  });
}
