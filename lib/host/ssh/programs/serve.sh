# Does `RelayEnd.serve`. After the word the channel is rsync, as the server for a staging folder, or for
# a folder in one, which is created.

. ./begin.sh
IFS= read -r staging
set --
while IFS= read -r option && [ -n "$option" ]; do set -- "$@" "$option"; done
[ -d "$staging" ] || [ -L "$staging" ] || (umask 077 && mkdir "$staging")
[ ! -L "$staging" ] && enter "$staging" || { echo "the folder $staging is gone" >&2; exit 1; }
exec "$rsync" "$@" >&3 3>&-
