# Does `RelayEnd.send`: rsync as the client of a server on a third machine. After the word comes the
# command that its remote shell was asked to start: texts that end with a NUL, the last one empty. From
# then on the channel is that server. The names to send come before it, and must be read before rsync's
# remote shell reads on.

. ./begin.sh
. ./sender.sh
# rsync waits for this shell before it closes its side, so the shell ends when its input does; an rsync
# that closes earlier has died. For a while rsync looks at its files and not at the channel, so a second
# after the connection was lost it is killed. A background job of a shell has no input, hence descriptor
# 5. rsync splits --rsh by its own rules, so this goes in a variable. While busybox's cat waits for a
# socket, nobody can read from the pipe that it writes to (sendfile); toybox's dd waits for whole blocks.
case $(cat --help 2>&1) in *BusyBox*) pass='dd bs=65536 2> /dev/null' ;; *) pass='cat' ;; esac
# shellcheck disable=SC2016 # it is for the shell that rsync starts
splice='printf "%s\0" "$@" >&3; printf "\0" >&3
exec 5<&0
{ '$pass' <&5 >&3; kill "$$"; } 4<&- 6>&- & out=$!
cat <&4 3>&- 5<&- 6>&-
{ sleep 1; kill -9 "$PPID"; } < /dev/null > /dev/null 2>&1 3>&- 4<&- 5<&- 6>&- &
echo "late=$!" >&6
kill "$out" 2> /dev/null
exit 0'
# shellcheck disable=SC2016 # so is this
start='sh -c '\''eval "$XPM_RSH"'\'' rsh'
ended=$({
  feed | XPM_RSH=$splice "$rsync" "--rsh=$start" "$@" 3>&3 4<&4 6>&1 >&2 # some shells keep these to themselves
  echo "code=$?"
})
late='' code=1
eval "$ended"
[ -z "$late" ] || kill "$late" 2> /dev/null
case $late:$code in ?*:137) code=12 ;; esac # ended here, when what came in had ended
exit "$code"
