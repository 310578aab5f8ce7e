/**
 * The scripts with which a shell completes command lines. They are short: they ask the program
 * itself, which answers with a line for each word, and its meaning after a tab. Where it has
 * nothing to say, the shell completes names of files.
 *
 * @module
 */

import type { Shell } from "./command_table.ts";

const BASH = `\
# Completes xpm-copy in bash. Put into ~/.bashrc:
#   eval "$(xpm-copy completions bash)"
_xpm_copy() {
  local line=\${COMP_LINE:0:COMP_POINT} words word before reply
  read -ra words <<<"$line"
  [[ $line == *[[:space:]] ]] && words+=("")
  word=\${words[\${#words[@]}-1]}
  before=\${word%"$2"} # bash takes what follows a = or a : for a word of its own
  [[ $2 == [=:] ]] && before=$word
  COMPREPLY=()
  while IFS=$'\\t' read -r reply _; do
    COMPREPLY+=("\${reply#"$before"}")
  done < <(xpm-copy completions bash -- "\${words[@]:1}" 2>/dev/null)
}
complete -o bashdefault -o default -F _xpm_copy xpm-copy
`;

const ZSH = `\
#compdef xpm-copy
# Completes xpm-copy in zsh. Put into ~/.zshrc, after compinit:
#   eval "$(xpm-copy completions zsh)"
_xpm_copy() {
  local -a values texts
  local value text
  while IFS=$'\\t' read -r value text; do
    values+=("$value")
    texts+=("\${value}\${text:+  -- }\${text}")
  done < <(xpm-copy completions zsh -- "\${(Q@)words[2,CURRENT]}" 2>/dev/null)
  if ((\${#values})); then
    compadd -l -d texts -a values
  else
    _files
  fi
}
compdef _xpm_copy xpm-copy
`;

const FISH = `\
# Completes xpm-copy in fish. Put into ~/.config/fish/config.fish:
#   xpm-copy completions fish | source
function __xpm_copy
    set -l words (commandline -opc)
    set -l found (xpm-copy completions fish -- $words[2..] (commandline -ct) 2>/dev/null)
    if set -q found[1]
        printf '%s\\n' $found
    else
        __fish_complete_path (commandline -ct)
    end
end
complete -c xpm-copy -f -k -a '(__xpm_copy)'
`;

/** The script for each shell. */
export const COMPLETIONS: Readonly<Record<Shell, string>> = { bash: BASH, zsh: ZSH, fish: FISH };
