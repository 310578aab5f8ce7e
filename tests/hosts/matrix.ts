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
export const RSYNCS = ["own", "3.1.3", "3.2.3", "3.2.7", "3.4.1"] as const;

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
    .find((path) => existsSync(path)) ?? await once(version);
}

const asked = new Map<string, Promise<string | undefined>>();

/** The same for all who ask. */
function once(version: string): Promise<string | undefined> {
  const known = asked.get(version) ?? fromPackages(version);
  asked.set(version, known);
  return known;
}

/** An older release of Debian that has a version; its library comes along. */
const RELEASES: Record<string, string> = { "3.2.3": "bullseye" };

/** Debian's package of a version, unpacked in `.cache/rsyncs`, in a full run where there is one. */
async function fromPackages(version: string): Promise<string | undefined> {
  if (Deno.env.get("XPM_HOSTS") !== "full") return undefined;
  const into = `${ROOT}/.cache/rsyncs/${version}`;
  const script = `
    version=$1 into=$2 release=$3 more=
    folder=$(mktemp -d) && trap 'rm -rf "$folder"' EXIT && cd "$folder" || exit
    set --
    if [ -n "$release" ]; then
      more=libssl1.1
      mkdir -p lists/partial cache/archives/partial
      from=$(apt-get indextargets --format '$(REPO_URI)' | grep '/debian/$' | head -n 1)
      key=/usr/share/keyrings/debian-archive-keyring.gpg
      echo "deb [signed-by=$key] $from $release main" > sources.list
      set -- -o Dir::Etc::sourcelist="$PWD/sources.list" -o Dir::Etc::sourceparts=/dev/null \\
        -o Dir::State::lists="$PWD/lists" -o Dir::Cache="$PWD/cache"
      apt-get "$@" update || exit
    fi
    all=$(apt-cache "$@" madison rsync) || exit
    package=$(printf '%s\\n' "$all" | sed -n "s/.*| *\\($version[-+][^ ]*\\) *|.*/\\1/p" | head -n 1)
    [ -n "$package" ] && apt-get "$@" download -q "rsync=$package" $more || exit
    for each in ./*.deb; do dpkg -x "$each" . || exit; done
    mkdir -p "$into" && cp usr/bin/rsync "$into/rsync" || exit
    [ -n "$more" ] || exit 0
    mv "$into/rsync" "$into/own" && cp usr/lib/*/libcrypto.so.1.1 "$into/" &&
      printf '#!/bin/sh\\nLD_LIBRARY_PATH=%s exec %s/own "$@"\\n' "$into" "$into" > "$into/rsync" &&
      chmod 755 "$into/rsync"`;
  try {
    const args = [
      "-c",
      script,
      "sh",
      version.replaceAll(".", "\\."),
      into,
      RELEASES[version] ?? "",
    ];
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
