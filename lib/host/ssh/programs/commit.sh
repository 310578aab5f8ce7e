# Does `Staging.commit`: removes the links that name a run, then renames `replaced`, and removes folders
# that are empty now. The links come before an empty line, these folders after it.

. ./begin.sh
. ./real_folders.sh
. ./held.sh
IFS= read -r staging
IFS= read -r token
IFS= read -r run
require_held
enter "$staging" || stop "the folder $staging is gone"
! { [ -e removed ] || [ -L removed ]; } || stop "$staging/removed is in the way"
while IFS= read -r link && [ -n "$link" ]; do
  [ -L "$link" ] && target=$(readlink "$link") || continue
  target=${target%/}
  [ "${target##*/}" = "$run" ] || continue
  rm -f "$link" 2> /dev/null || stop "the link $link cannot be removed"
done
! is_folder "$staging" "$staging/replaced" || mv -f replaced removed 2> /dev/null ||
  stop "$staging/replaced cannot be renamed"
sync -f . 2> /dev/null || sync # what is removed from now on must not come back by half after a power cut
while IFS= read -r folder; do rmdir "$folder" 2> /dev/null; done
finish
