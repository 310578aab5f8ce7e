# Does `Host.pack`: after the word comes the archive, or one of folders and one of things by themselves,
# each made with options of its own; its code tells whether all went well. What is packed by itself is
# named to the end of its input, with NULs.

. ./begin.sh
IFS= read -r root
IFS= read -r packed
lines() { while IFS= read -r line && [ -n "$line" ]; do printf '%s\n' "$line"; done; }
whole=$(lines)
apart=$(lines)
folders=$(lines)
enter "$root" || exit 1
set -f
IFS='
'
pack() {
  code=0
  # shellcheck disable=SC2086 # IFS is a newline, and globbing is off
  [ -z "$whole" ] || printf '%s\n' "$folders" | tr '\n' '\0' | "$tar" $whole || code=$?
  # shellcheck disable=SC2086 # the same
  [ -z "$apart" ] || "$tar" $apart || code=$?
  return $code
}
[ -n "$packed" ] || { pack >&3; exit; }
code=$({ { pack; echo $? >&4; } | { ZSTD_NBTHREADS=1 zstd -1 -qc >&3 || echo zstd failed >&4; }; } 4>&1)
[ "$code" = 0 ]
