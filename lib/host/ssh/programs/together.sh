# Does `RelayEnd.copy`: rsync where both ends are on this machine. When the channel is closed before rsync
# is done, the connection was lost, and rsync is killed.

. ./begin.sh
. ./sender.sh
feed | "$rsync" "$@" >&2 3>&- 4<&- &
started=$!
{ cat <&4; kill -9 "$started"; } > /dev/null 2>&1 3>&- &
watch=$!
wait "$started"
code=$?
kill "$watch" 2> /dev/null
exit "$code"
