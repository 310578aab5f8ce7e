# Writes and removes records of files left out; the twin of `local/records.ts`. The list of moves
# begins with `written TASK/JOB` for each record in the staging folder, `dropped TASK/JOB` for each record
# to remove at the end, `seen FILE` and `records WORKSPACE`.

newline='
'
workspace= noted= seen= # the folder of records, and a file as old as the latest that was seen
asked=$newline # those that are to be written
stood=$newline unrecorded=$newline dropped= unmoved=$newline # jobs, a line each
among() { case $2 in *"$newline$1$newline"*) ;; *) return 1 ;; esac; }
stands() { # the record of a job
  is_folder "$workspace" "$noted/${1%/*}" && [ -f "$noted/$1.json" ] && [ ! -L "$noted/$1.json" ]
}
# shellcheck disable=SC3013 # see settle.sh
known() { stands "$1" && [ ! "$noted/$1.json" -nt "$staging/$seen" ]; } # by a newer one another copy is at work
mark_dropped() { # shows other copies, by the times of their records, which jobs are about to be whole
  : > "$staging/.noted"
  set --
  for job in $dropped; do
    known "$job" || continue
    stood=$stood$job$newline
    set -- "$@" "$noted/$job.json"
    [ $# -lt 200 ] || { touch -r "$staging/.noted" "$@" 2> /dev/null; set --; }
  done
  [ $# = 0 ] || touch -r "$staging/.noted" "$@" 2> /dev/null
}
note_some() { # from the draft into a folder: each by a rename, what is half written is none
  [ $# -gt 1 ] || return 0
  to=$1
  shift
  trouble=$(mv -f "$@" "$to/" 2>&1) || for name do
    ! there "$name" || unrecorded="$unrecorded$task/$(basename "$name" .json)$newline"
  done
}
note_task() { # the records of one task
  folder=$noted/$task
  has_room "$workspace" "$folder" && trouble=$(mkdir -p "$folder" 2>&1) || folder=
  set --
  # shellcheck disable=SC2045 # IFS is a newline, and globbing is off
  for name in $(ls -A "$draft/jobs/$task"); do
    job=$task/${name%.json}
    if [ -z "$folder" ] || { there "$folder/$name" && ! { [ -f "$folder/$name" ] && [ ! -L "$folder/$name" ]; }; }; then
      unrecorded=$unrecorded$job$newline
      continue
    fi
    ! known "$job" || stood=$stood$job$newline
    set -- "$@" "$draft/jobs/$task/$name"
    [ $# -lt 200 ] || { note_some "$folder" "$@"; set --; }
  done
  note_some "$folder" "$@"
}
note_all() { # those that are in the staging folder
  set --
  # shellcheck disable=SC2044 # IFS is a newline, and none is in a name
  for record in $(find records -type f); do # of an earlier attempt
    among "${record#records/jobs/}" "$asked" || set -- "$@" "$record"
  done
  [ $# = 0 ] || rm -f "$@" || stop "records in $staging cannot be removed"
  find records -type f -exec touch {} + # by the clock of this disk
  has_room "$workspace" "$workspace/.xpm-copy" && ! there "$draft" && mkdir -p "$workspace/.xpm-copy" &&
    trouble=$(mv records "$draft" 2>&1) || return 0
  # shellcheck disable=SC2045 # the same
  for task in $(ls -A "$draft/jobs"); do note_task; done
  remove "$draft"
}
note() { # what jobs of a workspace will lack, before they are moved; the draft is on the disk of the records
  workspace=$1 noted=$1/.xpm-copy/partial/jobs
  draft=$workspace/.xpm-copy/${staging##*/}
  ! is_folder "$workspace" "$workspace/.xpm-copy" || ! there "$draft" || remove "$draft" # of one that was broken off
  mark_dropped
  ! there records || note_all
  for record in $asked; do # whatever went wrong: no job is moved without its record
    job=${record%.json}
    stands "$job" || among "$job" "$unrecorded" || unrecorded=$unrecorded$job$newline
  done
  [ "$asked" = "$newline" ] || [ -z "$fsync" ] || ! enter "$workspace/.xpm-copy" || to_disk || stop "the copied data could not be flushed to disk: $trouble"
  enter "$staging"
}
had_record() { among "${1#jobs/}" "$stood"; } # before this copy: only then anything is added to it
forget() { # the records of jobs that lack nothing any more; one that was written since is another copy's
  set --
  for job in $dropped; do
    record=$noted/$job.json
    # shellcheck disable=SC3013 # see settle.sh
    ! among "jobs/$job" "$unmoved" && among "$job" "$stood" && stands "$job" &&
      [ ! "$record" -nt "$staging/.noted" ] || continue
    set -- "$@" "$record"
    [ $# -lt 200 ] || { trouble=$(rm -f "$@" 2>&1) || told records; set --; }
  done
  [ $# = 0 ] || trouble=$(rm -f "$@" 2>&1) || told records
  ! is_folder "$workspace" "$noted" || (set +f && enter "$noted" && rmdir ./* 2> /dev/null)
  for folder in "$noted" "${noted%/*}" "$workspace/.xpm-copy"; do
    ! is_folder "$workspace" "$folder" || rmdir "$folder" 2> /dev/null
  done
}
