/**
 * Where the paths of the source lead at the destination, by the results of a survey.
 *
 * @module
 */

import { type PathMap, pathMap } from "../rewrite/path_map.ts";
import { JOBS } from "../workspace/layout.ts";
import type { Inventory } from "./inventory.ts";
import type { Survey } from "./surveyed.ts";

/** The parts of a survey that tell where paths lead. */
export type Mapped = Pick<Survey, "infos" | "mapped" | "formerRoots"> & {
  found: { source: Pick<Inventory, "jobs" | "linked"> };
};

/** Where the paths of the source lead at the destination. */
export function mapOf({ infos, found, mapped, formerRoots }: Mapped): PathMap {
  const { source, destination } = infos;
  const moved = new Set<string>();
  const { jobs, linked = [] } = found.source;
  for (const { folder, realPath } of linked) {
    const place = folder.slice(JOBS.length);
    if (folder.startsWith(`${JOBS}/`) && realPath.endsWith(place) && jobs.has(folder)) {
      moved.add(realPath.slice(0, -place.length));
    }
  }
  return pathMap({
    workspace: [source.path, source.realPath],
    moved: [...moved],
    jobs: source.jobsPath,
    experiments: source.experimentsPath,
    partials: source.partialsPath,
    destination: destination.realPath,
    mapped,
    former: formerRoots,
  });
}
