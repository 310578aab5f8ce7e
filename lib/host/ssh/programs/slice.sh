# Does `Host.slice`. After the word comes a part of a file.

. ./begin.sh
IFS= read -r path
IFS= read -r start
IFS= read -r count
exec dd if="$path" bs=1048576 skip="$start" count="$count" 2> /dev/null >&3 3>&-
