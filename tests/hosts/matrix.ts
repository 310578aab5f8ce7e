/**
 * Which login shells, rsyncs and tars of a host are tried with each other, and where they come from.
 *
 * @module
 */

import { existsSync } from "node:fs";
import { findProgram } from "../../scripts/setup.ts";
import { ROOT } from "../../scripts/modules.ts";

/** Login shells, and what starts each. */
export const SHELLS: Record<string, string> = {
  bash: "bash",
  zsh: "zsh",
  dash: "dash",
  fish: "fish",
  tcsh: "tcsh",
  ksh: "ksh",
  "busybox ash": "busybox ash",
};

/** rsyncs: the machine's own, and versions that sites have. */
export const RSYNCS = ["own", "3.1.3", "3.2.7", "3.4.1"] as const;

/** tars, and the program of each. */
export const TARS: Record<string, string> = {
  "GNU tar": "tar",
  bsdtar: "bsdtar",
  "busybox tar": "busybox",
};

/** A host of the matrix. */
export interface Combination {
  /** The login shell. */
  shell: string;
  /** The rsync. */
  rsync: typeof RSYNCS[number];
  /** The tar. */
  tar: string;
}

/** All combinations. */
export const ALL: Combination[] = Object.keys(SHELLS).flatMap((shell) =>
  RSYNCS.flatMap((rsync) => Object.keys(TARS).map((tar) => ({ shell, rsync, tar })))
);

/** A few of them, in which each thing occurs. */
export const FEW: Combination[] = Object.keys(SHELLS).map((shell, at) => ({
  shell,
  rsync: RSYNCS[at % RSYNCS.length]!,
  tar: Object.keys(TARS)[at % Object.keys(TARS).length]!,
}));

/** Where other rsyncs are looked for: `VERSION/rsync` there. */
const FOLDERS = [Deno.env.get("XPM_RSYNCS"), `${ROOT}/.cache/rsyncs`];

/** The program of an rsync; undefined where this machine has none of that version. */
export async function rsyncOf(version: string): Promise<string | undefined> {
  if (version === "own") return await findProgram("rsync");
  return FOLDERS.filter((folder) => folder !== undefined)
    .map((folder) => `${folder}/${version}/rsync`)
    .find((path) => existsSync(path)) ?? await fromPackages(version);
}

/** Debian's package of a version, unpacked in `.cache/rsyncs`, in a full run where there is one. */
async function fromPackages(version: string): Promise<string | undefined> {
  if (Deno.env.get("XPM_HOSTS") !== "full") return undefined;
  const into = `${ROOT}/.cache/rsyncs/${version}`;
  const script = `
    all=$(apt-cache madison rsync) && package=$(printf '%s\\n' "$all" | sed -n "s/.*| *\\($1[-+][^ ]*\\) *|.*/\\1/p" | head -n 1)
    [ -n "$package" ] || exit 1
    folder=$(mktemp -d) && cd "$folder" && apt-get download -q "rsync=$package" && dpkg -x ./*.deb . &&
      mkdir -p "$2" && cp usr/bin/rsync "$2/rsync"`;
  try {
    const args = ["-c", script, "sh", version.replaceAll(".", "\\."), into];
    const { success } = await new Deno.Command("sh", { args, stdout: "null", stderr: "null" })
      .output();
    return success ? `${into}/rsync` : undefined;
  } catch {
    return undefined;
  }
}

/** What of a combination this machine lacks. */
export async function missingOf({ shell, rsync, tar }: Combination): Promise<string[]> {
  const missing: string[] = [];
  for (const program of [SHELLS[shell]!.split(" ")[0]!, TARS[tar]!]) {
    if (await findProgram(program) === undefined) missing.push(program);
  }
  if (await rsyncOf(rsync) === undefined) missing.push(`rsync ${rsync}`);
  return missing;
}
