# Does `Host.examine`: answers pairs of a name and a text.

. ./begin.sh
. ./tools.sh
exec < /dev/null
tell_tools
user=$(id -un)
entry=$(getent passwd "$user" 2> /dev/null || grep "^$user:" /etc/passwd 2> /dev/null ||
  dscl . -read "/Users/$user" UserShell 2> /dev/null) # macOS has no users in its file
say shell "${entry##*[: ]}"
finish
