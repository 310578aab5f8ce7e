# Follows a claim that the agent of another machine holds, in the agent of the one that the bytes go
# by; answers `yes` when the claim is in sight. What a copy before has left at work there is ended.

. ./begin.sh
IFS= read -r file
IFS= read -r used
parent=${file%/*} parent=${parent%.lock}
for try in 1 2 3 4 5; do # what another machine has made comes in sight late, on some network disks
  [ ! -e "$file" ] || break
  ls -A "${parent%/*}" "${file%/*}" > /dev/null 2>&1
  [ "$try" = 1 ] || sleep 1
done
if [ -e "$file" ]; then
  # shellcheck disable=SC2034 # the agent's
  token=${file##*/} follows=yes
  set -- "$@" "$parent"
  [ -z "$used" ] || evict "$parent"
  say yes
fi
finish
