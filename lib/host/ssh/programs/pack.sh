# Does `Host.pack`. After the word comes an archive of folders, one of single entries, or both, each with its
# own options of tar. The exit code tells whether all went well. The rest of the input are the names of the
# entries, or of the folders where no entry is wanted, each ended by a NUL: lines are read byte by byte.

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
names() { if [ -n "$apart" ]; then printf '%s\n' "$folders" | tr '\n' '\0'; else cat; fi; }
pack() {
  code=0
  # shellcheck disable=SC2086 # IFS is a newline, and globbing is off
  [ -z "$whole" ] || names | "$tar" $whole || code=$?
  # shellcheck disable=SC2086 # the same
  [ -z "$apart" ] || "$tar" $apart || code=$?
  return $code
}
[ -n "$packed" ] || { pack >&3; exit; }
code=$({ { pack; echo $? >&4; } | { ZSTD_NBTHREADS=1 zstd -1 -qc >&3 || echo zstd failed >&4; }; } 4>&1)
[ "$code" = 0 ]
