# Does `Host.peek`: answers what wc tells of the files, then their bytes, without what cannot be read.

. ./begin.sh
IFS= read -r root
enter "$root" || { cat > /dev/null; finish; exit 0; }
names=$(cat)
files() { printf '%s\n' "$names" | tr '\n' '\000'; }
say "$(files | xargs -0 wc -c 2> /dev/null)"
files | xargs -0 cat 2> /dev/null | tr '\000' '\001' >&3 # a NUL is no text here
say ""
finish
