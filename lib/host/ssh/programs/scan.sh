# Does `Host.scan`. Answers for each folder `/`, its kind, size, blocks, time, mode and path; for each
# entry in it the same without `/`, with the path in that folder. For a file with hard links, `@` and
# its device and inode follow the blocks. Each is followed by the target of a link, which is empty for
# other entries. A job that could not be scanned is answered as `u`, followed by the reason. After
# `links` come the folders that are links, and the folders above them that are: name, target, real path.

# shellcheck disable=SC2016 # scripts of the shells that xargs starts

. ./begin.sh
below='%y%s %b %T@ %m %P\0%l\0' # what a find that can, GNU's, tells of what is below a folder
twice='%y%s %b@%D.%i %T@ %m %P\0%l\0' # of such a file that has other names
self='/%y%s %b %T@ %m %p\0%l\0' # of the folder
own='! -path "./*/*/*/*" -o -path "./partials/*" ! -path "./partials/*/*/*/*"' # a folder itself
deepest=2050 # below so many folders, one in another, each path is longer than any may be
export below twice self deepest
# a find that could not look at something says so and ends with 1; any other end is told
end='ended=$?; [ $ended -lt 2 ] || echo "find: ended with $ended" >&2; exit $ended'
IFS= read -r mode
IFS= read -r root
enter "$root" || stop "permission to enter $root is denied"
folders=$(cat)
told=$(find . -maxdepth 0 -printf "$self$below$twice" 2> /dev/null | tr '\000' ' ' |
  dd bs=4096 count=1 2> /dev/null) # it may tell without end
case $told in
  "/d"[0-9]*" "[0-9]*" "[0-9]*" "[0-7]*" .  d"[0-9]*" "[0-9]*" "[0-9]*" "[0-7]*"   d"[0-9]*"@"[0-9]*.[0-9]*" "[0-9]*" "[0-7]*"   "*)
    every() {
      xargs -0 sh -c 'find -H "$@" -maxdepth "$deepest" \
        \( \( '"$own"' \) -printf "$self" -o -type f -links +1 -printf "$twice" \
        -o -printf "$below" \); '"$end" sh
    }
    states() { # of jobs what is right in them, and of that the markers
      xargs -0 sh -c 'find -H "$@" \( -path "./jobs/*/*/*" \
        \( -type d -prune , \( -name "*.done" -o -name "*.failed" -o -name "*.pid" \) -printf "$below" \) \
        -o \( '"$own"' \) -printf "$self" -o ! -path "./jobs/*" -printf "$below" \); '"$end" sh
    }
    ;;
  *)
    all_told() {
      case $1 in [0-9]*" "[0-9]*" "[0-9]*"@"[0-9]*.[0-9]*" "[0-9]*" "[0-7]*) ;; *) return 1 ;; esac
    }
    gnu='%h %s %b@%d.%i %Y %a' bsd='%l %z %b@%d.%i %m %Lp'
    if all_told "$(stat -c "$gnu" . 2> /dev/null)"; then stat='-c "'$gnu'"'
    elif all_told "$(stat -f "$bsd" . 2> /dev/null)"; then stat='-f "'$bsd'"'
    else stop "neither find nor stat there can report sizes and times"
    fi
    # what has gone, or has too long a name, counts as empty
    describe='for path do
      case $path in
        ./partials/*/*/*/*) shown=${path#./*/*/*/*/} lead= ;;
        ./partials/*) shown=$path lead=/ ;;
        ./*/*/*/*) shown=${path#./*/*/*/} lead= ;;
        *) shown=$path lead=/ ;;
      esac
      target= options= kind=o
      if [ -L "$path" ] && [ -z "$lead" ]; then
        if target=$(readlink "$path" && printf .); then kind=l target=${target%??}; else target=; fi
      elif [ -d "$path" ]; then kind=d options=-L
      elif [ -f "$path" ]; then kind=f options=-L
      fi
      info=$(stat $options '"$stat"' "$path" 2> /dev/null || echo 1 0 0@ 0 0)
      names=${info%% *} info=${info#* }
      case $kind$names in f1 | [!f]*) info="${info%%@*} ${info#*@* }" ;; esac
      printf "%s%s%s %s\\0%s\\0" "$lead" "$kind" "$info" "$shown" "$target"
    done'
    every() {
      xargs -0 sh -c 'do=$1; shift
        find -H "$@" -maxdepth "$deepest" -exec sh -c "$do" sh {} +; '"$end" sh "$describe"
    }
    states() {
      xargs -0 sh -c 'do=$1; shift
        find -H "$@" -path "./jobs/*/*/*/*" -prune -o -path "./jobs/*/*/*" ! -name "*.done" \
          ! -name "*.failed" ! -name "*.pid" -prune -o -exec sh -c "$do" sh {} +; '"$end" sh "$describe"
    }
    ;;
esac
set -f
IFS='
'
unseen() { say "/u0 0 0 0 $1" "$2"; } # a job that could not be looked at, and why
look() { # at some folders, by every or states
  complaints=$({ printf '%s\n' "$2" | tr '\n' '\0' | "$1" >&3; } 2>&1)
  ended=$?
  case $ended:$complaints in
    0:* | 1:?* | 123:?*) ;; # as xargs tells that a find complained
    *) stop "find failed: ${complaints:-xargs ended with $ended}" ;;
  esac
  for line in $complaints; do
    case $line in
      *[\ \']./.xpm-copy/*": Permission denied") stop "permission to read $root/.xpm-copy is denied" ;;
    esac
    case ${line##*: } in # what is closed or gone is passed over: who copies it will name it
      "Permission denied" | "Operation not permitted" | "No such file or directory") continue ;;
      "Not a directory" | "Too many levels of symbolic links" | "File name too long") continue ;;
    esac
    for folder in $folders; do
      case $folder:$line in
        ./jobs/*:*[\ \']"$folder"[/:\']* | ./partials/*:*[\ \']"$folder"[/:\']*) unseen "$folder" "${line##*: }" && continue 2 ;;
      esac
    done
    stop "find failed: $line"
  done
}
known() { # of a job without a process its markers tell all: no size, no time; the others are left
  rest=
  set --
  for folder in $folders; do
    job=${folder%/*} job=$folder/${job##*[./]}
    case $folder in ./jobs/*)
      if [ ! -d "$folder" ]; then [ -e "$folder" ] || [ -L "$folder" ] || continue
      elif [ ! -x "$folder" ]; then
        unseen "$folder" "permission to enter it is denied"
        continue
      elif [ ! -e "$job.pid" ]; then
        set -- "$@" "/d0 0 0 755 $folder" ""
        for marker in "done" failed; do
          [ ! -e "$job.$marker" ] || set -- "$@" "f0 0 0 644 ${job##*/}.$marker" ""
        done
        [ $# -lt 16 ] || { say "$@"; set --; } # each write costs a packet of ssh's
        continue
      elif [ ! -r "$folder" ]; then
        unseen "$folder" "permission to read it is denied"
        continue
      fi ;;
    esac
    rest="$rest$folder
"
  done
  [ $# = 0 ] || say "$@"
  [ -z "$rest" ] || look states "${rest%
}"
}
if [ "$mode" = states ]; then known; else look every "$folders"; fi
for folder in $folders; do # in what may not be entered nothing is missing
  above=${folder%/*}
  [ -d "$above" ] && [ ! -x "$above" ] || continue
  case $folder in
    ./jobs/* | ./partials/*) unseen "$folder" "permission to enter $root/${above#./} is denied" ;;
    *) stop "permission to enter $root/${above#./} is denied" ;;
  esac
done
say links
link() {
  [ -L "$1" ] || return 0
  target=$(readlink "$1") || { [ -L "$1" ] || return 0; stop "the link $1 cannot be read"; }
  say "$1" "$target" "$(enter "$root/$1" && pwd -P)"
}
above=
for folder in $folders; do
  link "$folder"
  [ "$above" != "${folder%/*}" ] || continue
  above=${folder%/*}
  link "$above"
  case $folder in ./partials/*) link "${above%/*}" ;; esac
done
finish
