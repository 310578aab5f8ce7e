# Checks the folders that things are moved through; removes and moves folders.

. ./real_folders.sh
there() { [ -e "$1" ] || [ -L "$1" ]; }
has_room() { # whether nothing but folders stands there, nor above it; others may make and remove them
  [ ! -L "$2" ] && { [ -d "$2" ] || [ ! -e "$2" ] || [ -d "$2" ]; } && { [ "$1" = "$2" ] || has_room "$1" "${2%/*}"; }
}
remove() { # of a link only itself; the mode of a file is left: it may have a name elsewhere
  rm -rf "$1" 2> /dev/null && return
  find "$1" -type d ! -perm -700 -exec chmod u+rwx {} \; 2> /dev/null
  rm -rf "$1"
}
remove_staging() { # its mark last: what stays of one is not to be trusted
  [ -L "$1" ] || { remove "$1/jobs" && remove "$1/experiments" && remove "$1/partials"; } && remove "$1"
}
trouble=
mode() { stat -c %a "$1" 2> /dev/null || stat -f %Lp "$1"; }
move() { # one; a folder that its owner may not write is opened for it, and closed again
  if [ -L "$1" ] || [ ! -d "$1" ] || [ -w "$1" ]; then trouble=$(mv -f "$1" "$2/" 2>&1); return; fi
  was=$(mode "$1") && chmod u+w "$1" || return
  if trouble=$(mv -f "$1" "$2/" 2>&1); then chmod "$was" "$2/${1##*/}"
  else chmod "$was" "$1"; return 1
  fi
}
