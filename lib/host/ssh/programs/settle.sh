# Does `Staging.settle`. The moves come as lines, the last of which is `end`: `exists NAME`, `begun NAME`
# and `newer FILE` (a folder with that file, with that file written since the claim, or with anything
# newer than that stays), `group KIND`, `from FOLDER` (of the staging folder), `into FOLDER` and
# `names A/B/C`; `sync` comes before the run, and `standing RUN` before a link; for the lines about
# records see `record.sh`. Answers pairs of a name and why it was not moved: `appeared`, when something
# unexpected is there; `held`, for the run when jobs were not moved, and for `current` when the run was
# not; `newer` and `begun`, for a folder that is left as it is; `gone`, for one to fill that is not there; `moved`, for a link that names another
# run than before; `unlinked`, for a link to a job that is not there; `unrecorded`, for a job whose
# record could not be written. Then pairs of a later step that failed (see `steps.ts`), and why.

. ./begin.sh
. ./folders.sh
. ./held.sh
. ./current_run.sh
. ./record.sh
. ./fill.sh
IFS= read -r staging
IFS= read -r marker
IFS= read -r keep
IFS= read -r finished
IFS= read -r fsync
IFS= read -r token
moves=$(cat) || stop "the data sent cannot be read"
case $moves in end | *"$newline"end) ;; *) stop "the data sent did not arrive completely" ;; esac
require_held
area=${staging%/*}
enter "$staging" || stop "the folder $staging is gone"
[ -z "$keep" ] || has_room "$area" "${keep%/*}" || stop "${keep%/*} is not a folder"
to_disk() { # the whole file system, where sync knows how; everything elsewhere
  [ -n "$fsync" ] || return 0
  trouble=$(sync -f . 2>&1) && return
  case $trouble in *"rror syncing"*) return 1 ;; esac
  sync
}
# links that came in place of folders: nothing is moved through them
links=
for kind in jobs experiments partials; do
  there $kind || continue
  depth=2
  [ $kind != partials ] || depth=3
  links=$links$(find $kind -maxdepth $depth ! -type d ! -path 'experiments/*/current' 2> /dev/null && echo /) ||
    stop "find cannot tell whether there are links in $staging"
  links=${links%/}
done
[ -z "$links" ] || printf '%s' "$links" | tr '\n' '\0' | xargs -0 rm -f ||
  stop "links in $staging cannot be removed"
was_link() { case "
$links
" in *"
$1
"*) ;; *) return 1 ;; esac }
came_as_link() { # it, or a folder above it
  was_link "$1" || case $1 in */*) came_as_link "${1%/*}" ;; *) return 1 ;; esac
}
trap '' TERM # it has all it needs: the agent lets it end, whatever becomes of the connection
to_disk || stop "the copied data could not be flushed to disk: $trouble"
told() { say "$1" "${trouble%%"$newline"*}"; } # what could not be done after moves: it undoes none of them
left="" unsynced=
failed() { say "$parent/$1" "${2:-it could not be moved}"; left=yes unmoved=$unmoved$parent/$1$newline; }
appeared() { say "$parent/$1" appeared; unmoved=$unmoved$parent/$1$newline; }
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
is_newer() { [ -n "$newer" ] && [ -n "$(find "$1" -newer "$staging/$newer" 2>&1)" ]; } # or it cannot be known
replaceable() { # whether it may give way: a folder, or the link that a job may be
  if [ -L "$1" ]; then case $parent in jobs/*) ;; *) return 1 ;; esac; else [ -d "$1" ]; fi
}
# shellcheck disable=SC3013 # -nt is in every shell that we know of, and in none is another way
has_begun() { [ -e "$1" ] && [ ! "$staging/about.json" -nt "$1" ]; } # since we have claimed the folder
plain() { # whether nothing stands in the way of new names
  [ "$kind" = put ] && [ "$wrong$links$unrecorded" = "$newline" ] || return
  for name do if there "$into/$name"; then return 1; fi; done
}
settle() { # a group: of one kind, from one folder into another; the names are the arguments
  wrong=
  case $parent in jobs/* | links/* | partials/*) ;; *) wrong=${left:+held} ;; esac # a run may only name jobs that are there; current, a run
  case $parent in partials/*) [ ! -L "${into%/*}" ] || wrong="${into%/*} is a link or not a folder" ;; esac
  [ -n "$wrong" ] || [ -d "$into" ] || mkdir -p "$into" 2> /dev/null
  if [ -z "$wrong" ] && { [ -L "$into" ] || [ ! -d "$into" ]; }; then
    wrong="$into is a link or not a folder"
  fi
  tried=
  if plain "$@"; then
    (enter "$staging/$parent" && mv -f "$@" "$into/") 2> /dev/null && return
    tried=yes # it may have moved some of them
  fi
  for name do
    shift
    if [ "$wrong" = held ]; then failed "$name" held
    elif came_as_link "$parent/$name"; then failed "$name" "the archive contains a link where a folder was expected"
    elif ! there "$staging/$parent/$name"; then
      [ -n "$tried" ] && there "$into/$name" || failed "$name" "it is not in the staging folder"
    elif [ -n "$wrong" ]; then failed "$name" "$wrong"
    elif among "${parent#jobs/}/$name" "$unrecorded"; then failed "$name" unrecorded
    elif [ "$kind" = "job link" ] && [ ! -d "$staging/$parent/$name" ]; then failed "$name" unlinked
    elif [ "$kind" = fill ] && ! there "$into/$name"; then failed "$name" gone
    elif [ "$kind" = fill ] && ! had_record "$parent/$name"; then appeared "$name"
    elif [ "$kind" = fill ] && ! is_folder "$into" "$into/$name"; then failed "$name" "$into/$name is not a folder"
    elif ! there "$into/$name"; then set -- "$@" "$name"
    elif [ "$kind" = link ] && [ ! -L "$into/$name" ]; then failed "$name" "$into/$name is not a link"
    elif [ "$kind" = link ] && [ "$(current "$into")" != "$standing" ]; then failed "$name" moved
    elif [ "$kind" = link ]; then set -- "$@" "$name"
    elif [ "$kind" != replace ] && [ "$kind" != fill ]; then appeared "$name"
    elif [ -n "$exists" ] && there "$into/$name/$exists"; then appeared "$name"
    elif ! replaceable "$into/$name"; then failed "$name" "$into/$name is not a folder"
    elif is_newer "$into/$name"; then failed "$name" newer
    elif [ -n "$begun" ] && has_begun "$into/$name/$begun"; then failed "$name" begun
    else set -- "$@" "$name"
    fi
  done
  if [ "$kind" = fill ]; then
    for name do fill_job "$name"; done
    return
  fi
  aside=$staging/replaced/$parent
  if [ "$kind" = replace ]; then
    has_room "$staging" "$aside" && mkdir -p "$aside" || {
      for name do failed "$name" "$aside is not a folder"; done
      return
    }
    move_all "$into" "$aside" "$@"
  fi
  move_all "$staging/$parent" "$into" "$@"
  for name do
    there "$staging/$parent/$name" || continue
    # another copy was faster, just now
    if there "$into/$name" && { [ "$kind" = put ] || [ "$kind" = "job link" ] || there "$aside/$name"; }; then
      appeared "$name"
      continue
    fi
    failed "$name" "$trouble"
    [ "$kind" = replace ] && there "$aside/$name" || continue
    move "$aside/$name" "$into" || # it must not go with the staging folder
      stop "$into/$name could not be replaced or put back; it is in $aside ($trouble)"
  done
}
set -f
IFS=$newline
exists='' begun='' newer=''
mark() {
  if [ -n "$marker" ] && [ -z "$left" ] && ! there "$marker"; then
    trouble=$(touch "$marker" 2>&1) || told marker
  fi
  marker=
}
for line in $moves; do
  rest=${line#* }
  case $line in
    "written "*) asked=$asked$rest.json$newline ;;
    "seen "*) seen=$rest ;;
    "records "*) note "$rest" ;;
    "dropped "*) dropped=$dropped$rest$newline ;;
    "group link") kind="link" && mark ;;
    "group "*) kind=$rest ;;
    "from "*) parent=$rest ;;
    "into "*) into=$rest ;;
    "exists "*) exists=$rest ;;
    "begun "*) begun=$rest ;;
    "newer "*) newer=$rest ;;
    "standing "*) standing=$rest ;;
    "names "*)
      IFS=/
      # shellcheck disable=SC2086 # IFS is a slash
      set -- $rest
      IFS=$newline
      settle "$@"
      exists='' begun='' newer=''
      ;;
    sync) to_disk || { told disk; left=yes unsynced=yes; } ;; # of the jobs
  esac
done
mark
if ! to_disk; then told disk
elif [ -n "$workspace" ] && [ -z "$unsynced" ]; then forget
fi
! there records || trouble=$(remove records 2>&1) || { told staging; left=yes; } # of what could not be noted
put_away() {
  trouble=$({ mkdir -p "${keep%/*}" && ! there "$keep" && mv replaced "$keep"; } 2>&1)
}
if [ -z "$keep" ] || ! is_folder "$staging" "$staging/replaced"; then
  ! there replaced || trouble=$(remove replaced 2>&1) || { told staging; left=yes; }
elif ! put_away && ! put_away; then # once more: somebody may have cleaned up at this moment
  told replaced
  left=yes
fi
if [ "$finished" = yes ] && [ -z "$left" ]; then
  if cd / && trouble=$(remove_staging "$staging" 2>&1); then free "$staging" # the agent's: the claim goes with it
  else told staging
  fi
fi
finish
