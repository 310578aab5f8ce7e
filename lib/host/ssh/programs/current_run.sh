# The run that the link `current` in an experiment's folder names, if that run exists.

current() { # of another link it is the second argument
  [ -L "${2-$1/current}" ] || return
  link=$(readlink "${2-$1/current}") || stop "the link ${2-$1/current} cannot be read"
  link=${link%/} link=${link##*/}
  case $link in "" | .* | -*) return ;; esac
  [ -d "$1/$link" ] && [ ! -L "$1/$link" ] && printf '%s\n' "$link"
}
