# Does `Staging.place`: writes a part of a file at its place. The bytes are the rest of the input.

. ./begin.sh
. ./real_folders.sh
IFS= read -r staging
IFS= read -r path
IFS= read -r start
[ ! -L "$staging" ] && enter "$staging" || stop "the folder $staging is gone"
umask 077
mkdir -p "${path%/*}" && is_folder "$staging" "$staging/${path%/*}" && [ ! -L "$path" ] &&
  dd of="$path" bs=1048576 seek="$start" conv=notrunc 2> /dev/null ||
  stop "$path cannot be written"
finish
