# Checks the folders that things are moved through; the twin of `real_folders.ts`.

is_folder() { # whether one is a folder, and so is each above it, from another on: none is a link
  [ -d "$2" ] && [ ! -L "$2" ] && { [ "$1" = "$2" ] || is_folder "$1" "${2%/*}"; }
}
