# Does `Staging.unpack`, after making `.unverified` if that is wanted. Answers the error messages of tar,
# except those about groups that the user is not in: rsync does not set these either.

. ./begin.sh
IFS= read -r staging
IFS= read -r packed
IFS= read -r ours
IFS= read -r gnu
IFS= read -r mark
[ ! -L "$staging" ] && enter "$staging" || stop "the folder $staging is gone"
for path in jobs jobs/* jobs/*/* experiments experiments/* experiments/*/* \
  partials partials/* partials/*/* partials/*/*/* replaced replaced/*; do
  case $path in experiments/*/current) continue ;; esac
  [ ! -L "$staging/$path" ] || stop "$staging/$path is a link: nothing is written through it"
done
[ -z "$mark" ] || [ -e .unverified ] || (set -C && : > .unverified) || [ -e .unverified ] ||
  stop "$staging cannot be written"
unpack() {
  if [ -n "$gnu" ]; then "$tar" ${ours:+-P} -b 128 -xpf - --same-owner; else "$tar" -xpf -; fi
}
if [ -z "$packed" ]; then trouble=$(unpack 2>&1)
else trouble=$({ { zstd -dqc || echo zstd failed >&2; } | unpack; } 2>&1)
fi
status=$?
case $status$trouble in [02]*"zstd failed"*) status=1 ;; esac # tar does not tell where it was cut short
case $status in
  0) ;;
  2)
    [ -n "$trouble" ] || trouble="tar failed"
    trouble=$(printf '%s\n' "$trouble" | grep -v -e ': Cannot change ownership to ' -e ': Exiting with ')
    [ $? -lt 2 ] || trouble="grep failed"
    say "$trouble" ;;
  1) say "${trouble:-tar failed}" ;;
  *) exit 1 ;; # who was killed may have left others at work
esac
finish
