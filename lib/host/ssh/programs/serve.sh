# Does `RelayEnd.serve`: after the word the channel is rsync, as the server for a staging folder.

. ./begin.sh
IFS= read -r staging
set --
while IFS= read -r option && [ -n "$option" ]; do set -- "$@" "$option"; done
[ ! -L "$staging" ] && enter "$staging" || { echo "the folder $staging is gone" >&2; exit 1; }
exec rsync "$@" >&3 3>&-
