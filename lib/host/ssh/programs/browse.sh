# Does `Host.browse`: answers pairs of a name and a text.

. ./begin.sh
. ./paths.sh
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
  folder=${folder%/}
  experiment=${folder##*/}
  [ -d "$folder" ] || continue
  [ -z "$only" ] || [ "$only" = "$experiment" ] || continue
  if [ -L "$folder" ]; then
    link=$(readlink "$folder") || stop "the link $folder cannot be read"
    leads_to "experiments/$experiment" "$link" || continue
  fi
  readable "$folder"
  find_current "$path" "$experiment"
  say experiment "$experiment" by "$by" current "$latest"
  for run in "$folder"/*/; do
    run=${run%/}
    [ -d "$run" ] && [ ! -L "$run" ] || continue
    say run "${run##*/}"
    readable "$run"
    text status "$run/status.json"
    [ -n "$jobs" ] || continue
    if old "$run"; then say linked "$(linked "$run")"; else text jobs "$run/jobs.jsonl"; fi
  done
done
finish
