# Locks, as `lock.ts` describes them, in the agent; and putting back what was moved aside.

. ./folders.sh
alone() { # whether what stands there is a file, and has no other name: it is touched
  plain "$1" && others=$(find "$1" -prune -links +1 2> /dev/null) && [ -z "$others" ]
}
silent() { [ -n "$(find "$1" -maxdepth 0 -mmin +2 2> /dev/null)" ]; }
# shellcheck disable=SC2154 # host is the agent's
lives() { # whether an owner does: in a lock, by its name; what we held before a connection was lost is ours
  case $2 in *":$copy") return 1 ;; esac
  if silent "$1/$2"; then return 1; fi
  case $2 in
    "shell:$host:"*) pid=${2#"shell:$host:"} pid=${pid%%:*} # one in state Z has ended, and is still listed
      kill -0 "$pid" 2> /dev/null && case $(cat "/proc/$pid/stat" 2> /dev/null) in *") Z "*) false ;; esac ;;
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
    if lives "$lock" "${path##*/}"; then continue; fi
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
    place=$3/${group##*/}
    for aside in "$group"/*; do
      there "$aside" || continue
      there "$place" || mkdir -p "$place" 2> /dev/null
      [ -d "$place" ] && [ ! -L "$place" ] || continue
      there "$place/${aside##*/}" && continue
      move "$aside" "$place" || give_up "$aside cannot be put back: $trouble"
      # shellcheck disable=SC2034 # claim tells of it
      restored=yes
    done
  done
}
