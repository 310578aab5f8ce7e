# Does `Host.read`. After the word come, for some files at a time, a line with a `=`, a `+` for each file
# that can be read and a `-` for each other one, and the sizes of the former; then the bytes of those that
# have no more than so many, where that is limited. A file that changes meanwhile spoils the next line. At
# the end comes the line `end`. As a `text`, it ends as other answers do. The names are the rest of the input, each ended by a NUL.

# shellcheck disable=SC2016 # a script of the shells that xargs starts

. ./begin.sh
IFS= read -r root
IFS= read -r most
IFS= read -r packed
export most
enter "$root" || stop "permission to enter $root is denied"
# Names with a newline cannot stand in a list: these are read each by itself. Some shells know no
# number of ten digits. A list is made anew only where it must be, for that takes long.
some='
newline="
"
is_read() { [ -f "$1" ] && [ -r "$1" ]; }
is_large() {
  [ -n "$most" ] && { [ ${#1} -gt 9 ] || [ "$1" -gt "$most" ]; }
}
case $* in *"$newline"*)
  for path do
    is_read "$path" || { printf "= %s\n" -; continue; }
    size=$(wc -c < "$path") size=${size##* }
    printf "= + %s\n" $size
    is_large $size || cat "$path"
  done
  exit ;;
esac
marks= sizes= large=
for path do if is_read "$path"; then marks=$marks+; else marks=$marks-; fi; done
case $marks in *-*)
  for path do shift; ! is_read "$path" || set -- "$@" "$path"; done ;;
esac
set -f; IFS=$newline
[ $# = 0 ] || sizes=$(wc -c "$@" | sed -n "s|^ *\([0-9]*\) \./.*|\1|p")
printf "= %s" "$marks"
[ -z "$sizes" ] || printf " %s" $sizes
echo
for size in $sizes; do ! is_large $size || large=yes; done
[ -z "$large" ] || for size in $sizes; do path=$1; shift; is_large $size || set -- "$@" "$path"; done
[ $# = 0 ] || cat "$@"
'
files() { xargs -0 -n 500 sh -c "$some" sh && echo end; }
case $packed in
  zstd) files | ZSTD_NBTHREADS=1 zstd -1 -qc >&3 ;;
  text) files | tr '\000' '\001' >&3; say ""; finish ;; # a NUL is no text
  *) files >&3 ;;
esac
