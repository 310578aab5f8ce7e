# Answers `RelayEnd.holds`: `yes` when a claim was made on this machine. Its file tells by its name
# where that was; by a disk that two machines share it is in sight of both.

. ./begin.sh
IFS= read -r file
# shellcheck disable=SC2154 # the agent's
case ${file##*/} in
  "shell:$host:"*) [ ! -e "$file" ] || say yes ;;
esac
finish
