# Does `Staging.carry`: copies into a staged folder what another holds; answers `lost` when there was no
# room for all of it.

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
