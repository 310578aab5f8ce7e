# Does `Host.claim`, in the agent. Answers `waiting` once when another copy has the folder, `restored`
# when a folder went back, `resumed` when it holds something, `unverified` when its mark is there,
# `owner` and the number of the user, `stats` and mode, group and time of the folder, of a new file, and of
# more that were made in a row, `token` and the name of the file in the lock.

. ./begin.sh
. ./locking.sh
. ./left.sh
trap '' HUP PIPE
IFS= read -r staging
IFS= read -r jobs
IFS= read -r experiments
IFS= read -r copy
IFS= read -r about || exit # cut short
parent=${staging%/*}
token=shell:$host:$$:$copy
for path in "$parent" "$staging" "$staging.lock" "$parent/replaced"; do
  [ ! -L "$path" ] || stop "$path is a link"
done
waiting="" vain=0
ready() {
  [ -d "$parent" ] && return
  mkdir -p "${parent%/*}" && (umask 077 && mkdir -p "$parent") 2> /dev/null
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
  [ -d "$parent" ] || folder=${parent%/*} # another copy may have removed it at this moment
  [ -w "$folder" ] || stop "the folder $parent cannot be made or written"
  sleep 1
done
give_up() { free "$staging"; stop "$1"; }
[ -d "$staging" ] && left=yes || left=
make() { (umask 077 && mkdir -p "$staging") || give_up "the folder $staging cannot be made"; }
sign() {
  ! there "$staging/about.json" || remove "$staging/about.json"
  printf '%s\n' "$about" > "$staging/about.json"
}
make
user=$(id -u) || give_up "id cannot tell who the user is"
chmod g-rwx,o-rwx "$parent" "$staging" 2> /dev/null || # one that stood open before
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
  [ -d "$lock" ] && ! there "${lock%.lock}" && silent "$lock" && take "${lock%.lock}" || continue
  free "${lock%.lock}"
done
[ -z "$restored" ] || say restored
[ -z "$left" ] || sound "$staging" || clear_staging "$staging"
! there "$staging/records" || remove "$staging/records" # what was to be noted of another attempt
sign
whose=$(owner "$staging")
if [ -n "$left" ] && { [ -z "$whose" ] || [ "$whose" != "$(owner "$staging/about.json")" ]; }; then
  remove_staging "$staging" && make && sign # another user's
fi
! there "$staging/.unverified" || say unverified
for at in a b c d e f g h i j k l m; do true > "$staging/.trial-$at"; done 2> /dev/null # no other program
stats=$(stat -c '%a %g %.9Y' "$staging" "$staging/about.json" "$staging"/.trial-[a-m] 2> /dev/null ||
  stat -f '%Mp%Lp %g %Fm' "$staging" "$staging/about.json" "$staging"/.trial-[a-m]) || give_up "stat failed for $staging"
rm -f "$staging"/.trial-* # and what a killed copy has left of its own
# shellcheck disable=SC2154 # unused is the agent's
case $(ls -A "$staging") in
  about.json | "$unused") ;;
  *) say resumed ;;
esac
say "owner $user" "stats $stats" "token $token"
set -- "$@" "$staging"
finish
