/**
 * The programs that a remote host runs: constants of POSIX `sh`. Their data comes on standard
 * input, line by line and then as it may be; what they answer is framed: NUL, a word chosen
 * anew each time, and texts that end with a NUL, the last of them that word and `end`. So nothing that a login
 * script prints is taken for an answer, and no answer cut short for a whole one.
 *
 * @module
 */

import { LINKS_AT_ONCE, UNPACK_ARGUMENTS } from "../../../transport/tar.ts";

/** How every program begins: with the word of its answer, and what it says things by. */
export const BEGIN = `set -u
export LC_ALL=C
exec 3>&1 > /dev/null # what a program prints by itself is no part of the answer
IFS= read -r word
say() { printf '%s\\0' "$@" >&3; }
finish() { say "$word end"; }
meanwhile= # what goes on beside the program; a plain wait would wait for the agent's own, in ksh
join() { [ -z "$meanwhile" ] || wait "$meanwhile"; }
stop() { join; say "" "$word stop" "$1"; exit 0; } # what was under way is no part of it
plain() { [ -f "$1" ] && [ ! -L "$1" ]; }
text() { # a name and what a plain file holds; nothing, where there is none
  plain "$2" || return 0
  [ -r "$2" ] || stop "permission to read $2 is denied"
  say "$1"
  tr '\\000' '\\001' < "$2" >&3 || { say ""; stop "$2 cannot be read to its end"; } # a NUL is no text here either
  say ""
}
enter() { cd -P "$1" 2> /dev/null; } # always by its absolute path
leads_to() { case /\${2%/} in */"$1") ;; *) return 1 ;; esac } # see leadsTo
say "" "$word"
`;

/** The run that the link `current` in an experiment's folder names; one that is gone is none. */
export const CURRENT_RUN = `
current() { # of another link it is the second argument
  [ -L "\${2-$1/current}" ] || return
  link=$(readlink "\${2-$1/current}") || stop "where \${2-$1/current} leads cannot be told"
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
    trouble=$(printf '%s\\n' "$trouble" | grep -v -e ': Cannot change ownership to ' -e ': Exiting with ')
    [ $? -lt 2 ] || trouble="grep failed"
    say "$trouble" ;;
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
