/**
 * Where workspaces without links are, for maps of paths.
 *
 * @module
 */

import type { Roots } from "../../lib/rewrite/path_map.ts";

/** A source whose parts are in its folder, and a destination. */
export function rootsOf(workspace: string, destination: string): Roots {
  return {
    workspace: [workspace],
    moved: [],
    jobs: `${workspace}/jobs`,
    experiments: `${workspace}/experiments`,
    partials: `${workspace}/partials`,
    destination,
  };
}
