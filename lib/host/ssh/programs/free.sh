# Gives up a claim, in the agent.

. ./begin.sh
IFS= read -r gone
for staging do
  shift
  [ "$staging" = "$gone" ] || set -- "$@" "$staging"
done
free "$gone"
finish
