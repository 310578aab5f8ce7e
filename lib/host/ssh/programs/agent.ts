/**
 * The shell of a session, and what it runs in itself: claims, and what is cleaned up. As
 * `archive.ts` has them.
 *
 * @module
 */

import { LEFT, LOCKING } from "./lock.ts";
import { BEGIN } from "./archive.ts";

/**
 * The shell of a session: runs programs that come after their length, in a shell of their own or in
 * itself. What the former read comes in parts, each after its length; after a part of no length
 * nothing comes until the program has answered, and then `done`. A program that ends without an
 * answer is told by the agent's own word and `lost`. So somebody always reads: when the connection
 * is lost, the program is ended with all that it has started, even where it neither reads nor
 * writes. The shell holds what it has claimed as `lock.ts` tells, by the name in `token`. When the
 * connection is lost, or a program was killed, it ends what still works there, and gives it up.
 */
export const AGENT = BEGIN + `
exact() { head -c "$1"; }
[ "$(printf abc | { exact 1 > /dev/null; cat; })" = bc ] || # some read ahead
  exact() { dd bs=1 count="$1" 2> /dev/null; }
finish
host=$(uname -n) token= own=$word
unused=".unverified
about.json" # what a staging folder holds in which nothing is
free() {
  if [ -e "$1.lock/$token" ]; then
    case $(ls -A "$1" 2> /dev/null) in
      about.json | "$unused") rm -f "$1/about.json" "$1/.unverified" ;;
    esac
    rmdir "$1" 2> /dev/null
  fi
  rm -f "$1.lock/$token"
  rmdir "$1.lock" "\${1%/*}" 2> /dev/null
}
works() { # the programs of a copy that work in a folder
  ls -l /proc/[0-9]*/cwd 2> /dev/null | while IFS= read -r line; do
    case $line in *" -> $1" | *" -> $1/"*) ;; *) continue ;; esac
    pid=\${line#*/proc/} pid=\${pid%%/*}
    case $(tr '\\000' ' ' < "/proc/$pid/cmdline" 2> /dev/null) in
      rsync* | */rsync* | tar* | */tar* | mv* | rm* | sync* | xargs* | *'dd bs=1 count='*) echo "$pid" ;;
    esac
  done
}
evict() { # ends what works in a folder; where that cannot be known, a while is enough
  [ -d /proc/self/cwd ] || { sleep 3; return; }
  for try in 1 2 3 4 5; do
    pids=$(works "$1")
    [ -n "$pids" ] || return 0
    kill -9 $pids 2> /dev/null
    [ $try = 1 ] || sleep 1
  done
}
beat() { for staging do touch -c "$staging.lock/$token"; done; }
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
  kill \${known#" $$ "} 2> /dev/null
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
      program=$(exact "\${line#run }")
      {
        parts "$@" <&4 | if (eval "$program") >&3; then cat > /dev/null
        else say "" "$own lost"
        fi
      } 5>&1 | attend "$@" || break
      ;;
    "keep "*) eval "$(exact "\${line#keep }")" >&3 ;;
    alive) beat "$@" ;;
  esac
done
for staging do
  [ ! -e "$staging.lock/$token" ] || evict "$staging"
  free "$staging"
done
`;

/**
 * Does {@linkcode Host.claim}, in the agent: `waiting` once when another copy has the folder,
 * `restored` when something went back, `resumed` when it holds something, `unverified` when its mark
 * is there, `owner` and the user's number, `token` and by what name the lock is held.
 */
export const CLAIM = BEGIN + LOCKING + LEFT + `
trap '' HUP PIPE
IFS= read -r staging
IFS= read -r jobs
IFS= read -r experiments
IFS= read -r copy
IFS= read -r about || exit # cut short
parent=\${staging%/*}
token=shell:$host:$$:$copy
for path in "$parent" "$staging" "$staging.lock" "$parent/replaced"; do
  [ ! -L "$path" ] || stop "$path is a link"
done
waiting= vain=0
ready() {
  [ -d "$parent" ] && return
  mkdir -p "\${parent%/*}" && (umask 077 && mkdir -p "$parent") 2> /dev/null
}
until ready && take "$staging"; do
  if [ -d "$staging.lock" ]; then
    vain=0
    [ -n "$waiting" ] || { say waiting; waiting=yes; }
  else
    vain=$((vain + 1))
    [ $vain -lt 5 ] || stop "the folder $parent cannot be made or written"
  fi
  say still 2> /dev/null || exit 0 # nobody waits for it any more
  folder=$parent
  [ -d "$parent" ] || folder=\${parent%/*} # another copy may have removed it at this moment
  [ -w "$folder" ] || stop "the folder $parent cannot be made or written"
  sleep 1
done
give_up() { free "$staging"; stop "$1"; }
[ -d "$staging" ] && left=yes || left=
make() { (umask 077 && mkdir -p "$staging") || give_up "the folder $staging cannot be made"; }
sign() {
  ! there "$staging/about.json" || remove "$staging/about.json"
  printf '%s\\n' "$about" > "$staging/about.json"
}
make
user=$(id -u) || give_up "id does not tell who works there"
chmod go= "$parent" "$staging" 2> /dev/null || # one that stood open before
  for path in "$parent" "$staging"; do
    [ "$(owner "$path")" = "$user" ] || give_up "$path belongs to another user"
  done
restored=
put_back "$staging" jobs "$jobs"
put_back "$staging" experiments "$experiments"
for other in "$parent"/????????????????; do
  [ "$other" != "$staging" ] && is_folder "$parent" "$other/replaced" && take "$other" || continue
  put_back "$other" jobs "$jobs"
  put_back "$other" experiments "$experiments"
  free "$other"
done
for lock in "$parent"/????????????????.lock; do # whose folder has gone
  [ -d "$lock" ] && ! there "\${lock%.lock}" && silent "$lock" && take "\${lock%.lock}" || continue
  free "\${lock%.lock}"
done
[ -z "$restored" ] || say restored
[ -z "$left" ] || sound "$staging" || clear_staging "$staging"
sign
whose=$(owner "$staging")
if [ -n "$left" ] && { [ -z "$whose" ] || [ "$whose" != "$(owner "$staging/about.json")" ]; }; then
  remove_staging "$staging" && make && sign # another user's
fi
case $(ls -A "$staging") in
  about.json | "$unused") ;;
  *) say resumed ;;
esac
! there "$staging/.unverified" || say unverified
say "owner $user" "token $token"
set -- "$@" "$staging"
finish
`;

/**
 * Does {@linkcode Host.tidy}, in the agent. Of each folder: its kind, its path, KiB, its time, its
 * state, what the claim said of it.
 */
export const TIDY = BEGIN + LOCKING + `
IFS= read -r jobs
IFS= read -r experiments
IFS= read -r copy
IFS= read -r remove
token=shell:$host:$$:$copy
give_up() { stop "$1"; }
owned() {
  [ -d "$1.lock" ] && [ ! -L "$1.lock" ] || return
  signed=
  for path in "$1.lock"/*; do
    alone "$path" || continue
    signed=yes
    if lives "$1.lock" "\${path##*/}"; then return; fi
  done
  [ -z "$signed" ] && ! silent "$1.lock" # who is about to sign
}
tell() { # kind, folder, state
  about=$2/about.json
  [ ! -L "$2" ] && plain "$about" || about=
  size=$(du -sk "$2" 2> /dev/null)
  time=$(stat -c %Y "\${about:-$2}" 2> /dev/null || stat -f %m "\${about:-$2}")
  ! there "$2" || case $size:$time in [0-9]*:[0-9]*) ;; *) stop "du or stat does not tell of $2" ;; esac
  say "$1" "$2" "\${size%%[!0-9]*}" "$time"
  note=
  [ -z "$about" ] || note=$(dd bs=4096 count=1 < "$about" 2> /dev/null | tr -d '\\000')
}
clear() { # what a copy has left; whether it could: a copy may have begun there at this moment
  lock=$1.lock
  [ -d "$lock" ] && [ ! -L "$lock" ] || remove "$lock"
  take "$1" || take "$1" || return # one that was never signed is removed first
  put_back "$1" jobs "$jobs"
  put_back "$1" experiments "$experiments"
  ! there "$1" || remove_staging "$1"
  clear_lock "$lock"
  free "$1"
  return 0
}
tidy() { # an area
  [ -d "$1" ] && [ ! -L "$1" ] || return 0
  for folder in "$1"/???????????????? "$1"/????????????????.lock; do
    there "$folder" || continue
    left=$folder folder=\${folder%.lock}
    case \${folder##*/} in *[!0-9a-f]*) continue ;; esac
    [ "$left" = "$folder" ] || ! there "$folder" || continue # it has been told of
    tell staging "$left"
    if owned "$folder"; then say "in use"
    elif [ -z "$remove" ]; then say left
    elif clear "$folder"; then say removed
    else say "in use"
    fi
    say "$note"
  done
  [ -L "$1/replaced" ] || for folder in "$1"/replaced/*; do
    [ -d "$folder" ] && [ ! -L "$folder" ] || continue
    tell replaced "$folder"
    if [ -z "$remove" ]; then say left; else remove "$folder"; say removed; fi
    say "$note"
  done
  [ -z "$remove" ] || rmdir "$1/replaced" "$1" 2> /dev/null
}
while IFS= read -r area && [ -n "$area" ]; do tidy "$area"; done
finish
`;

/** Gives up a claim, in the agent. */
export const FREE = BEGIN + `
IFS= read -r gone
for staging do
  shift
  [ "$staging" = "$gone" ] || set -- "$@" "$staging"
done
free "$gone"
finish
`;
