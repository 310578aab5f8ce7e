# Does `Host.existing`: answers those of the paths that exist, and an empty text for each other one: many
# may be looked for that are not there.

. ./begin.sh
IFS= read -r root
enter "$root" || { cat > /dev/null; finish; exit 0; }
set -f
IFS='
'
# shellcheck disable=SC2013 # IFS is a newline; read would take a byte at a time
for path in $(cat); do
  if [ -e "./$path" ] || [ -L "./$path" ]; then say "$path"; else say ""; fi
done
finish
