# Does `Host.look`: answers pairs of a name and a text.

. ./begin.sh
. ./real_folders.sh
. ./paths.sh
. ./tools.sh
IFS= read -r experiment
IFS= read -r run
IFS= read -r wanted
exec < /dev/null
tell_tools & # until its end nothing else is said: a shell that writes line by line would be cut short
meanwhile=$!
real "$path"
root=$resolved
state=foreign
if [ ! -d "$root" ]; then state=absent
elif [ -e "$root/.__experimaestro__" ] || [ -d "$root/jobs" ] || # many call another folder experiments
  [ -d "$root/.xpm-staging" ] || [ -d "$root/.xpm-copy" ]; then state=workspace
else
  names=$(ls -A "$root" 2> /dev/null) || stop "permission to read $root is denied"
  case $names in
    "") state=empty ;;
    .xpm-staging) state=workspace ;; # another copy has begun at this moment
  esac
fi
devices() { stat -c %d:%g "$@" 2> /dev/null || stat -f %d:%g "$@" 2> /dev/null; }
real "$root/jobs"
jobs=$resolved
real "$root/experiments"
experiments=$resolved
partials=$root/partials
[ ! -d "$partials" ] || { real "$partials"; partials=$resolved; }
set --
passed= # of each whether it passes on its group
for place in "$root" "$jobs" "$experiments" "$partials"; do
  existing "$place"
  set -- "$@" "$here"
  if [ -g "$here" ]; then passed=${passed}y; else passed=${passed}n; fi
done
# shellcheck disable=SC2046 # numbers
set -- $(devices "$@")
[ $# = 4 ] || stop "stat cannot tell which disks $root is on"
case $passed in n???) set -- "${1%:*}" "$2" "$3" "$4" ;; esac
case $passed in ?n??) set -- "$1" "${2%:*}" "$3" "$4" ;; esac
case $passed in ??n?) set -- "$1" "$2" "${3%:*}" "$4" ;; esac
case $passed in ???n) set -- "$1" "$2" "$3" "${4%:*}" ;; esac
if [ "$wanted" = space ]; then
  existing "$root/jobs"
  space=$(df -Pk "$here" 2> /dev/null)
  inodes=$(df -Pi "$here" 2> /dev/null)
fi
join
say path "$path" realPath "$root" state "$state"
[ ! -e "$root/.__experimaestro__" ] || say marker yes
records=$root
for name in .xpm-copy partial jobs; do
  records=$records/$name
  is_folder "$root" "$records" || break
  [ -r "$records" ] && [ -x "$records" ] || stop "permission to read $records is denied"
  case $name in .xpm-copy) say store yes ;; jobs) say records yes ;; esac
done
staged=
newline='
'
areas=$newline # those that have been looked at
tell_place() { # its name and its path; the disks of the workspace and of it
  staging=$root/.xpm-staging
  [ "$3" = "$4" ] || staging=$2/.xpm-staging
  say "$1" "$2" "${1}Staging" "$staging"
  case $areas in *"$newline$staging$newline"*) return ;; esac
  areas=$areas$staging$newline
  [ ! -L "$staging" ] || say linkedStaging "$staging"
  for folder in "$staging"/????????????????; do
    [ ! -d "$folder" ] || staged="$staged$folder
"
  done
}
closed= # a folder that has to be written to first, and may not
needs() {
  existing "$1"
  [ -n "$closed" ] || { [ -w "$here" ] && [ -x "$here" ]; } || closed=$here
}
tell_place jobs "$jobs" "$1" "$2"
[ "$wanted" != space ] || needs "$staging"
tell_place experiments "$experiments" "$1" "$3"
[ "$wanted" != space ] || needs "$staging"
tell_place partials "$partials" "$1" "$4"
say staged "$staged"
if [ "$wanted" = space ]; then
  [ -d "$jobs" ] || needs "$jobs"
  [ -d "$experiments" ] || needs "$experiments"
  [ -z "$closed" ] || say unwritable "$closed"
  say free "$space" files "$inodes"
fi
[ -n "$experiment" ] || { finish; exit 0; }
folder=$root/experiments/$experiment
if [ -L "$folder" ]; then
  link=$(readlink "$folder") || stop "the link $folder cannot be read"
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
  } | tr '\000' '\001') || found=$word
  case $found in *"$word"*) stop "the events of $folder/$run cannot be read" ;; esac
  say transient "$found"
fi
finish
