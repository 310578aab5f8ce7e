# The shell of a session. It runs programs, each sent after its length, in a shell of their own (`run`)
# or in itself (`keep`). The input of the former comes in parts, each after its length. After an empty
# part nothing comes until the program has answered, and then `done`. When a program ends without an
# answer, the agent reports that by its own word and `lost`. So one process always reads: when the
# connection is lost, it ends the program with all that this has started, even if that neither reads
# nor writes. The shell holds locks as `lock.ts` describes, by the name in `token`. When the connection
# is lost, or a program was killed, it ends the processes that still work in its staging folders, and
# gives up the locks. Its first answer is the name of the machine.

. ./begin.sh
. ./exact.sh
# shellcheck disable=SC2034 # for what runs in this shell: see locking.sh
host=$(uname -n)
say "$host"
finish
own=$word token=
follows= # whether the agent of another machine holds what this one has a part in
unused=".unverified
about.json" # what a staging folder holds in which nothing is
free() {
  [ -d "$1.lock" ] || return 0 # it went with the last load
  if [ -e "$1.lock/$token" ]; then
    case $(ls -A "$1" 2> /dev/null) in
      about.json | "$unused") rm -f "$1/about.json" "$1/.unverified" ;;
    esac
    rmdir "$1" 2> /dev/null
  fi
  rm -f "$1.lock/$token"
  rmdir "$1.lock" "${1%/*}" 2> /dev/null
}
works() { # the programs of a copy that work in a folder
  # shellcheck disable=SC2012 # only the ends of lines count; not every find prints what a link names
  ls -l /proc/[0-9]*/cwd 2> /dev/null | while IFS= read -r line; do
    case $line in *" -> $1" | *" -> $1/"*) ;; *) continue ;; esac
    pid=${line#*/proc/} pid=${pid%%/*}
    case $(tr '\000' ' ' < "/proc/$pid/cmdline" 2> /dev/null) in
      "$rsync "* | "$tar "* | rsync* | */rsync* | tar* | */tar* | mv* | rm* | sync* | xargs* | dd* | *'dd bs=1 count='*) echo "$pid" ;;
    esac
  done
}
evict() { # ends what works in a folder; where that cannot be known, a while is enough
  [ -d /proc/self/cwd ] || { sleep 3; return; }
  for try in 1 2 3 4 5; do
    pids=$(works "$1")
    [ -n "$pids" ] || return 0
    # shellcheck disable=SC2086 # numbers
    kill -9 $pids 2> /dev/null
    [ $try = 1 ] || sleep 1
  done
}
# It says so, too: what is under way may be silent.
beat() { for staging do touch -c "$staging.lock/$token"; done; echo alive >&2; }
halt() { # ends what this shell has started, and what that has
  trap '' TERM
  all=$(ps -A -o pid= -o ppid= 2> /dev/null) known=" $$ " grown=yes
  while [ -n "$grown" ]; do
    grown=
    while read -r pid parent; do
      case $known in
        *" $pid "*) ;;
        *" $parent "*) known="$known$pid " grown=yes ;;
      esac
    done <<ALL
$all
ALL
  done
  # shellcheck disable=SC2086 # numbers
  kill ${known#" $$ "} 2> /dev/null
}
parts() { # what a program reads; its end is that of this shell
  while IFS= read -r length; do
    case $length in
      0) echo fed >&5; return ;;
      alive) beat "$@" ;;
      *) exact "$length" || exit ;; # nobody reads it any more
    esac
  done
  halt
}
attend() { # until a program that has been fed is done
  # shellcheck disable=SC2034 # it is enough that it comes
  read -r fed || return
  while IFS= read -r line; do
    case $line in
      alive) beat "$@" ;;
      done) return ;;
    esac
  done <&4
  halt
  return 1
}
exec 4<&0
set --
while IFS= read -r line; do
  case $line in
    "run "*)
      program=$(exact "${line#run }")
      {
        parts "$@" <&4 | if (eval "$program") >&3; then cat > /dev/null
        else say "" "$own lost"
        fi
      } 5>&1 | attend "$@" || break
      ;;
    "keep "*) eval "$(exact "${line#keep }")" >&3 ;;
    alive) beat "$@" ;;
  esac
done
for staging do
  [ ! -e "$staging.lock/$token" ] || evict "$staging"
  [ -n "$follows" ] || free "$staging"
done
