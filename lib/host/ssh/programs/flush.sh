# Does `Host.flush`: brings the file systems of some folders to the disk; everything, where sync does not
# know how.

. ./begin.sh
while IFS= read -r folder && [ -n "$folder" ]; do
  trouble=$(sync -f "$folder" 2>&1) && continue
  case $trouble in *"rror syncing"*) stop "$folder could not be flushed to disk: $trouble" ;; esac
  sync
done
finish
