# The beginning of every program: reads the word of its answer, and the rsync and the tar of this
# machine (names or paths), and defines how to answer.

set -u
export LC_ALL=C
exec 3>&1 > /dev/null # what a program prints by itself is no part of the answer
IFS= read -r word
IFS= read -r rsync
IFS= read -r tar
# shellcheck disable=SC2088 # as it was written: the shell has no part in it
case $rsync in "~/"*) rsync=${HOME:-}/${rsync#"~/"} ;; esac
# shellcheck disable=SC2088 # the same
case $tar in "~/"*) tar=${HOME:-}/${tar#"~/"} ;; esac
say() { printf '%s\0' "$@" >&3; }
finish() { say "$word end"; }
meanwhile= # what goes on beside the program; a plain wait would wait for the agent's own, in ksh
join() { [ -z "$meanwhile" ] || wait "$meanwhile"; }
stop() { join; say "" "$word stop" "$1"; exit 0; } # what was under way is no part of it
plain() { [ -f "$1" ] && [ ! -L "$1" ]; }
text() { # a name and what a plain file holds; nothing, where there is none
  plain "$2" || return 0
  [ -r "$2" ] || stop "permission to read $2 is denied"
  say "$1"
  tr '\000' '\001' < "$2" >&3 || { say ""; stop "$2 cannot be read to its end"; } # a NUL is no text here either
  say ""
}
# shellcheck disable=SC2164 # who calls it looks at what it answers
enter() { cd -P "$1" 2> /dev/null; } # always by its absolute path
leads_to() { case /${2%/} in */"$1") ;; *) return 1 ;; esac } # see leadsTo
say "" "$word"
