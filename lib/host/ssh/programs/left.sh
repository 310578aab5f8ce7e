# Checks and clears leftovers of an earlier attempt; the twin of `left_staging.ts`.

sound() ( # whether a staging folder has nothing but folders down to its jobs, and all names of its files
  enter "$1" || exit
  strays=$(find . -maxdepth 3 \( -type l -o -path './*/*' ! -type d \) \
    ! -path './experiments/*/current' 2> /dev/null) && [ -z "$strays" ] || exit
  [ ! -d partials ] || { strays=$(find partials -maxdepth 3 ! -type d 2> /dev/null) && [ -z "$strays" ]; } || exit
  set -- -c '%i %h'
  stat "$@" . > /dev/null 2>&1 || set -- -f '%i %l'
  names=$(find . ! -type d -links +1 -exec stat "$@" {} + 2> /dev/null) || exit
  [ -z "$names" ] || printf '%s\n' "$names" | sort | uniq -c | {
    # shellcheck disable=SC2034 # inode only stands between the two
    while read -r seen inode links; do [ "$seen" = "$links" ] || exit; done
  }
)
clear_staging() { # all but what is to go back to its place, or to be kept; no link is followed
  for path in "$1"/* "$1"/.[!.]* "$1"/..?*; do
    case $path in "$1/replaced") continue ;; esac
    ! there "$path" || remove "$path"
  done
  find "$1/replaced" -maxdepth 2 ! -type d -exec rm -f {} + 2> /dev/null
}
owner() { stat -c %u "$1" 2> /dev/null || stat -f %u "$1"; }
