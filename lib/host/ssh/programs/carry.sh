# Does `Staging.carry`: copies the content of a folder into a staged one; answers `lost` when some of it
# could not be copied.

. ./begin.sh
. ./folders.sh
IFS= read -r staging
IFS= read -r old
IFS= read -r new
is_folder "${staging%/*}" "$staging" && enter "$staging" || stop "the folder $staging is gone"
if [ -d "$old" ] && [ ! -L "$old" ] && [ ! -L "${old%/*}" ]; then
  has_room "$staging" "$staging/$new" && mkdir -p "$new" || stop "$staging/$new is not a folder"
  set -- --chmod=Du+w
  [ ! -g "$new" ] || set -- --chmod=Du+w,Dg+s --no-g # of a project: the group is the folder's
  trouble=$("$rsync" -aHS --ignore-existing "$@" --exclude=/jobs --exclude=/.status.json.lock \
    "$old/" "$new/" 2>&1)
  case $? in
    0) ;;
    23) say lost ;;
    *) stop "rsync failed: $trouble" ;;
  esac
fi
finish
