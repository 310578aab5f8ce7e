# Does `Staging.setAside`. What to move comes as three lines: `jobs/TASK` or `experiments/EXPERIMENT`, where
# that is, and the names in it, with slashes between. Answers pairs of what was not moved, and why: `gone`,
# when it is not there.

. ./begin.sh
. ./folders.sh
. ./held.sh
IFS= read -r staging
IFS= read -r token
IFS= read -r back
require_held
set -f
while IFS= read -r group && IFS= read -r place && IFS= read -r names; do
  aside=$staging/replaced/$group
  if [ -z "$back" ]; then here=$place to=$aside; else here=$aside to=$place; fi
  IFS=/
  # shellcheck disable=SC2086 # IFS is a slash
  set -- $names
  IFS='
'
  if ! is_folder "${place%/*}" "$place" || ! has_room "$staging" "$aside" || ! mkdir -p "$to"; then
    for name do say "$group/$name" "$place is a link, or not a folder"; done
    continue
  fi
  for name do
    shift
    if ! there "$here/$name"; then say "$group/$name" gone
    elif there "$to/$name"; then say "$group/$name" "something else is at $to/$name"
    else set -- "$@" "$name"
    fi
  done
  [ $# -gt 0 ] || continue
  (enter "$here" && mv -f "$@" "$to/") 2> /dev/null && continue # or it has moved some of them
  for name do
    ! there "$here/$name" || move "$here/$name" "$to" || say "$group/$name" "$trouble"
  done
done
finish
