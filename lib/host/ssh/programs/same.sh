# Does `RelayEnd.holds`: answers `yes` when a claim was made on this machine. The name of its file has the
# machine's name: by a disk that two machines share, both see the file.

. ./begin.sh
IFS= read -r file
# shellcheck disable=SC2154 # the agent's
case ${file##*/} in
  "shell:$host:"*) [ ! -e "$file" ] || say yes ;;
esac
finish
