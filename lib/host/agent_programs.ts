/**
 * The shell of a session, and what it runs in itself: claims, and what is cleaned up. As
 * `programs.ts` has them.
 *
 * @module
 */

import { BEGIN, MOVE } from "./programs.ts";

/**
 * The shell of a session: runs programs that come after their length, in a shell of their own or in
 * itself. What a program is fed comes in parts, each after its length; a part of no length ends it.
 * The shell holds what it has claimed as `lock.ts` tells, by the name in `token`. When the
 * connection is lost, or a program was killed, it ends what still works there, and gives it up.
 */
export const AGENT = BEGIN + `
exact() { head -c "$1"; }
[ "$(printf abc | { exact 1 > /dev/null; cat; })" = bc ] || # some read ahead
  exact() { dd bs=1 count="$1" 2> /dev/null; }
finish
host=$(uname -n) token=
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
parts() {
  while IFS= read -r length; do
    case $length in
      0) return ;;
      alive) beat "$@" ;;
      *) exact "$length" || exit ;; # nobody reads it any more
    esac
  done
}
set --
while IFS= read -r line; do
  case $line in
    "run "*) (eval "$(exact "\${line#run }")") || break ;;
    "keep "*) eval "$(exact "\${line#keep }")" ;;
    "feed "*)
      program=$(exact "\${line#feed }")
      parts "$@" | { (eval "$program") || exit; cat > /dev/null; } || break
      ;;
    alive) beat "$@" ;;
  esac
done
for staging do
  [ ! -e "$staging.lock/$token" ] || evict "$staging"
  free "$staging"
done
`;

/** Locks, as `lock.ts` tells, in the agent; and what was moved aside, back to its place. */
const LOCKING = MOVE + `
alone() { # whether what stands there is a file, and has no other name: it is touched
  plain "$1" && [ -z "$(find "$1" -prune -links +1 2> /dev/null)" ]
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
    [ "$(ls -A "$lock" 2> /dev/null)" = "$token" ] && return
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
  for path in "$lock"/*; do # of nobody's
    ! there "$path" || alone "$path" || remove "$path"
  done
  rmdir "$lock" 2> /dev/null
  return 1
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
const LEFT = `
sound() ( # whether a staging folder has nothing but folders down to its jobs, and all names of its files
  cd "$1" || exit
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
user=$(id -u)
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
[ -z "$restored" ] || say restored
[ -z "$left" ] || sound "$staging" || clear_staging "$staging"
sign
if [ -n "$left" ] && [ "$(owner "$staging")" != "$(owner "$staging/about.json")" ]; then
  remove "$staging" && make && sign # another user's
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
  [ ! -L "$1.lock" ] || return
  for path in "$1.lock"/*; do
    alone "$path" && lives "$1.lock" "\${path##*/}" && return
  done
  return 1
}
tell() { # kind, folder, state
  about=$2/about.json
  [ -f "$about" ] && [ ! -L "$about" ] || about=
  size=$(du -sk "$2" 2> /dev/null)
  time=$(stat -c %Y "\${about:-$2}" 2> /dev/null || stat -f %m "\${about:-$2}")
  say "$1" "$2" "\${size%%[!0-9]*}" "$time"
  note=
  [ -z "$about" ] || note=$(dd bs=4096 count=1 < "$about" 2> /dev/null | tr -d '\\000')
}
tidy() { # an area
  [ -d "$1" ] && [ ! -L "$1" ] || return 0
  for folder in "$1"/????????????????; do
    [ -d "$folder" ] && [ ! -L "$folder" ] || continue
    tell staging "$folder"
    if owned "$folder"; then say "in use"
    elif [ -z "$remove" ]; then say left
    elif take "$folder"; then
      put_back "$folder" jobs "$jobs"
      put_back "$folder" experiments "$experiments"
      remove "$folder"
      free "$folder"
      say removed
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
