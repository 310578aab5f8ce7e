# What only who holds a staging folder may go on with: `staging` and `token` tell
# which, and by what file. It comes after `real_folders.sh`.

require_held() {
  [ -n "$token" ] && [ -e "$staging.lock/$token" ] ||
    stop "another copy took over $staging because this one stopped responding"
  is_folder "${staging%/*}" "$staging" || stop "the folder $staging is gone"
}
