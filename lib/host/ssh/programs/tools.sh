# Answers which programs of a copy are there, and which letters rsync has in its server command by
# how it was built: see relay.ts.

first() { "$@" 2> /dev/null | { IFS= read -r line && printf '%s' "$line"; }; }
tell_tools() {
  said=$("$rsync" --version 2> /dev/null)
  built=
  case $said in *"no symtimes"*) ;; *symtimes*) built=L ;; esac
  case $said in *"no iconv"*) ;; *iconv*) built=${built}s ;; esac
  say rsync "${said%%
*}" built "$built" tar "$(first "$tar" --version)" zstd "$(command -v zstd)"
}
