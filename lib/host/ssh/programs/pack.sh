# Does `Host.pack`: after the word comes the archive; its code tells whether all went well.

. ./begin.sh
IFS= read -r root
IFS= read -r packed
set --
while IFS= read -r option && [ -n "$option" ]; do set -- "$@" "$option"; done
enter "$root" || exit 1
[ -n "$packed" ] || exec tar "$@" >&3
code=$({ { tar "$@"; echo $? >&4; } | { ZSTD_NBTHREADS=1 zstd -1 -qc >&3 || echo zstd failed >&4; }; } 4>&1)
[ "$code" = 0 ]
