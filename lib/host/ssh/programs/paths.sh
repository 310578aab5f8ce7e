# Functions to look at workspaces and runs. Reads the path of the workspace.

old() { # whether experimaestro 1.x has made a run: it has none of the files that 2.x writes
  for name in jobs.jsonl objects.jsonl configs.json environment.json; do ! [ -e "$1/$name" ] && ! [ -L "$1/$name" ] || return; done
}
readable() { [ -r "$1" ] && [ -x "$1" ] || stop "permission to read $1 is denied"; }
linked() { # the jobs that a run links to
  [ ! -d "$1/jobs" ] || readable "$1/jobs"
  for link in "$1"/jobs/*/*; do
    [ ! -L "$link" ] || [ -L "$1/jobs" ] || [ -L "${link%/*}" ] || printf '%s\n' "${link#"$1"/jobs/}"
  done
}
in_xp() { # whether experimaestro 1.x has made it; what it has migrated leaves a link there
  [ ! -L "$1/xp" ] && [ -d "$1/xp/$2" ]
}
IFS= read -r path
home=${HOME:-/}
# shellcheck disable=SC2088 # as it was written: the shell has no part in it
case $path in
  "~") path=$home ;;
  "~/"*) path=$home/${path#"~/"} ;;
  /*) ;;
  *) path=$home/$path ;;
esac
case $path in /*) ;; *) stop "HOME is not an absolute path there: $home" ;; esac
. ./nearest.sh
real() { # links resolved, of what exists of a path: resolved
  here=$1 rest=
  while [ ! -d "$here" ] && [ "$here" != / ]; do
    [ ! -e "$here" ] || stop "$here is not a folder"
    [ ! -L "$here" ] || stop "$here is a link that leads nowhere"
    rest=/${here##*/}$rest here=${here%/*}
    [ -n "$here" ] || here=/
  done
  case $rest/ in */../*) stop "there is no folder $1" ;; esac
  here=$(enter "$here" && pwd -P) || stop "permission to enter $1 is denied"
  [ "$here" != / ] || [ -z "$rest" ] || here=
  # shellcheck disable=SC2034 # look takes it from there
  resolved=$here$rest
}
. ./current_run.sh
find_current() { # the run that experimaestro takes for the current one: sets latest, and by what
  by="link"
  for link in "$1/experiments/$2/current" "$1/.events/experiments/$2/current" \
    "$1/.experimaestro/experiments/$2"; do
    [ ! -L "$link" ] || { latest=$(current "$1/experiments/$2" "$link"); return; }
    by="older link"
  done
  by=latest latest=
  for link in "$1/experiments/$2"/*; do # by name, since LC_ALL is C
    case ${link##*/} in current | -* | *[[:cntrl:]]*) continue ;; esac
    [ ! -d "$link" ] || [ -L "$link" ] || latest=${link##*/}
  done
}
