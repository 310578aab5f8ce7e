# Does `Host.jobs`: answers `TASK/JOB` for all that is in the folders of tasks.

. ./begin.sh
IFS= read -r root
[ -d "$root/jobs" ] || { finish; exit 0; }
enter "$root/jobs" || stop "permission to enter $root/jobs is denied"
for task in . *; do
  [ ! -d "$task" ] || { [ -r "$task" ] && [ -x "$task" ]; } || stop "permission to read $root/jobs/$task is denied"
done
set -- */*
[ "$1" = "*/*" ] || say "$@"
finish
