# Does `Host.read`. After the word come, for some files at a time, a line with a `+` for each file that can
# be read and a `-` for each other one, and with the sizes of the former; then their bytes. At the end
# comes the line `end`. The names are the rest of the input, each ended by a NUL.

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
  *) [ $# = 0 ] || sizes=" $(wc -c "$@" | sed "s/^ *//; s/ .*//" | tr "\n" " ")" ;;
esac
printf "%s%s\n" "$marks" "$sizes"
[ $# = 0 ] || cat "$@"
'
files() { xargs -0 -n 100 sh -c "$some" sh && echo end; }
if [ -n "$packed" ]; then files | ZSTD_NBTHREADS=1 zstd -1 -qc >&3; else files >&3; fi
