# Reads what an rsync needs that sends: the folder to work in, its options, and names, as `printf %b`
# reads them; `feed` passes the names on.

. ./exact.sh
IFS= read -r root
set -f --
while IFS= read -r option && [ -n "$option" ]; do set -- "$@" "$option"; done
IFS= read -r length
names=$(exact "$length")
enter "$root" || { echo "the folder $root cannot be entered" >&2; exit 1; }
exec 4<&0
feed() (
  IFS='
'
  for part in $names; do printf %b "$part"; done
)
