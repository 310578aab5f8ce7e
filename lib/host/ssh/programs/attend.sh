# Follows a claim that the agent of another machine holds; runs in the agent of the machine that bytes go
# through. Answers `yes` when it sees the lock, and ends processes that an earlier copy left there.

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
