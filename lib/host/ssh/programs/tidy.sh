# Does `Host.tidy`, in the agent. Answers for each folder its kind, path, KiB, time and state, and the
# line of its `about.json`.

. ./begin.sh
. ./locking.sh
IFS= read -r jobs
IFS= read -r experiments
IFS= read -r copy
IFS= read -r remove
IFS= read -r workspace
token=shell:$host:$$:$copy
give_up() { stop "$1"; }
owned() {
  [ -d "$1.lock" ] && [ ! -L "$1.lock" ] || return
  signed=
  for path in "$1.lock"/*; do
    alone "$path" || continue
    signed=yes
    if lives "$1.lock" "${path##*/}"; then return; fi
  done
  [ -z "$signed" ] && ! silent "$1.lock" # who is about to sign
}
tell() { # kind, folder, state
  about=$2/about.json
  [ ! -L "$2" ] && plain "$about" || about=
  size=$(du -sk "$2" 2> /dev/null)
  time=$(stat -c %Y "${about:-$2}" 2> /dev/null || stat -f %m "${about:-$2}")
  ! there "$2" || case $size:$time in [0-9]*:[0-9]*) ;; *) stop "du or stat failed for $2" ;; esac
  say "$1" "$2" "${size%%[!0-9]*}" "$time"
  note=
  [ -z "$about" ] || note=$(dd bs=4096 count=1 < "$about" 2> /dev/null | tr -d '\000')
}
clear() { # what a copy has left; whether it could: a copy may have begun there at this moment
  lock=$1.lock
  [ -d "$lock" ] && [ ! -L "$lock" ] || remove "$lock"
  take "$1" || take "$1" || return # one that was never signed is removed first
  put_back "$1" jobs "$jobs"
  put_back "$1" experiments "$experiments"
  ! there "$1" || remove_staging "$1"
  store=$workspace/.xpm-copy
  ! is_folder "$workspace" "$store" || { remove "$store/${1##*/}"; rmdir "$store" 2> /dev/null; } # see record.sh
  clear_lock "$lock"
  free "$1"
  return 0
}
tidy() { # an area
  [ -d "$1" ] && [ ! -L "$1" ] || return 0
  for folder in "$1"/???????????????? "$1"/????????????????.lock; do
    there "$folder" || continue
    left=$folder folder=${folder%.lock}
    case ${folder##*/} in *[!0-9a-f]*) continue ;; esac
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
