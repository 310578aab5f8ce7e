/**
 * The programs of a stock Mac, as far as this project calls them: openrsync, bsdtar, and those of BSD,
 * which know no option of GNU's. They are scripts before the system's own, which refuse what a Mac's
 * would refuse.
 *
 * @module
 */

import { symlinkSync } from "node:fs";
import { findProgram } from "../../scripts/setup.ts";
import { installPrograms } from "./remote_programs.ts";

/** What macOS 15's rsync says of itself. */
export const OPENRSYNC = "openrsync: protocol version 29\nrsync version 2.6.9 compatible";

/**
 * openrsync, as of macOS 15: it sends by protocol 29; quotes of `--rsync-path` are taken off, and what stays is cut
 * at blanks, which ssh puts back; of later options it knows only some.
 */
const RSYNC = `
refuse() { echo "rsync: unrecognized option '$1'" >&2; exit 1; }
[ "$1" != --version ] || { printf '${OPENRSYNC.replace("\n", "\\n")}\\n'; exit; }
sends=
for word do :; done
case $word in [!/]*:*) sends=yes ;; esac
for word do
  shift
  case $word in
    --info=* | --outbuf=* | --no-h | --fsync | --mkpath | --chown=* | --preallocate) refuse "$word" ;;
    --protect-args | --secluded-args | --open-noatime | --zc=* | --cc=* | -@*) refuse "$word" ;;
    --chmod=*) [ -z "$sends" ] || continue ;; # it tells of folders as they are
    --rsync-path=*) word=--rsync-path=$(printf %s "\${word#*=}" | xargs printf '%s ') ;;
    --*) ;;
    -*) case \${word%%e.*} in *s*) refuse -s ;; esac ;;
  esac
  set -- "$@" "$word"
done
# as it gets, it takes what it is sent; rsync itself would refuse some lists
exec OWN \${sends:+--protocol=29} "$@"
`;

/** The beginning of a program that refuses some words, up to `--` or a program that it starts. */
const REFUSE = `
refuse() { echo "\${0##*/}: illegal option -- $1" >&2; exit 64; }
for word do
  case $word in
    -- | -exec | sh) break ;;
    NAMES) refuse "$word" ;;
  esac
done
`;

/** A stat that takes BSD's letters. */
const STAT = `
follow=
[ "$1" != -L ] || { follow=-L; shift; }
[ "$1" = -f ] || refuse "$1"
format=$(printf %s "$2" | sed 's/%Lp/%a/g; s/%l/%h/g; s/%z/%s/g; s/%m/%Y/g')
shift 2
exec OWN $follow -c "$format" "$@"
`;

/** What BSD's programs refuse, besides options that begin with `--`. */
const REFUSED: Record<string, string> = {
  find: "-printf | -printf0 | -fprintf | -regextype | -quit | ,",
  readlink: "-e | -m | -z | -v",
  touch: "-d",
  cp: "-t | -T | -u | -Z | -s | -b",
  mv: "-t | -T | -u | -Z | -b",
  xargs: "-d | -a | -i | -l",
  date: "-d | -u*",
  du: "-b",
  ls: "-Z | -b | -v | -w",
  rm: "-I",
  mkdir: "-Z",
  rmdir: "-Z",
  chmod: "-c",
  head: "-z",
  sort: "-z | -V",
  uniq: "-z",
  sed: "-r | -z | -s",
  grep: "-P | -z",
  tr: "-t",
  id: "-z",
  uname: "-i | -o",
  df: "-T | -t",
  dd: "status=*",
};

/** Puts the programs of a Mac into a folder, to come first on PATH. */
export async function installMac(folder: string): Promise<void> {
  const bsdtar = await findProgram("bsdtar");
  if (bsdtar !== undefined) symlinkSync(bsdtar, `${folder}/tar`);
  const programs: Record<string, string> = {
    rsync: RSYNC,
    stat: REFUSE.replace("NAMES", "--*") + STAT,
  };
  for (const [name, refused] of Object.entries(REFUSED)) {
    programs[name] = REFUSE.replace("NAMES", `${refused} | --?*`) + '\nexec OWN "$@"\n';
  }
  // it takes no words, and brings everything to the disk
  programs.sync = "\nexec OWN\n";
  for (const [name, script] of Object.entries(programs)) {
    const own = await findProgram(name);
    if (own === undefined) throw new Error(`there is no ${name}`);
    programs[name] = `#!/bin/sh${script.replaceAll("OWN", own)}`;
  }
  installPrograms(folder, programs);
}
