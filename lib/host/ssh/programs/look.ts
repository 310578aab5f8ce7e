/**
 * What a remote host runs to look at its files, and changes nothing by: as `archive.ts` has them.
 *
 * @module
 */

import { FILES_OF_2 } from "../../../workspace/layout.ts";
import { BEGIN, CURRENT_RUN } from "./archive.ts";

const PATHS = `
old() { # whether experimaestro 1.x has made a run: it has none of the files that 2.x writes
  for name in ${FILES_OF_2.join(" ")}; do ! [ -e "$1/$name" ] && ! [ -L "$1/$name" ] || return; done
}
readable() { [ -r "$1" ] && [ -x "$1" ] || stop "permission to read $1 is denied"; }
linked() { # the jobs that a run links to
  [ ! -d "$1/jobs" ] || readable "$1/jobs"
  for link in "$1"/jobs/*/*; do
    [ ! -L "$link" ] || [ -L "$1/jobs" ] || [ -L "\${link%/*}" ] || printf '%s\\n' "\${link#"$1"/jobs/}"
  done
}
in_xp() { # whether experimaestro 1.x has made it; what it has migrated leaves a link there
  [ ! -L "$1/xp" ] && [ -d "$1/xp/$2" ]
}
IFS= read -r path
home=\${HOME:-/}
case $path in
  "~") path=$home ;;
  "~/"*) path=$home/\${path#"~/"} ;;
  /*) ;;
  *) path=$home/$path ;;
esac
case $path in /*) ;; *) stop "HOME is no absolute path there: $home" ;; esac
existing() { # the nearest folder that is there
  here=$1
  while [ ! -d "$here" ]; do here=\${here%/*}; [ -n "$here" ] || here=/; done
}
real() { # links resolved, of what exists of a path: resolved
  here=$1 rest=
  while [ ! -d "$here" ] && [ "$here" != / ]; do
    [ ! -e "$here" ] || stop "$here is not a folder"
    [ ! -L "$here" ] || stop "$here is a link that leads nowhere"
    rest=/\${here##*/}$rest here=\${here%/*}
    [ -n "$here" ] || here=/
  done
  case $rest/ in */../*) stop "there is no folder $1" ;; esac
  here=$(enter "$here" && pwd -P) || stop "permission to enter $1 is denied"
  [ "$here" != / ] || [ -z "$rest" ] || here=
  resolved=$here$rest
}
${CURRENT_RUN}
find_current() { # the run that experimaestro takes for the current one: sets latest, and by what
  by=link
  for link in "$1/experiments/$2/current" "$1/.events/experiments/$2/current" \\
    "$1/.experimaestro/experiments/$2"; do
    [ ! -L "$link" ] || { latest=$(current "$1/experiments/$2" "$link"); return; }
    by="older link"
  done
  by=latest latest=
  for link in "$1/experiments/$2"/*; do # by name, since LC_ALL is C
    case \${link##*/} in current | -* | *[[:cntrl:]]*) continue ;; esac
    [ ! -d "$link" ] || [ -L "$link" ] || latest=\${link##*/}
  done
}
`;

/** Answers {@linkcode Host.look}: pairs of a name and a text. */
export const LOOK = BEGIN + PATHS + `
IFS= read -r experiment
IFS= read -r run
IFS= read -r wanted
exec < /dev/null
say path "$path"
real "$path"
root=$resolved
say realPath "$root"
state=foreign
if [ ! -d "$root" ]; then state=absent
elif [ -e "$root/.__experimaestro__" ] || [ -d "$root/jobs" ] || [ -d "$root/experiments" ] ||
  [ -d "$root/.xpm-staging" ]; then state=workspace
else
  names=$(ls -A "$root" 2> /dev/null) || stop "permission to read $root is denied"
  case $names in
    "") state=empty ;;
    .xpm-staging) state=workspace ;; # another copy has begun at this moment
  esac
fi
say state "$state"
[ -e "$root/.__experimaestro__" ] && say marker yes
first() { "$@" 2> /dev/null | { IFS= read -r line && printf '%s' "$line"; }; }
say rsync "$(first rsync --version)" tar "$(first tar --version)" zstd "$(command -v zstd)" & # in one write
meanwhile=$!
devices() { stat -c %d "$@" 2> /dev/null || stat -f %d "$@" 2> /dev/null; }
real "$root/jobs"
jobs=$resolved
real "$root/experiments"
experiments=$resolved
set --
for place in "$root" "$jobs" "$experiments"; do
  existing "$place"
  set -- "$@" "$here"
done
staged=
tell_place() { # its name and its path; the disks of the workspace and of it
  staging=$root/.xpm-staging
  [ "$3" = "$4" ] || staging=$2/.xpm-staging
  say "$1" "$2" "\${1}Staging" "$staging"
  [ ! -L "$staging" ] || say linkedStaging "$staging"
  for folder in "$staging"/????????????????; do
    [ ! -d "$folder" ] || staged="$staged$folder
"
  done
}
set -- $(devices "$@")
[ $# = 3 ] || stop "stat does not tell on which disks $root is"
tell_place jobs "$jobs" "$1" "$2"
tell_place experiments "$experiments" "$1" "$3"
say staged "$staged"
if [ "$wanted" = space ]; then
  existing "$root/jobs"
  say free "$(df -Pk "$here" 2> /dev/null | sed -n '$p')"
fi
join
[ -n "$experiment" ] || { finish; exit 0; }
folder=$root/experiments/$experiment
if [ -L "$folder" ]; then
  link=$(readlink "$folder") || stop "where $folder leads cannot be told"
  leads_to "experiments/$experiment" "$link" ||
    stop "$folder is a link to $link, not a folder of this experiment"
fi
if [ -d "$folder" ]; then
  readable "$folder"
  say experiment yes
fi
! in_xp "$root" "$experiment" || say xp yes
find_current "$root" "$experiment"
if [ -n "$latest" ]; then
  say current "$latest" by "$by"
  text currentStatus "$folder/$latest/status.json"
fi
[ "$run" != current ] || run=$latest
if [ -n "$run" ] && [ -d "$folder/$run" ] && [ ! -L "$folder/$run" ]; then
  readable "$folder/$run"
  say run "$run"
  text status.json "$folder/$run/status.json"
  [ "$wanted" = jobs ] || { finish; exit 0; }
  text jobs.jsonl "$folder/$run/jobs.jsonl"
  ! old "$folder/$run" || say linked "$(linked "$folder/$run")"
  set --
  if [ -d "$folder/$run/events" ] && [ ! -L "$folder/$run/events" ]; then
    readable "$folder/$run/events"
    for file in "$folder/$run"/events/*.jsonl; do ! plain "$file" || set -- "$@" "$file"; done
  fi
  found=
  [ $# = 0 ] || found=$({ cat "$@" 2> /dev/null || echo "$word"; } | {
    grep -e '"scheduler_state": *"transient"' -e '"transient": *[12]' -e "$word" || [ $? = 1 ] || echo "$word"
  } | tr '\\000' '\\001') || found=$word
  case $found in *"$word"*) stop "the events of $folder/$run cannot be read" ;; esac
  say transient "$found"
fi
finish
`;

/** Answers {@linkcode Host.browse}: pairs of a name and a text. */
export const BROWSE = BEGIN + PATHS + `
IFS= read -r only
IFS= read -r jobs
exec < /dev/null
if [ ! -d "$path" ]; then
  existing "$path"
  [ -x "$here" ] || stop "permission to enter $here is denied"
  say absent "$path"
  finish
  exit 0
fi
enter "$path" || stop "permission to enter $path is denied"
say root "$(pwd -P)"
! in_xp . "$only" || say xp yes
[ -d experiments ] || { finish; exit 0; }
all=$path/experiments
readable "$all"
for folder in "$all"/*/; do
  folder=\${folder%/}
  experiment=\${folder##*/}
  [ -d "$folder" ] || continue
  [ -z "$only" ] || [ "$only" = "$experiment" ] || continue
  if [ -L "$folder" ]; then
    link=$(readlink "$folder") || stop "where $folder leads cannot be told"
    leads_to "experiments/$experiment" "$link" || continue
  fi
  readable "$folder"
  find_current "$path" "$experiment"
  say experiment "$experiment" by "$by" current "$latest"
  for run in "$folder"/*/; do
    run=\${run%/}
    [ -d "$run" ] && [ ! -L "$run" ] || continue
    say run "\${run##*/}"
    readable "$run"
    text status "$run/status.json"
    [ -n "$jobs" ] || continue
    if old "$run"; then say linked "$(linked "$run")"; else text jobs "$run/jobs.jsonl"; fi
  done
done
finish
`;
