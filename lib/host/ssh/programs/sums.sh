# Does `Host.sums`. Answers for some files at a time the number of the first, then the SHA-256 of each,
# or `-` when it cannot be read; `none` when no program here can do it. The files are the rest of the
# input, as NUMBER:PATH, each ended by a NUL. Each answer is one short write, so that those of several
# shells do not mix. A process for each file would take a hundred times as long as its sum.

# shellcheck disable=SC2016 # a script of the shells that xargs starts

. ./begin.sh
IFS= read -r root
IFS= read -r together
enter "$root" || stop "permission to enter $root is denied"
nothing=e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855 # the sum of no bytes
how=
if [ "$together" = 1 ]; then set -- "openssl dgst -sha256" sha256sum "shasum -a 256" # the fastest first
else set -- sha256sum "openssl dgst -sha256" "shasum -a 256" # the one that starts fastest
fi
for each do
  case $($each < /dev/null 2> /dev/null) in *$nothing*) how=$each && break ;; esac
done
if [ -z "$how" ]; then
  cat > /dev/null
  say none
  finish
  exit 0
fi
# A name with a newline takes more than a line; and with some names, sha256sum marks the line of the
# sum by a backslash: then each file is read by itself (zsh prints nothing for `echo -`). `read` in
# place of the loop over lines would read each letter by itself.
some='
how=$1
shift
newline="
"
first=${1%%:*} names=$* sums=
set -f
case $names in
  *"$newline"*) ;;
  *) IFS=$newline
    sums=$(set -- $(printf "%s\n" "$@" | sed "s/[0-9]*://"); IFS=" "; $how "$@" 2> /dev/null) || sums= ;;
esac
case $sums in *\\*) sums= ;; esac
[ -n "$sums" ] ||
  sums=$(IFS=" "; for path do $how 2> /dev/null < "${path#*:}" || printf "%s\n" -; done 2> /dev/null)
told= number=0
IFS=$newline
for line in $sums; do
  case $how in
    openssl*) line=${line##*= } ;;
    *) line=${line%% *} ;;
  esac
  told="$told${told:+$newline}$line" number=$((number + 1))
  [ $number = 50 ] || continue
  printf "%s\0" "$first $told"
  first=$((first + number)) told= number=0
done
[ $number = 0 ] || printf "%s\0" "$first $told"
'
processors=$(getconf _NPROCESSORS_ONLN 2> /dev/null || nproc 2> /dev/null || sysctl -n hw.ncpu 2> /dev/null)
[ "${processors:-1}" -le 8 ] 2> /dev/null || processors=8 # others work there, too
parallel=
[ "${processors:-1}" -lt 2 ] || ! printf 'a\0' | xargs -0 -P 2 true 2> /dev/null || parallel="-P $processors"
# shellcheck disable=SC2086 # an option and its value, or none
xargs -0 -n "$together" $parallel sh -c "$some" sh "$how" >&3 || stop "checksums failed: xargs ended with $?"
finish
