/**
 * What the programs of `agent.ts` share: locks, what goes back to its place, and what an
 * earlier attempt has left.
 *
 * @module
 */

import { MOVE } from "./folders.ts";

/** Locks, as `lock.ts` tells, in the agent; and what was moved aside, back to its place. */
export const LOCKING = MOVE + `
alone() { # whether what stands there is a file, and has no other name: it is touched
  plain "$1" && others=$(find "$1" -prune -links +1 2> /dev/null) && [ -z "$others" ]
}
silent() { [ -n "$(find "$1" -maxdepth 0 -mmin +2 2> /dev/null)" ]; }
lives() { # whether an owner does: in a lock, by its name; what we held before a connection was lost is ours
  case $2 in *":$copy") return 1 ;; esac
  if silent "$1/$2"; then return 1; fi
  case $2 in
    "shell:$host:"*) pid=\${2#"shell:$host:"} && kill -0 "\${pid%%:*}" 2> /dev/null ;;
    "held:$host:"*) ! { flock -xn 9 2> /dev/null; } 9< "$1/$2" ;;
  esac
}
take() { # a staging folder, when nobody who lives has it
  lock=$1.lock
  if (umask 077 && mkdir "$lock") 2> /dev/null; then
    touch "$lock/$token" 2> /dev/null || { rmdir "$lock"; return 1; }
    set -- "$1" "$lock"/*
    [ "$#:$2" = "2:$lock/$token" ] && return
    rm -f "$lock/$token"
    return 1
  fi
  signed=
  [ ! -L "$lock" ] || return 1
  for path in "$lock"/*; do
    alone "$path" || continue
    signed=yes
    if lives "$lock" "\${path##*/}"; then continue; fi
    mv "$path" "$lock/$token" 2> /dev/null || continue
    touch "$lock/$token"
    evict "$1"
    return 0
  done
  [ -z "$signed" ] && silent "$lock" || return
  clear_lock "$lock"
  rmdir "$lock" 2> /dev/null
  return 1
}
clear_lock() { # of what nobody's copy has put there
  for path in "$1"/*; do ! there "$path" || alone "$path" || remove "$path"; done
}
put_back() { # from a staging folder, of a kind, to its place
  for group in "$1/replaced/$2"/*; do
    is_folder "$1" "$group" || continue
    place=$3/\${group##*/}
    for aside in "$group"/*; do
      there "$aside" || continue
      there "$place" || mkdir -p "$place" 2> /dev/null
      [ -d "$place" ] && [ ! -L "$place" ] || continue
      there "$place/\${aside##*/}" && continue
      move "$aside" "$place" || give_up "$aside cannot be put back: $trouble"
      restored=yes
    done
  done
}
`;

/** What an earlier attempt has left, the twin of `left_staging.ts`. */
export const LEFT = `
sound() ( # whether a staging folder has nothing but folders down to its jobs, and all names of its files
  enter "$1" || exit
  strays=$(find . -maxdepth 3 \\( -type l -o -path './*/*' ! -type d \\) \\
    ! -path './experiments/*/current' 2> /dev/null) && [ -z "$strays" ] || exit
  set -- -c '%i %h'
  stat "$@" . > /dev/null 2>&1 || set -- -f '%i %l'
  names=$(find . ! -type d -links +1 -exec stat "$@" {} + 2> /dev/null) || exit
  [ -z "$names" ] || printf '%s\\n' "$names" | sort | uniq -c | {
    while read -r seen inode links; do [ "$seen" = "$links" ] || exit; done
  }
)
clear_staging() { # all but what is to go back to its place, or to be kept; no link is followed
  for path in "$1"/* "$1"/.[!.]* "$1"/..?*; do
    case $path in "$1/replaced") continue ;; esac
    ! there "$path" || remove "$path"
  done
  find "$1/replaced" -maxdepth 2 ! -type d -exec rm -f {} + 2> /dev/null
}
owner() { stat -c %u "$1" 2> /dev/null || stat -f %u "$1"; }
`;
