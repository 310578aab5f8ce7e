# Moves into the folder of a job what it lacks: name by name, and never onto a name that is there. The
# folders keep the times of the staged ones. The twin of `local/fill.ts`.

lacks() { there "$1" && ! there "$2/${1##*/}"; } # whether a folder has nothing of that name
add() { # to a folder, the second, what it lacks of another
  shift 2
  [ $# -gt 0 ] || return 0
  trouble=$(mv -n "$@" "$to/" 2>&1) && return
  for each do ! lacks "$each" "$to" || move "$each" "$to"; done
}
is_like() { # whether a folder lacks nothing of another, nor has another time
  for each in "$1"/* "$1"/.[!.]* "$1"/..?*; do ! lacks "$each" "$2" || return; done
  # shellcheck disable=SC3013 # see settle.sh
  ! { [ "$1" -nt "$2" ] || [ "$2" -nt "$1" ]; }
}
must() { # without its times a job is not done: its record stays, and the next copy sets them
  said=$("$@" 2>&1) || amiss=${said:-"$1 failed"}
}
fill() { # from one folder into another; neither is a link
  for each in "$1"/* "$1"/.[!.]* "$1"/..?*; do
    [ ! -d "$each" ] || [ -L "$each" ] || ! is_folder "$2" "$2/${each##*/}" || fill "$each" "$2/${each##*/}"
  done
  ! is_like "$1" "$2" || return 0
  must touch -r "$1" "$staging/.filled"
  [ -z "$amiss" ] || return 0
  opened=
  [ -w "$1" ] || { opened=$(mode "$1") && chmod u+w "$1"; }
  [ -w "$2" ] || { opened=${opened:-$(mode "$2")} && chmod u+w "$2"; }
  to=$2
  set -- "$1" "$2"
  for each in "$1"/* "$1"/.[!.]* "$1"/..?*; do
    lacks "$each" "$2" || continue
    set -- "$@" "$each"
    [ $# -lt 200 ] || { add "$@"; set -- "$1" "$2"; }
  done
  add "$@"
  must touch -r "$staging/.filled" "$2"
  [ -z "$opened" ] || must chmod "$opened" "$2"
}
fill_job() { # by its name
  set +f
  trouble='' amiss=''
  fill "$staging/$parent/$1" "$into/$1"
  set -f
  if [ -n "$amiss" ]; then failed "$1" "$amiss"
  elif [ -z "$(find "$staging/$parent/$1" ! -type d 2>&1)" ]; then return 0
  elif [ -n "$trouble" ]; then failed "$1" "$trouble"
  else appeared "$1"
  fi
}
