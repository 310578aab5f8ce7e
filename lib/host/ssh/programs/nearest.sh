# The part of a path that exists.

existing() { # the nearest folder that is there
  here=$1
  while [ ! -d "$here" ]; do here=${here%/*}; [ -n "$here" ] || here=/; done
}
