/**
 * What a remote host runs to look at its files, and changes nothing by: as `programs.ts` has them.
 *
 * @module
 */

import { FILES_OF_2 } from "../workspace/layout.ts";
import { BEGIN, CURRENT_RUN } from "./programs.ts";

const PATHS = `
old() { # whether experimaestro 1.x has made a run: it has none of the files that 2.x writes
  for name in ${FILES_OF_2.join(" ")}; do ! [ -e "$1/$name" ] && ! [ -L "$1/$name" ] || return; done
}
linked() { # the jobs that a run links to
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
  case $(ls -A "$root") in
    "") state=empty ;;
    .xpm-staging) state=workspace ;; # another copy has begun at this moment
  esac
fi
say state "$state"
[ -e "$root/.__experimaestro__" ] && say marker yes
first() { "$@" 2> /dev/null | { IFS= read -r line && printf '%s' "$line"; }; }
say rsync "$(first rsync --version)" tar "$(first tar --version)" zstd "$(command -v zstd)" & # in one write
meanwhile=$!
existing() { # the nearest folder that is there
  here=$1
  while [ ! -d "$here" ]; do here=\${here%/*}; [ -n "$here" ] || here=/; done
}
devices() { stat -c %d "$@" 2> /dev/null || stat -f %d "$@"; }
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
tell_place jobs "$jobs" "\${1-}" "\${2-}"
tell_place experiments "$experiments" "\${1-}" "\${3-}"
say staged "$staged"
if [ "$wanted" = space ]; then
  existing "$root/jobs"
  say free "$(df -Pk "$here" 2> /dev/null | sed -n '$p')"
fi
join
[ -n "$experiment" ] || { finish; exit 0; }
folder=$root/experiments/$experiment
if [ -L "$folder" ]; then
  link=$(readlink "$folder")
  leads_to "experiments/$experiment" "$link" ||
    stop "$folder is a link to $link, not a folder of this experiment"
fi
[ -d "$folder" ] && say experiment yes
! in_xp "$root" "$experiment" || say xp yes
find_current "$root" "$experiment"
if [ -n "$latest" ]; then
  say current "$latest" by "$by"
  plain "$folder/$latest/status.json" && { say currentStatus; content "$folder/$latest/status.json"; }
fi
[ "$run" != current ] || run=$latest
if [ -n "$run" ] && [ -d "$folder/$run" ] && [ ! -L "$folder/$run" ]; then
  say run "$run"
  tell() {
    plain "$folder/$run/$1" || return
    [ -r "$folder/$run/$1" ] || stop "permission to read $folder/$run/$1 is denied"
    say "$1"
    content "$folder/$run/$1"
  }
  tell status.json
  [ "$wanted" = jobs ] || { finish; exit 0; }
  tell jobs.jsonl
  ! old "$folder/$run" || say linked "$(linked "$folder/$run")"
  events() { for file in "$folder/$run"/events/*.jsonl; do ! plain "$file" || cat "$file"; done; }
  [ -L "$folder/$run/events" ] || say transient "$(events 2> /dev/null |
    grep -e '"scheduler_state": *"transient"' -e '"transient": *[12]' | tr '\\000' '\\001')"
fi
finish
`;

/** Answers {@linkcode Host.browse}: pairs of a name and a text. */
export const BROWSE = BEGIN + PATHS + `
IFS= read -r only
IFS= read -r jobs
exec < /dev/null
[ -d "$path" ] || { say absent "$path"; finish; exit 0; }
enter "$path" || stop "permission to enter $path is denied"
say root "$(pwd -P)"
! in_xp . "$only" || say xp yes
[ -d experiments ] || { finish; exit 0; }
enter "$path/experiments" || stop "permission to enter $path/experiments is denied"
for folder in ./*/; do
  experiment=\${folder#./} experiment=\${experiment%/}
  [ -d "./$experiment" ] || continue
  [ -z "$only" ] || [ "$only" = "$experiment" ] || continue
  [ ! -L "./$experiment" ] ||
    leads_to "experiments/$experiment" "$(readlink "./$experiment")" || continue
  find_current "$path" "$experiment"
  say experiment "$experiment" by "$by" current "$latest"
  for run in "./$experiment"/*/; do
    run=\${run%/}
    [ -d "$run" ] && [ ! -L "$run" ] || continue
    say run "\${run##*/}"
    [ -r "$run/status.json" ] && plain "$run/status.json" &&
      { say status; content "$run/status.json"; }
    [ -n "$jobs" ] || continue
    if old "$run"; then say linked "$(linked "$run")"
    elif [ -r "$run/jobs.jsonl" ] && plain "$run/jobs.jsonl"; then
      say jobs
      content "$run/jobs.jsonl"
    fi
  done
done
finish
`;

/** How many folders, one in another, are looked at: below that each path is longer than any may be. */
const DEEPEST = 2050;

/**
 * Answers {@linkcode Host.scan}. Of a folder: \`/\`, then what \`describe\` prints, then its path; of
 * what is in it: the same without \`/\`, with the path from that folder on; after the blocks of a
 * file that has other names \`@\` and what they share. Each is followed by a
 * link's target, empty for other things. After \`links\` come those of the folders, and of the folders
 * that these are in, which are links: name, target, real path.
 */
export const SCAN = BEGIN + `
IFS= read -r mode
IFS= read -r root
enter "$root" || stop "permission to enter $root is denied"
folders=$(cat)
describe='for path do
  case $path in
    ./*/*/*/*) shown=\${path#./*/*/*/} lead= ;;
    *) shown=$path lead=/ ;;
  esac
  target= options=
  if [ -L "$path" ] && [ -z "$lead" ]; then kind=l target=$(readlink "$path"; printf .) target=\${target%??}
  elif [ -d "$path" ]; then kind=d options=-L
  elif [ -f "$path" ]; then kind=f options=-L
  else kind=o
  fi
  info=$(stat $options -c "%h %s %b@%d.%i %Y %a" "$path" 2> /dev/null ||
    stat $options -f "%l %z %b@%d.%i %m %Lp" "$path" || echo 1 0 0@ 0 0) # gone, or of too long a name
  names=\${info%% *} info=\${info#* }
  case $kind$names in f1 | [!f]*) info="\${info%%@*} \${info#*@* }" ;; esac
  printf "%s%s%s %s\\\\0%s\\\\0" "$lead" "$kind" "$info" "$shown" "$target"
done'
if find . -maxdepth 0 -printf '' 2> /dev/null; then
  below='%y%s %b %T@ %m %P\\0%l\\0' self='/%y%s %b %T@ %m %p\\0%l\\0'
  every() {
    xargs -0 sh -c 'below=$1 self=$2; shift 2
      find -H "$@" -maxdepth ${DEEPEST} \\( ! -path "./*/*/*/*" -printf "$self" \\
        -o -type f -links +1 -printf "\${below%% *} %b@%D.%i\${below#* %b}" -o -printf "$below" \\) 2> /dev/null' \\
      sh "$below" "$self"
  }
  states() { # of jobs what is right in them, and of that the markers
    xargs -0 sh -c 'below=$1 self=$2; shift 2
      find -H "$@" \\( -path "./jobs/*/*/*" \\
        \\( -type d -prune , \\( -name "*.done" -o -name "*.failed" -o -name "*.pid" \\) -printf "$below" \\) \\
        -o ! -path "./*/*/*/*" -printf "$self" -o ! -path "./jobs/*" -printf "$below" \\) 2> /dev/null' \\
      sh "$below" "$self"
  }
else
  every() {
    xargs -0 sh -c 'do=$1; shift
      find -H "$@" -maxdepth ${DEEPEST} -exec sh -c "$do" sh {} + 2> /dev/null' sh "$describe"
  }
  states() {
    xargs -0 sh -c 'do=$1; shift
      find -H "$@" -path "./jobs/*/*/*/*" -prune -o -path "./jobs/*/*/*" ! -name "*.done" \\
        ! -name "*.failed" ! -name "*.pid" -prune -o -exec sh -c "$do" sh {} + 2> /dev/null' sh "$describe"
  }
fi
set -f
IFS='
'
known() { # of a job without a process its markers tell all: no size, no time; the others are left
  rest=
  set --
  for folder in $folders; do
    job=\${folder%/*} job=$folder/\${job##*[./]}
    case $folder in ./jobs/*)
      if [ ! -d "$folder" ]; then [ -e "$folder" ] || [ -L "$folder" ] || continue
      elif [ ! -x "$folder" ]; then
        set -- "$@" "/u0 0 0 0 $folder" ""
        continue
      elif [ ! -e "$job.pid" ]; then
        set -- "$@" "/d0 0 0 755 $folder" ""
        for marker in done failed; do
          [ ! -e "$job.$marker" ] || set -- "$@" "f0 0 0 644 \${job##*/}.$marker" ""
        done
        [ $# -lt 16 ] || { say "$@"; set --; } # each write costs a packet of ssh's
        continue
      fi ;;
    esac
    rest="$rest$folder
"
  done
  [ $# = 0 ] || say "$@"
  [ -z "$rest" ] || printf '%s' "$rest" | tr '\\n' '\\0' | states >&3
}
if [ "$mode" = states ]; then known
else printf '%s\\n' "$folders" | tr '\\n' '\\0' | every >&3
fi
say links
above=
link() { [ ! -L "$1" ] || say "$1" "$(readlink "$1")" "$(readlink -f "$1" 2> /dev/null)"; }
for folder in $folders; do
  link "$folder"
  [ "$above" = "\${folder%/*}" ] || { above=\${folder%/*} && link "$above"; }
done
finish
`;

/** Answers {@linkcode Host.existing}: those of the paths that are there. */
export const EXISTING = BEGIN + `
IFS= read -r root
enter "$root" || { cat > /dev/null; finish; exit 0; }
set -f
IFS='
'
for path in $(cat); do
  if [ -e "./$path" ] || [ -L "./$path" ]; then say "$path"; fi
done
finish
`;
