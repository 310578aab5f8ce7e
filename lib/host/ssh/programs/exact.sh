# `exact N` passes on so many bytes, and reads no more.

exact() { head -c "$1"; }
[ "$(printf abc | { exact 1 > /dev/null; cat; })" = bc ] || # some read ahead
  exact() { dd bs=1 count="$1" 2> /dev/null; }
