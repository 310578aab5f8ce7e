/**
 * Checks that the version is the same everywhere: in `deno.json`, in the changelog, and in the tag
 * when there is one.
 *
 * deno run --allow-read scripts/check_version.ts [TAG]
 *
 * @module
 */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "./modules.ts";

/** The places that contain a version. */
export interface Places {
  /** `version` of `deno.json`. */
  version: string;
  /** The text of the changelog. */
  changelog: string;
  /** The tag of a release, for example `v1.2.3`. */
  tag?: string | undefined;
}

/** The disagreement, in one sentence; undefined when all agree. */
export function versionFault({ version, changelog, tag }: Places): string | undefined {
  if (!/^\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?$/.test(version)) {
    return `deno.json has no version but '${version}'`;
  }
  const [, newest = "none", date = ""] = /^## (\S+), (.*)$/m.exec(changelog) ?? [];
  if (newest !== version) return `deno.json has ${version}, CHANGELOG.md begins with ${newest}`;
  if (tag === undefined) return undefined;
  if (tag !== `v${version}`) return `the tag is ${tag}, deno.json has ${version}`;
  if (!/^\d{4}-\d\d-\d\d$/.test(date)) return `CHANGELOG.md has no date for ${version}: '${date}'`;
  return undefined;
}

if (import.meta.main) {
  const read = (name: string) => readFileSync(join(ROOT, name), "utf8");
  const { version } = JSON.parse(read("deno.json"));
  const fault = versionFault({ version, changelog: read("CHANGELOG.md"), tag: Deno.args[0] });
  console.log(fault ?? `${version} everywhere`);
  Deno.exit(fault === undefined ? 0 : 1);
}
