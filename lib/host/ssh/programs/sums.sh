# Does `Host.sums`. Answers for each file its number and its SHA-256, or `-` when it cannot be read; `none`
# when no program here can do it. The files are the rest of the input, as NUMBER:PATH, each ended by a
# NUL. Each answer is one short write, so that those of several shells do not mix.

# shellcheck disable=SC2016 # a script of the shells that xargs starts

. ./begin.sh
IFS= read -r root
IFS= read -r together
enter "$root" || stop "permission to enter $root is denied"
nothing=e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855 # the sum of no bytes
how=
for each in "openssl dgst -sha256" sha256sum "shasum -a 256"; do # the first is the fastest
  case $($each < /dev/null 2> /dev/null) in *$nothing*) how=$each && break ;; esac
done
if [ -z "$how" ]; then
  cat > /dev/null
  say none
  finish
  exit 0
fi
some='
set -f
how=$1
shift
newline="
"
names=$* numbers= sums=
for each do
  shift
  numbers="$numbers ${each%%:*}"
  set -- "$@" "${each#*:}"
done
hex() { case $how in openssl*) hex=${1##*= } ;; *) hex=${1%% *} ;; esac; }
case $names in
  *"$newline"* | *\\*) ;; # such a name takes more than a line, or has another form there
  *) sums=$($how "$@" 2> /dev/null) || sums= ;;
esac
all=$#
for path do
  if [ -n "$sums" ]; then
    line=${sums%%"$newline"*}
    sums=${sums#*"$newline"}
  else line=$($how < "$path" 2> /dev/null) || line=-
  fi
  hex "$line"
  number=${numbers# } number=${number%% *}
  numbers=${numbers# } numbers=${numbers#* }
  set -- "$@" "$number $hex"
done
shift "$all"
printf "%s\0" "$@"
'
processors=$(getconf _NPROCESSORS_ONLN 2> /dev/null || nproc 2> /dev/null || sysctl -n hw.ncpu 2> /dev/null)
[ "${processors:-1}" -le 8 ] 2> /dev/null || processors=8 # others work there, too
parallel=
[ "${processors:-1}" -lt 2 ] || ! printf 'a\0' | xargs -0 -P 2 true 2> /dev/null || parallel="-P $processors"
# shellcheck disable=SC2086 # an option and its value, or none
xargs -0 -n "$together" $parallel sh -c "$some" sh "$how" >&3 || stop "checksums failed: xargs ended with $?"
finish
