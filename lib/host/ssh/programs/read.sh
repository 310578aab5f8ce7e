# Does `Host.read`: after the word comes, of some files at a time, a line with a `+` for each that can
# be read and a `-` for each other one, and with the sizes of the former, then their bytes; in the end
# the line `end`. The files are named to the end of its input, with NULs.

# shellcheck disable=SC2016 # a script of the shells that xargs starts

. ./begin.sh
IFS= read -r root
IFS= read -r packed
enter "$root" || exit 1
some='
newline="
"
marks= sizes=
names=$*
for path do
  shift
  if [ -f "$path" ] && [ -r "$path" ]; then
    marks=$marks+
    set -- "$@" "$path"
  else marks=$marks-
  fi
done
case $names in
  *"$newline"*) for path do sizes="$sizes $(wc -c < "$path" | tr -d " ")"; done ;;
  *) [ $# = 0 ] || sizes=" $(wc -c "$@" | { while read -r size name; do printf "%s " "$size"; done; })" ;;
esac
printf "%s%s\n" "$marks" "$sizes"
[ $# = 0 ] || cat "$@"
'
files() { xargs -0 -n 100 sh -c "$some" sh && echo end; }
if [ -n "$packed" ]; then files | ZSTD_NBTHREADS=1 zstd -1 -qc >&3; else files >&3; fi
