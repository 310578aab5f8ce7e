# Does `Host.existing`: answers those of the paths that exist.

. ./begin.sh
IFS= read -r root
enter "$root" || { cat > /dev/null; finish; exit 0; }
set -f
IFS='
'
# shellcheck disable=SC2013 # IFS is a newline; read would take a byte at a time
for path in $(cat); do
  if [ -e "./$path" ] || [ -L "./$path" ]; then say "$path"; fi
done
finish
