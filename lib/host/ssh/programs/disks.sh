# Does `Host.disks`. Answers for each folder the output of `df` with and without types, and whether it
# may be written.

. ./begin.sh
. ./nearest.sh
while IFS= read -r folder; do
  existing "$folder"
  writable=no
  [ ! -w "$here" ] || [ ! -x "$here" ] || writable=yes
  say "$(df -PT "$here" 2> /dev/null)" "$(df -Pk "$here" 2> /dev/null)" "$writable"
done
finish
