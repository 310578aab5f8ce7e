/**
 * Workspaces as experimaestro left them before 2.4.
 *
 * @module
 */

import { join } from "@std/path";

/**
 * Gives every `params.json` absolute paths, as older versions wrote them.
 *
 * @param place Where the workspace was then.
 */
export function toAbsolutePaths(workspace: string, place = workspace): void {
  for (const task of Deno.readDirSync(join(workspace, "jobs"))) {
    for (const job of Deno.readDirSync(join(workspace, "jobs", task.name))) {
      const below = join("jobs", task.name, job.name);
      const file = join(workspace, below, "params.json");
      const params = JSON.parse(
        Deno.readTextFileSync(file),
        (_key, value) => absolute(value, { workspace: place, job: join(place, below) }),
      );
      Deno.writeTextFileSync(file, JSON.stringify({ ...params, version: 2 }));
    }
  }
}

function absolute(value: unknown, bases: Record<string, string>): unknown {
  if (typeof value !== "object" || value === null || !("base" in value)) return value;
  const { type, value: path, base } = value as Record<string, string>;
  return { type, value: join(bases[base!]!, path!) };
}
