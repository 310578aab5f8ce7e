/**
 * The programs that a remote host runs: constants of POSIX `sh`. Their data comes on standard
 * input, line by line and then as it may be; what they answer is framed: NUL, a word chosen
 * anew each time, and texts that end with a NUL, the last of them that word and `end`. So nothing that a login
 * script prints is taken for an answer, and no answer cut short for a whole one.
 *
 * @module
 */

import { MOVE } from "./folder_programs.ts";
import { LINKS_AT_ONCE, UNPACK_ARGUMENTS } from "./pack.ts";

/** How every program begins: with the word of its answer, and what it says things by. */
export const BEGIN = `set -u
export LC_ALL=C
exec 3>&1 > /dev/null # what a program prints by itself is no part of the answer
IFS= read -r word
say() { printf '%s\\0' "$@" >&3; }
finish() { say "$word end"; }
meanwhile= # what goes on beside the program; a plain wait would wait for the agent's own, in ksh
join() { [ -z "$meanwhile" ] || wait "$meanwhile"; }
stop() { join; say "$word stop" "$1"; exit 0; }
plain() { [ -f "$1" ] && [ ! -L "$1" ]; }
content() { { tr '\\000' '\\001' < "$1"; printf '\\0'; } >&3; } # a NUL is no text here either
enter() { cd -P "$1" 2> /dev/null; } # always by its absolute path
leads_to() { case /\${2%/} in */"$1") ;; *) return 1 ;; esac } # see leadsTo
say "" "$word"
`;

/** The run that the link `current` in an experiment's folder names; one that is gone is none. */
export const CURRENT_RUN = `
current() { # of another link it is the second argument
  [ -L "\${2-$1/current}" ] || return
  link=$(readlink "\${2-$1/current}")
  link=\${link%/} link=\${link##*/}
  case $link in "" | .* | -*) return ;; esac
  [ -d "$1/$link" ] && [ ! -L "$1/$link" ] && printf '%s\\n' "$link"
}
`;

/** Does {@linkcode Host.pack}: after the word comes the archive; its code tells whether all went well. */
export const PACK = BEGIN + `
IFS= read -r root
IFS= read -r packed
set --
while IFS= read -r option && [ -n "$option" ]; do set -- "$@" "$option"; done
enter "$root" || exit 1
[ -n "$packed" ] || exec tar "$@" >&3
code=$({ { tar "$@"; echo $? >&4; } | { ZSTD_NBTHREADS=1 zstd -1 -qc >&3 || echo zstd failed >&4; }; } 4>&1)
[ "$code" = 0 ]
`;

/**
 * Does {@linkcode Host.unpack}, and leaves `.unverified`; answers what tar complained of, but for groups that the user is not
 * in: rsync does not set these either.
 */
export const UNPACK = BEGIN + `
IFS= read -r staging
IFS= read -r packed
IFS= read -r ours
[ ! -L "$staging" ] && enter "$staging" || stop "the folder $staging is gone"
for path in jobs jobs/* jobs/*/* experiments experiments/* experiments/*/* replaced replaced/*; do
  case $path in experiments/*/current) continue ;; esac
  [ ! -L "$staging/$path" ] || stop "$staging/$path is a link: nothing is written through it"
done
[ -e .unverified ] || (set -C && : > .unverified) || stop "$staging cannot be written"
unpack() { tar \${ours:+${LINKS_AT_ONCE}} ${UNPACK_ARGUMENTS.join(" ")}; }
if [ -z "$packed" ]; then trouble=$(unpack 2>&1)
else trouble=$({ { zstd -dqc || echo zstd failed >&2; } | unpack; } 2>&1)
fi
status=$?
case $status$trouble in [02]*"zstd failed"*) status=1 ;; esac # tar does not tell where it was cut short
case $status in
  0) ;;
  2)
    [ -n "$trouble" ] || trouble="tar failed"
    say "$(printf '%s\\n' "$trouble" | grep -v -e ': Cannot change ownership to ' -e ': Exiting with ')" ;;
  1) say "tar failed" ;;
  *) exit 1 ;; # who was killed may have left others at work
esac
finish
`;

/** Does {@linkcode Host.discard}. */
export const DISCARD = BEGIN + `
IFS= read -r staging
[ ! -L "$staging" ] && enter "$staging" || stop "the folder $staging is gone"
inside() { # whether no folder on the way to a path is a link
  case $1 in */*) [ ! -L "\${1%/*}" ] && inside "\${1%/*}" ;; esac
}
folders=$(while IFS= read -r path; do inside "$path" && printf '%s\\n' "$path"; done)
gone() { printf '%s\\n' "$folders" | tr '\\n' '\\0' | xargs -0 "$@" 2> /dev/null; }
open() { gone sh -c 'find "$@" -type d ! -perm -700 -exec chmod u+rwx {} \\;' sh; }
gone rm -rf || { open; gone rm -rf; } || stop "$staging could not be cleared"
finish
`;

/**
 * Does {@linkcode Host.settle}. What to move stands at the end of the archive, as `.moves`: tar does
 * not tell of an archive that ends too early, and then there is none. It has lines
 * `newer FILE` (what is newer than that stays), `group KIND`, `from FOLDER` (of the staging folder), `into FOLDER` and `names A/B/C`; a line
 * `sync` comes before the run, and `standing RUN` before a link. Answers pairs of a name and why it
 * could not be moved: `appeared`, when something is there that was not expected; `held`, for the run
 * when jobs could not, and for `current` when the run could not; `newer`, for
 * what is not to be replaced; `moved`, for a link that names another run than it did.
 */
export const SETTLE = BEGIN + MOVE + CURRENT_RUN + `
IFS= read -r staging
IFS= read -r old
IFS= read -r new
IFS= read -r marker
IFS= read -r keep
IFS= read -r finished
IFS= read -r fsync
IFS= read -r token
IFS= read -r overwrite
[ -n "$token" ] && [ -e "$staging.lock/$token" ] ||
  stop "another copy has taken over $staging, for this one gave no sign of life"
area=\${staging%/*}
is_folder "$area" "$staging" && enter "$staging" || stop "the folder $staging is gone"
[ -z "$keep" ] || has_room "$area" "\${keep%/*}" || stop "\${keep%/*} is no folder"
! there .moves || remove .moves # of one that was broken off
to_disk() { # the whole file system, where sync knows how; everything elsewhere
  [ -n "$fsync" ] || return 0
  trouble=$(sync -f . 2>&1) && return
  case $trouble in *"rror syncing"*) stop "what was copied did not reach the disk: $trouble" ;; esac
  sync
}
# what came as a link in place of a folder: nothing is written through it
links=$(find jobs experiments -maxdepth 2 ! -type d ! -path 'experiments/*/current' 2> /dev/null)
[ -z "$links" ] || printf '%s\\n' "$links" | tr '\\n' '\\0' | xargs -0 rm -f
lost=
if [ -n "$old" ] && [ ! -L "$old" ] && [ ! -L "\${old%/*}" ] &&
  is_folder "$staging" "$staging/$new"; then
  trouble=$(rsync -aHS --ignore-existing --chmod=Du+w --exclude=/jobs --exclude=/.status.json.lock \\
    "$old/" "$new/" 2>&1)
  case $? in
    0) ;;
    23) lost="what only the one that stands there holds could not be kept" ;;
    *) stop "rsync failed: $trouble" ;;
  esac
fi
was_link() { case "
$links
" in *"
$1
"*) ;; *) return 1 ;; esac }
came_as_link() { # it, or a folder above it
  was_link "$1" || case $1 in */*) came_as_link "\${1%/*}" ;; *) return 1 ;; esac
}
set --
[ -z "$overwrite" ] || set -- --overwrite
trouble=$(tar -xpf - --no-same-owner "$@" 2>&1) || stop "tar failed: $trouble"
[ -f .moves ] || stop "what was sent did not arrive whole"
trap '' TERM # it has all it needs: the agent lets it end, whatever becomes of the connection
to_disk
left=
failed() { say "$parent/$1" "\${2:-it could not be moved}"; left=yes; }
move_all() { # names from one folder to another, those that are there
  here=$1 to=$2
  shift 2
  for name do
    shift
    there "$here/$name" && set -- "$@" "$here/$name"
  done
  [ $# -gt 0 ] || return 0
  trouble=$(mv -f "$@" "$to/" 2>&1) && return
  for from do there "$from" && move "$from" "$to"; done
}
written() { [ -n "$newer" ] && [ -n "$(find "$1" -newer "$staging/$newer" 2>&1)" ]; } # or it cannot be known
replaceable() { # whether it may give way: a folder, or the link that a job may be
  if [ -L "$1" ]; then case $parent in jobs/*) ;; *) return 1 ;; esac; else [ -d "$1" ]; fi
}
begun() { [ -e "$1" ] && [ ! "$staging/about.json" -nt "$1" ]; } # since we have claimed the folder
plain() { # whether nothing stands in the way of new names
  [ "$kind" = put ] && [ -z "$wrong$lost$links" ] || return
  for name do if there "$into/$name"; then return 1; fi; done
}
settle() { # a group: of one kind, from one folder into another; the names are the arguments
  task=\${into##*/} wrong=
  case $parent in jobs/*) ;; *) wrong=\${left:+held} ;; esac # a run may only name jobs that are there; current, a run
  [ -n "$wrong" ] || [ -d "$into" ] || mkdir -p "$into" 2> /dev/null
  if [ -z "$wrong" ] && { [ -L "$into" ] || [ ! -d "$into" ]; }; then
    wrong="$into is a link or no folder"
  fi
  tried=
  if plain "$@"; then
    (enter "$staging/$parent" && mv -f "$@" "$into/") 2> /dev/null && return
    tried=yes # it may have moved some of them
  fi
  for name do
    shift
    if [ "$wrong" = held ]; then failed "$name" held
    elif came_as_link "$parent/$name"; then failed "$name" "it came as a link"
    elif ! there "$staging/$parent/$name"; then
      [ -n "$tried" ] && there "$into/$name" || failed "$name" "it is not in the staging folder"
    elif [ -n "$wrong" ]; then failed "$name" "$wrong"
    elif [ -n "$lost" ] && [ "$parent/$name" = "$new" ]; then failed "$name" "$lost"
    elif ! there "$into/$name"; then set -- "$@" "$name"
    elif [ "$kind" = link ] && [ ! -L "$into/$name" ]; then failed "$name" "$into/$name is no link"
    elif [ "$kind" = link ] && [ "$(current "$into")" != "$standing" ]; then failed "$name" moved
    elif [ "$kind" = link ]; then set -- "$@" "$name"
    elif [ "$kind" = put ] || there "$into/$name/\${task##*.}.done"; then say "$parent/$name" appeared
    elif ! replaceable "$into/$name"; then failed "$name" "$into/$name is no folder"
    elif written "$into/$name"; then failed "$name" newer
    elif begun "$into/$name/\${task##*.}.pid"; then failed "$name" "it has begun to run there"
    else set -- "$@" "$name"
    fi
  done
  aside=$staging/replaced/$parent
  if [ "$kind" = replace ]; then
    has_room "$staging" "$aside" && mkdir -p "$aside" || {
      for name do failed "$name" "$aside is no folder"; done
      return
    }
    move_all "$into" "$aside" "$@"
  fi
  move_all "$staging/$parent" "$into" "$@"
  for name do
    there "$staging/$parent/$name" || continue
    # another copy was faster, just now
    if there "$into/$name" && { [ "$kind" = put ] || there "$aside/$name"; }; then
      say "$parent/$name" appeared
      continue
    fi
    failed "$name" "$trouble"
    [ "$kind" = replace ] && there "$aside/$name" || continue
    move "$aside/$name" "$into" || # it must not go with the staging folder
      stop "$into/$name could not be replaced, nor put back: it is in $aside ($trouble)"
  done
}
set -f
newline='
'
IFS=$newline
newer=
mark() {
  [ -z "$marker" ] || [ -n "$left" ] || there "$marker" || touch "$marker"
  marker=
}
for line in $(cat .moves); do
  rest=\${line#* }
  case $line in
    "group link") kind=link && mark ;;
    "group "*) kind=$rest ;;
    "from "*) parent=$rest ;;
    "into "*) into=$rest ;;
    "newer "*) newer=$rest ;;
    "standing "*) standing=$rest ;;
    "names "*)
      IFS=/
      set -- $rest
      IFS=$newline
      settle "$@"
      newer=
      ;;
    sync) to_disk ;; # of the jobs
  esac
done
rm -f .moves
mark
to_disk
put_away() {
  trouble=$({ mkdir -p "\${keep%/*}" && ! there "$keep" && mv replaced "$keep"; } 2>&1)
}
if [ -z "$keep" ] || ! is_folder "$staging" "$staging/replaced"; then ! there replaced || remove replaced
elif ! put_away && ! put_away; then # once more: somebody may have cleaned up at this moment
  stop "what was replaced is still in $staging/replaced: $trouble"
fi
if [ "$finished" = yes ] && [ -z "$left" ]; then
  cd / && remove "$staging"
fi
finish
`;
