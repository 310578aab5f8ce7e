# Does `Host.pack`. After the word comes an archive of folders, one of single entries, or both, each made
# with its own options of tar. The exit code tells whether all went well. The names of single entries
# are the rest of the input, each ended by a NUL.

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
