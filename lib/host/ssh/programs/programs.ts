/**
 * The programs that a remote host runs: constants of POSIX `sh`. Their data comes on standard
 * input, line by line and then as it may be; what they answer is framed: NUL, a word chosen
 * anew each time, and texts that end with a NUL, the last of them that word and `end`. So nothing
 * that a login script prints is taken for an answer, and no answer cut short for a whole one.
 *
 * Made by `deno task programs` of the `.sh` files of this folder: change those.
 *
 * @module
 */

// deno-fmt-ignore-file

/** The beginning of every program. */
const BEGIN = `set -u
export LC_ALL=C
exec 3>&1 > /dev/null
IFS= read -r word
IFS= read -r rsync
IFS= read -r tar
case $rsync in "~/"*) rsync=\${HOME:-}/\${rsync#"~/"} ;; esac
case $tar in "~/"*) tar=\${HOME:-}/\${tar#"~/"} ;; esac
say() { printf '%s\\0' "$@" >&3; }
finish() { say "$word end"; }
meanwhile=
join() { [ -z "$meanwhile" ] || wait "$meanwhile"; }
stop() { join; say "" "$word stop" "$1"; exit 0; }
plain() { [ -f "$1" ] && [ ! -L "$1" ]; }
text() {
plain "$2" || return 0
[ -r "$2" ] || stop "permission to read $2 is denied"
say "$1"
tr '\\000' '\\001' < "$2" >&3 || { say ""; stop "$2 cannot be read to its end"; }
say ""
}
enter() { cd -P "$1" 2> /dev/null; }
leads_to() { case /\${2%/} in */"$1") ;; *) return 1 ;; esac }
say "" "$word"`;

/** `exact N` passes on so many bytes, and reads no more. */
const EXACT = `exact() { head -c "$1"; }
[ "$(printf abc | { exact 1 > /dev/null; cat; })" = bc ] ||
exact() { dd bs=1 count="$1" 2> /dev/null; }`;

/** The shell of a session. */
export const AGENT = `${BEGIN}
${EXACT}
host=$(uname -n)
say "$host"
finish
own=$word token=
follows=
unused=".unverified
about.json"
free() {
[ -d "$1.lock" ] || return 0
if [ -e "$1.lock/$token" ]; then
case $(ls -A "$1" 2> /dev/null) in
about.json | "$unused") rm -f "$1/about.json" "$1/.unverified" ;;
esac
rmdir "$1" 2> /dev/null
fi
rm -f "$1.lock/$token"
rmdir "$1.lock" "\${1%/*}" 2> /dev/null
}
works() {
ls -l /proc/[0-9]*/cwd 2> /dev/null | while IFS= read -r line; do
case $line in *" -> $1" | *" -> $1/"*) ;; *) continue ;; esac
pid=\${line#*/proc/} pid=\${pid%%/*}
case $(tr '\\000' ' ' < "/proc/$pid/cmdline" 2> /dev/null) in
"$rsync "* | "$tar "* | rsync* | */rsync* | tar* | */tar* | mv* | rm* | sync* | xargs* | dd* | *'dd bs=1 count='*) echo "$pid" ;;
esac
done
}
evict() {
[ -d /proc/self/cwd ] || { sleep 3; return; }
for try in 1 2 3 4 5; do
pids=$(works "$1")
[ -n "$pids" ] || return 0
kill -9 $pids 2> /dev/null
[ $try = 1 ] || sleep 1
done
}
beat() { for staging do touch -c "$staging.lock/$token"; done; echo alive >&2; }
halt() {
trap '' TERM
all=$(ps -A -o pid= -o ppid= 2> /dev/null) known=" $$ " grown=yes
while [ -n "$grown" ]; do
grown=
while read -r pid parent; do
case $known in
*" $pid "*) ;;
*" $parent "*) known="$known$pid " grown=yes ;;
esac
done <<ALL
$all
ALL
done
kill \${known#" $$ "} 2> /dev/null
}
parts() {
while IFS= read -r length; do
case $length in
0) echo fed >&5; return ;;
alive) beat "$@" ;;
*) exact "$length" || exit ;;
esac
done
halt
}
attend() {
read -r fed || return
while IFS= read -r line; do
case $line in
alive) beat "$@" ;;
done) return ;;
esac
done <&4
halt
return 1
}
exec 4<&0
set --
while IFS= read -r line; do
case $line in
"run "*)
program=$(exact "\${line#run }")
{
parts "$@" <&4 | if (eval "$program") >&3; then cat > /dev/null
else say "" "$own lost"
fi
} 5>&1 | attend "$@" || break
;;
"keep "*) eval "$(exact "\${line#keep }")" >&3 ;;
alive) beat "$@" ;;
esac
done
for staging do
[ ! -e "$staging.lock/$token" ] || evict "$staging"
[ -n "$follows" ] || free "$staging"
done
`;

/** Checks the folders that things are moved through. */
const REAL_FOLDERS = `is_folder() {
[ -d "$2" ] && [ ! -L "$2" ] && { [ "$1" = "$2" ] || is_folder "$1" "\${2%/*}"; }
}`;

/** Checks the folders that things are moved through. */
const FOLDERS = `${REAL_FOLDERS}
there() { [ -e "$1" ] || [ -L "$1" ]; }
has_room() {
[ ! -L "$2" ] && { [ -d "$2" ] || [ ! -e "$2" ] || [ -d "$2" ]; } && { [ "$1" = "$2" ] || has_room "$1" "\${2%/*}"; }
}
remove() {
rm -rf "$1" 2> /dev/null && return
find "$1" -type d ! -perm -700 -exec chmod u+rwx {} \\; 2> /dev/null
rm -rf "$1"
}
remove_staging() {
[ -L "$1" ] || { remove "$1/jobs" && remove "$1/experiments" && remove "$1/partials"; } && remove "$1"
}
trouble=
mode() { stat -c %a "$1" 2> /dev/null || stat -f %Lp "$1"; }
move() {
if [ -L "$1" ] || [ ! -d "$1" ] || [ -w "$1" ]; then trouble=$(mv -f "$1" "$2/" 2>&1); return; fi
was=$(mode "$1") && chmod u+w "$1" || return
if trouble=$(mv -f "$1" "$2/" 2>&1); then chmod "$was" "$2/\${1##*/}"
else chmod "$was" "$1"; return 1
fi
}`;

/** What only who holds a staging folder may go on with. */
const HELD = `require_held() {
[ -n "$token" ] && [ -e "$staging.lock/$token" ] ||
stop "another copy took over $staging because this one stopped responding"
is_folder "\${staging%/*}" "$staging" || stop "the folder $staging is gone"
}`;

/** Does `Staging.setAside`. */
export const ASIDE = `${BEGIN}
${FOLDERS}
${HELD}
IFS= read -r staging
IFS= read -r token
IFS= read -r back
require_held
set -f
while IFS= read -r group && IFS= read -r place && IFS= read -r names; do
aside=$staging/replaced/$group
if [ -z "$back" ]; then here=$place to=$aside; else here=$aside to=$place; fi
IFS=/
set -- $names
IFS='
'
if ! is_folder "\${place%/*}" "$place" || ! has_room "$staging" "$aside" || ! mkdir -p "$to"; then
for name do say "$group/$name" "$place is a link, or not a folder"; done
continue
fi
for name do
shift
if ! there "$here/$name"; then say "$group/$name" gone
elif there "$to/$name"; then say "$group/$name" "something else is at $to/$name"
else set -- "$@" "$name"
fi
done
[ $# -gt 0 ] || continue
(enter "$here" && mv -f "$@" "$to/") 2> /dev/null && continue
for name do
! there "$here/$name" || move "$here/$name" "$to" || say "$group/$name" "$trouble"
done
done
finish
`;

/** Follows a claim that the agent of another machine holds. */
export const ATTEND = `${BEGIN}
IFS= read -r file
IFS= read -r used
parent=\${file%/*} parent=\${parent%.lock}
for try in 1 2 3 4 5; do
[ ! -e "$file" ] || break
ls -A "\${parent%/*}" "\${file%/*}" > /dev/null 2>&1
[ "$try" = 1 ] || sleep 1
done
if [ -e "$file" ]; then
token=\${file##*/} follows=yes
set -- "$@" "$parent"
[ -z "$used" ] || evict "$parent"
say yes
fi
finish
`;

/** The part of a path that exists. */
const NEAREST = `existing() {
here=$1
while [ ! -d "$here" ]; do here=\${here%/*}; [ -n "$here" ] || here=/; done
}`;

/** The run that the link `current` in an experiment's folder names, if that run exists. */
const CURRENT_RUN = `current() {
[ -L "\${2-$1/current}" ] || return
link=$(readlink "\${2-$1/current}") || stop "the link \${2-$1/current} cannot be read"
link=\${link%/} link=\${link##*/}
case $link in "" | .* | -*) return ;; esac
[ -d "$1/$link" ] && [ ! -L "$1/$link" ] && printf '%s\\n' "$link"
}`;

/** Functions to look at workspaces and runs. */
const PATHS = `old() {
for name in jobs.jsonl objects.jsonl configs.json environment.json; do ! [ -e "$1/$name" ] && ! [ -L "$1/$name" ] || return; done
}
readable() { [ -r "$1" ] && [ -x "$1" ] || stop "permission to read $1 is denied"; }
linked() {
[ ! -d "$1/jobs" ] || readable "$1/jobs"
for link in "$1"/jobs/*/*; do
[ ! -L "$link" ] || [ -L "$1/jobs" ] || [ -L "\${link%/*}" ] || printf '%s\\n' "\${link#"$1"/jobs/}"
done
}
in_xp() {
[ ! -L "$1/xp" ] && [ -d "$1/xp/$2" ]
}
IFS= read -r path
home=\${HOME:-/}
case $path in
"~") path=$home ;;
"~/"*) path=$home/\${path#"~/"} ;;
/*) ;;
*) path=$home/$path ;;
esac
case $path in /*) ;; *) stop "HOME is not an absolute path there: $home" ;; esac
${NEAREST}
real() {
here=$1 rest=
while [ ! -d "$here" ] && [ "$here" != / ]; do
[ ! -e "$here" ] || stop "$here is not a folder"
[ ! -L "$here" ] || stop "$here is a link that leads nowhere"
rest=/\${here##*/}$rest here=\${here%/*}
[ -n "$here" ] || here=/
done
case $rest/ in */../*) stop "there is no folder $1" ;; esac
here=$(enter "$here" && pwd -P) || stop "permission to enter $1 is denied"
[ "$here" != / ] || [ -z "$rest" ] || here=
resolved=$here$rest
}
${CURRENT_RUN}
find_current() {
by="link"
for link in "$1/experiments/$2/current" "$1/.events/experiments/$2/current" \\
"$1/.experimaestro/experiments/$2"; do
[ ! -L "$link" ] || { latest=$(current "$1/experiments/$2" "$link"); return; }
by="older link"
done
by=latest latest=
for link in "$1/experiments/$2"/*; do
case \${link##*/} in current | -* | *[[:cntrl:]]*) continue ;; esac
[ ! -d "$link" ] || [ -L "$link" ] || latest=\${link##*/}
done
}`;

/** Does `Host.browse`. */
export const BROWSE = `${BEGIN}
${PATHS}
IFS= read -r only
IFS= read -r jobs
exec < /dev/null
if [ ! -d "$path" ]; then
existing "$path"
[ -x "$here" ] || stop "permission to enter $here is denied"
say absent "$path"
finish
exit 0
fi
enter "$path" || stop "permission to enter $path is denied"
say root "$(pwd -P)"
! in_xp . "$only" || say xp yes
[ -d experiments ] || { finish; exit 0; }
all=$path/experiments
readable "$all"
for folder in "$all"/*/; do
folder=\${folder%/}
experiment=\${folder##*/}
[ -d "$folder" ] || continue
[ -z "$only" ] || [ "$only" = "$experiment" ] || continue
if [ -L "$folder" ]; then
link=$(readlink "$folder") || stop "the link $folder cannot be read"
leads_to "experiments/$experiment" "$link" || continue
fi
readable "$folder"
find_current "$path" "$experiment"
say experiment "$experiment" by "$by" current "$latest"
for run in "$folder"/*/; do
run=\${run%/}
[ -d "$run" ] && [ ! -L "$run" ] || continue
say run "\${run##*/}"
readable "$run"
text status "$run/status.json"
[ -n "$jobs" ] || continue
if old "$run"; then say linked "$(linked "$run")"; else text jobs "$run/jobs.jsonl"; fi
done
done
finish
`;

/** Does `Staging.carry`. */
export const CARRY = `${BEGIN}
${FOLDERS}
IFS= read -r staging
IFS= read -r old
IFS= read -r new
is_folder "\${staging%/*}" "$staging" && enter "$staging" || stop "the folder $staging is gone"
if [ -d "$old" ] && [ ! -L "$old" ] && [ ! -L "\${old%/*}" ]; then
has_room "$staging" "$staging/$new" && mkdir -p "$new" || stop "$staging/$new is not a folder"
set -- --chmod=Du+w
[ ! -g "$new" ] || set -- --chmod=Du+w,Dg+s --no-g
trouble=$("$rsync" -aHS --ignore-existing "$@" --exclude=/jobs --exclude=/.status.json.lock \\
"$old/" "$new/" 2>&1)
case $? in
0) ;;
23) say lost ;;
*) stop "rsync failed: $trouble" ;;
esac
fi
finish
`;

/** Locks, as `lock.ts` describes them, in the agent. */
const LOCKING = `${FOLDERS}
alone() {
plain "$1" && others=$(find "$1" -prune -links +1 2> /dev/null) && [ -z "$others" ]
}
silent() { [ -n "$(find "$1" -maxdepth 0 -mmin +2 2> /dev/null)" ]; }
lives() {
case $2 in *":$copy") return 1 ;; esac
if silent "$1/$2"; then return 1; fi
case $2 in
"shell:$host:"*) pid=\${2#"shell:$host:"} pid=\${pid%%:*}
kill -0 "$pid" 2> /dev/null && case $(cat "/proc/$pid/stat" 2> /dev/null) in *") Z "*) false ;; esac ;;
"held:$host:"*) ! { flock -xn 9 2> /dev/null; } 9< "$1/$2" ;;
esac
}
take() {
lock=$1.lock
if (umask 077 && mkdir "$lock") 2> /dev/null; then
touch "$lock/$token" 2> /dev/null || { rmdir "$lock"; return 1; }
set -- "$1" "$lock"/*
[ "$#:$2" = "2:$lock/$token" ] && return
rm -f "$lock/$token"
return 1
fi
signed=
[ ! -L "$lock" ] || return 1
for path in "$lock"/*; do
alone "$path" || continue
signed=yes
if lives "$lock" "\${path##*/}"; then continue; fi
mv "$path" "$lock/$token" 2> /dev/null || continue
touch "$lock/$token"
evict "$1"
return 0
done
[ -z "$signed" ] && silent "$lock" || return
clear_lock "$lock"
rmdir "$lock" 2> /dev/null
return 1
}
clear_lock() {
for path in "$1"/*; do ! there "$path" || alone "$path" || remove "$path"; done
}
put_back() {
for group in "$1/replaced/$2"/*; do
is_folder "$1" "$group" || continue
place=$3/\${group##*/}
for aside in "$group"/*; do
there "$aside" || continue
there "$place" || mkdir -p "$place" 2> /dev/null
[ -d "$place" ] && [ ! -L "$place" ] || continue
there "$place/\${aside##*/}" && continue
move "$aside" "$place" || give_up "$aside cannot be put back: $trouble"
restored=yes
done
done
}`;

/** Checks and clears leftovers of an earlier attempt. */
const LEFT = `sound() (
enter "$1" || exit
strays=$(find . -maxdepth 3 \\( -type l -o -path './*/*' ! -type d \\) \\
! -path './experiments/*/current' 2> /dev/null) && [ -z "$strays" ] || exit
[ ! -d partials ] || { strays=$(find partials -maxdepth 3 ! -type d 2> /dev/null) && [ -z "$strays" ]; } || exit
set -- -c '%i %h'
stat "$@" . > /dev/null 2>&1 || set -- -f '%i %l'
names=$(find . ! -type d -links +1 -exec stat "$@" {} + 2> /dev/null) || exit
[ -z "$names" ] || printf '%s\\n' "$names" | sort | uniq -c | {
while read -r seen inode links; do [ "$seen" = "$links" ] || exit; done
}
)
clear_staging() {
for path in "$1"/* "$1"/.[!.]* "$1"/..?*; do
case $path in "$1/replaced") continue ;; esac
! there "$path" || remove "$path"
done
find "$1/replaced" -maxdepth 2 ! -type d -exec rm -f {} + 2> /dev/null
}
owner() { stat -c %u "$1" 2> /dev/null || stat -f %u "$1"; }`;

/** Does `Host.claim`, in the agent. */
export const CLAIM = `${BEGIN}
${LOCKING}
${LEFT}
trap '' HUP PIPE
IFS= read -r staging
IFS= read -r jobs
IFS= read -r experiments
IFS= read -r copy
IFS= read -r about || exit
parent=\${staging%/*}
token=shell:$host:$$:$copy
for path in "$parent" "$staging" "$staging.lock" "$parent/replaced"; do
[ ! -L "$path" ] || stop "$path is a link"
done
waiting="" vain=0
ready() {
[ -d "$parent" ] && return
mkdir -p "\${parent%/*}" && (umask 077 && mkdir -p "$parent") 2> /dev/null
}
until ready && take "$staging"; do
if [ -d "$staging.lock" ]; then
vain=0
[ -n "$waiting" ] || { say waiting; waiting=yes; }
else
vain=$((vain + 1))
[ $vain -lt 5 ] || stop "the folder $parent cannot be made or written"
fi
say still 2> /dev/null || exit 0
folder=$parent
[ -d "$parent" ] || folder=\${parent%/*}
[ -w "$folder" ] || stop "the folder $parent cannot be made or written"
sleep 1
done
give_up() { free "$staging"; stop "$1"; }
[ -d "$staging" ] && left=yes || left=
make() { (umask 077 && mkdir -p "$staging") || give_up "the folder $staging cannot be made"; }
sign() {
! there "$staging/about.json" || remove "$staging/about.json"
printf '%s\\n' "$about" > "$staging/about.json"
}
make
user=$(id -u) || give_up "id cannot tell who the user is"
chmod g-rwx,o-rwx "$parent" "$staging" 2> /dev/null ||
for path in "$parent" "$staging"; do
[ "$(owner "$path")" = "$user" ] || give_up "$path belongs to another user"
done
restored=
put_back "$staging" jobs "$jobs"
put_back "$staging" experiments "$experiments"
for other in "$parent"/????????????????; do
[ "$other" != "$staging" ] && is_folder "$parent" "$other/replaced" && take "$other" || continue
put_back "$other" jobs "$jobs"
put_back "$other" experiments "$experiments"
free "$other"
done
for lock in "$parent"/????????????????.lock; do
[ -d "$lock" ] && ! there "\${lock%.lock}" && silent "$lock" && take "\${lock%.lock}" || continue
free "\${lock%.lock}"
done
[ -z "$restored" ] || say restored
[ -z "$left" ] || sound "$staging" || clear_staging "$staging"
! there "$staging/records" || remove "$staging/records"
sign
whose=$(owner "$staging")
if [ -n "$left" ] && { [ -z "$whose" ] || [ "$whose" != "$(owner "$staging/about.json")" ]; }; then
remove_staging "$staging" && make && sign
fi
! there "$staging/.unverified" || say unverified
for at in a b c d e f g h i j k l m; do true > "$staging/.trial-$at"; done 2> /dev/null
stats=$(stat -c '%a %g %.9Y' "$staging" "$staging/about.json" "$staging"/.trial-[a-m] 2> /dev/null ||
stat -f '%Mp%Lp %g %Fm' "$staging" "$staging/about.json" "$staging"/.trial-[a-m]) || give_up "stat failed for $staging"
rm -f "$staging"/.trial-*
case $(ls -A "$staging") in
about.json | "$unused") ;;
*) say resumed ;;
esac
say "owner $user" "stats $stats" "token $token"
set -- "$@" "$staging"
finish
`;

/** Does `Staging.commit`. */
export const COMMIT = `${BEGIN}
${REAL_FOLDERS}
${HELD}
IFS= read -r staging
IFS= read -r token
IFS= read -r run
require_held
enter "$staging" || stop "the folder $staging is gone"
! { [ -e removed ] || [ -L removed ]; } || stop "$staging/removed is in the way"
while IFS= read -r link && [ -n "$link" ]; do
[ -L "$link" ] && target=$(readlink "$link") || continue
target=\${target%/}
[ "\${target##*/}" = "$run" ] || continue
rm -f "$link" 2> /dev/null || stop "the link $link cannot be removed"
done
! is_folder "$staging" "$staging/replaced" || mv -f replaced removed 2> /dev/null ||
stop "$staging/replaced cannot be renamed"
sync -f . 2> /dev/null || sync
while IFS= read -r folder; do rmdir "$folder" 2> /dev/null; done
finish
`;

/** Does `Staging.discard`. */
export const DISCARD = `${BEGIN}
IFS= read -r staging
[ ! -L "$staging" ] && enter "$staging" || stop "the folder $staging is gone"
inside() {
case $1 in */*) [ ! -L "\${1%/*}" ] && inside "\${1%/*}" ;; esac
}
folders=$(while IFS= read -r path; do inside "$path" && printf '%s\\n' "$path"; done)
gone() { printf '%s\\n' "$folders" | tr '\\n' '\\0' | xargs -0 "$@" 2> /dev/null; }
open() { gone sh -c 'find "$@" -type d ! -perm -700 -exec chmod u+rwx {} \\;' sh; }
gone rm -rf || { open; gone rm -rf; } || stop "$staging could not be cleared"
finish
`;

/** Does `Host.disks`. */
export const DISKS = `${BEGIN}
${NEAREST}
while IFS= read -r folder; do
existing "$folder"
writable=no
[ ! -w "$here" ] || [ ! -x "$here" ] || writable=yes
say "$(df -PT "$here" 2> /dev/null)" "$(df -Pk "$here" 2> /dev/null)" "$writable"
done
finish
`;

/** Answers which programs of a copy are there, and which letters rsync has in its server command by how it was built. */
const TOOLS = `first() { "$@" 2> /dev/null | { IFS= read -r line && printf '%s' "$line"; }; }
tell_tools() {
said=$("$rsync" --version 2> /dev/null)
built=
case $said in *"no symtimes"*) ;; *symtimes*) built=L ;; esac
case $said in *"no iconv"*) ;; *iconv*) built=\${built}s ;; esac
say rsync "\${said%%
*}" built "$built" tar "$(first "$tar" --version)" zstd "$(command -v zstd)"
}`;

/** Does `Host.examine`. */
export const EXAMINE = `${BEGIN}
${TOOLS}
exec < /dev/null
tell_tools
user=$(id -un)
entry=$(getent passwd "$user" 2> /dev/null || grep "^$user:" /etc/passwd 2> /dev/null ||
dscl . -read "/Users/$user" UserShell 2> /dev/null)
say shell "\${entry##*[: ]}"
finish
`;

/** Does `Host.existing`. */
export const EXISTING = `${BEGIN}
IFS= read -r root
enter "$root" || { cat > /dev/null; finish; exit 0; }
set -f
IFS='
'
for path in $(cat); do
if [ -e "./$path" ] || [ -L "./$path" ]; then say "$path"; else say ""; fi
done
finish
`;

/** Moves into the folder of a job what it lacks. */
const FILL = `lacks() { there "$1" && ! there "$2/\${1##*/}"; }
add() {
shift 2
[ $# -gt 0 ] || return 0
trouble=$(mv -n "$@" "$to/" 2>&1) && return
for each do ! lacks "$each" "$to" || move "$each" "$to"; done
}
is_like() {
for each in "$1"/* "$1"/.[!.]* "$1"/..?*; do ! lacks "$each" "$2" || return; done
! { [ "$1" -nt "$2" ] || [ "$2" -nt "$1" ]; }
}
must() {
said=$("$@" 2>&1) || amiss=\${said:-"$1 failed"}
}
fill() {
for each in "$1"/* "$1"/.[!.]* "$1"/..?*; do
[ ! -d "$each" ] || [ -L "$each" ] || ! is_folder "$2" "$2/\${each##*/}" || fill "$each" "$2/\${each##*/}"
done
! is_like "$1" "$2" || return 0
must touch -r "$1" "$staging/.filled"
[ -z "$amiss" ] || return 0
opened=
[ -w "$1" ] || { opened=$(mode "$1") && chmod u+w "$1"; }
[ -w "$2" ] || { opened=\${opened:-$(mode "$2")} && chmod u+w "$2"; }
to=$2
set -- "$1" "$2"
for each in "$1"/* "$1"/.[!.]* "$1"/..?*; do
lacks "$each" "$2" || continue
set -- "$@" "$each"
[ $# -lt 200 ] || { add "$@"; set -- "$1" "$2"; }
done
add "$@"
must touch -r "$staging/.filled" "$2"
[ -z "$opened" ] || must chmod "$opened" "$2"
}
fill_job() {
set +f
trouble='' amiss=''
fill "$staging/$parent/$1" "$into/$1"
set -f
if [ -n "$amiss" ]; then failed "$1" "$amiss"
elif [ -z "$(find "$staging/$parent/$1" ! -type d 2>&1)" ]; then return 0
elif [ -n "$trouble" ]; then failed "$1" "$trouble"
else appeared "$1"
fi
}`;

/** Does `Host.flush`. */
export const FLUSH = `${BEGIN}
while IFS= read -r folder && [ -n "$folder" ]; do
trouble=$(sync -f "$folder" 2>&1) && continue
case $trouble in *"rror syncing"*) stop "$folder could not be flushed to disk: $trouble" ;; esac
sync
done
finish
`;

/** Gives up a claim, in the agent. */
export const FREE = `${BEGIN}
IFS= read -r gone
for staging do
shift
[ "$staging" = "$gone" ] || set -- "$@" "$staging"
done
free "$gone"
finish
`;

/** Does `Host.jobs`. */
export const JOBS = `${BEGIN}
IFS= read -r root
[ -d "$root/jobs" ] || { finish; exit 0; }
enter "$root/jobs" || stop "permission to enter $root/jobs is denied"
for task in . *; do
[ ! -d "$task" ] || { [ -r "$task" ] && [ -x "$task" ]; } || stop "permission to read $root/jobs/$task is denied"
done
set -- */*
[ "$1" = "*/*" ] || say "$@"
finish
`;

/** Does `Host.look`. */
export const LOOK = `${BEGIN}
${REAL_FOLDERS}
${PATHS}
${TOOLS}
IFS= read -r experiment
IFS= read -r run
IFS= read -r wanted
exec < /dev/null
tell_tools &
meanwhile=$!
real "$path"
root=$resolved
state=foreign
if [ ! -d "$root" ]; then state=absent
elif [ -e "$root/.__experimaestro__" ] || [ -d "$root/jobs" ] ||
[ -d "$root/.xpm-staging" ] || [ -d "$root/.xpm-copy" ]; then state=workspace
else
names=$(ls -A "$root" 2> /dev/null) || stop "permission to read $root is denied"
case $names in
"") state=empty ;;
.xpm-staging) state=workspace ;;
esac
fi
devices() { stat -c %d:%g "$@" 2> /dev/null || stat -f %d:%g "$@" 2> /dev/null; }
real "$root/jobs"
jobs=$resolved
real "$root/experiments"
experiments=$resolved
partials=$root/partials
[ ! -d "$partials" ] || { real "$partials"; partials=$resolved; }
set --
passed=
for place in "$root" "$jobs" "$experiments" "$partials"; do
existing "$place"
set -- "$@" "$here"
if [ -g "$here" ]; then passed=\${passed}y; else passed=\${passed}n; fi
done
set -- $(devices "$@")
[ $# = 4 ] || stop "stat cannot tell which disks $root is on"
case $passed in n???) set -- "\${1%:*}" "$2" "$3" "$4" ;; esac
case $passed in ?n??) set -- "$1" "\${2%:*}" "$3" "$4" ;; esac
case $passed in ??n?) set -- "$1" "$2" "\${3%:*}" "$4" ;; esac
case $passed in ???n) set -- "$1" "$2" "$3" "\${4%:*}" ;; esac
if [ "$wanted" = space ]; then
existing "$root/jobs"
space=$(df -Pk "$here" 2> /dev/null)
inodes=$(df -Pi "$here" 2> /dev/null)
fi
join
say path "$path" realPath "$root" state "$state"
[ ! -e "$root/.__experimaestro__" ] || say marker yes
records=$root
for name in .xpm-copy partial jobs; do
records=$records/$name
is_folder "$root" "$records" || break
[ -r "$records" ] && [ -x "$records" ] || stop "permission to read $records is denied"
case $name in .xpm-copy) say store yes ;; jobs) say records yes ;; esac
done
staged=
newline='
'
areas=$newline
tell_place() {
staging=$root/.xpm-staging
[ "$3" = "$4" ] || staging=$2/.xpm-staging
say "$1" "$2" "\${1}Staging" "$staging"
case $areas in *"$newline$staging$newline"*) return ;; esac
areas=$areas$staging$newline
[ ! -L "$staging" ] || say linkedStaging "$staging"
for folder in "$staging"/????????????????; do
[ ! -d "$folder" ] || staged="$staged$folder
"
done
}
closed=
needs() {
existing "$1"
[ -n "$closed" ] || { [ -w "$here" ] && [ -x "$here" ]; } || closed=$here
}
tell_place jobs "$jobs" "$1" "$2"
[ "$wanted" != space ] || needs "$staging"
tell_place experiments "$experiments" "$1" "$3"
[ "$wanted" != space ] || needs "$staging"
tell_place partials "$partials" "$1" "$4"
say staged "$staged"
if [ "$wanted" = space ]; then
[ -d "$jobs" ] || needs "$jobs"
[ -d "$experiments" ] || needs "$experiments"
[ -z "$closed" ] || say unwritable "$closed"
say free "$space" files "$inodes"
fi
[ -n "$experiment" ] || { finish; exit 0; }
folder=$root/experiments/$experiment
if [ -L "$folder" ]; then
link=$(readlink "$folder") || stop "the link $folder cannot be read"
leads_to "experiments/$experiment" "$link" ||
stop "$folder is a link to $link, not a folder of this experiment"
fi
if [ -d "$folder" ]; then
readable "$folder"
say experiment yes
fi
! in_xp "$root" "$experiment" || say xp yes
find_current "$root" "$experiment"
if [ -n "$latest" ]; then
say current "$latest" by "$by"
text currentStatus "$folder/$latest/status.json"
fi
[ "$run" != current ] || run=$latest
if [ -n "$run" ] && [ -d "$folder/$run" ] && [ ! -L "$folder/$run" ]; then
readable "$folder/$run"
say run "$run"
text status.json "$folder/$run/status.json"
[ "$wanted" = jobs ] || { finish; exit 0; }
text jobs.jsonl "$folder/$run/jobs.jsonl"
! old "$folder/$run" || say linked "$(linked "$folder/$run")"
set --
if [ -d "$folder/$run/events" ] && [ ! -L "$folder/$run/events" ]; then
readable "$folder/$run/events"
for file in "$folder/$run"/events/*.jsonl; do ! plain "$file" || set -- "$@" "$file"; done
fi
found=
[ $# = 0 ] || found=$({ cat "$@" 2> /dev/null || echo "$word"; } | {
grep -e '"scheduler_state": *"transient"' -e '"transient": *[12]' -e "$word" || [ $? = 1 ] || echo "$word"
} | tr '\\000' '\\001') || found=$word
case $found in *"$word"*) stop "the events of $folder/$run cannot be read" ;; esac
say transient "$found"
fi
finish
`;

/** Does `Host.pack`. */
export const PACK = `${BEGIN}
IFS= read -r root
IFS= read -r packed
lines() { while IFS= read -r line && [ -n "$line" ]; do printf '%s\\n' "$line"; done; }
whole=$(lines)
apart=$(lines)
folders=$(lines)
enter "$root" || exit 1
set -f
IFS='
'
names() { if [ -n "$apart" ]; then printf '%s\\n' "$folders" | tr '\\n' '\\0'; else cat; fi; }
pack() {
code=0
[ -z "$whole" ] || names | "$tar" $whole || code=$?
[ -z "$apart" ] || "$tar" $apart || code=$?
return $code
}
[ -n "$packed" ] || { pack >&3; exit; }
code=$({ { pack; echo $? >&4; } | { ZSTD_NBTHREADS=1 zstd -1 -qc >&3 || echo zstd failed >&4; }; } 4>&1)
[ "$code" = 0 ]
`;

/** Does `Staging.place`. */
export const PLACE = `${BEGIN}
${REAL_FOLDERS}
IFS= read -r staging
IFS= read -r path
IFS= read -r start
[ ! -L "$staging" ] && enter "$staging" || stop "the folder $staging is gone"
umask 077
mkdir -p "\${path%/*}" && is_folder "$staging" "$staging/\${path%/*}" && [ ! -L "$path" ] &&
dd of="$path" bs=1048576 seek="$start" conv=notrunc 2> /dev/null ||
stop "$path cannot be written"
finish
`;

/** Does `Host.read`. */
export const READ = `${BEGIN}
IFS= read -r root
IFS= read -r most
IFS= read -r packed
export most
enter "$root" || stop "permission to enter $root is denied"
some='
newline="
"
is_read() { [ -f "$1" ] && [ -r "$1" ]; }
is_large() {
[ -n "$most" ] && { [ \${#1} -gt 9 ] || [ "$1" -gt "$most" ]; }
}
case $* in *"$newline"*)
for path do
is_read "$path" || { printf "= %s\\n" -; continue; }
size=$(wc -c < "$path") size=\${size##* }
printf "= + %s\\n" $size
is_large $size || cat "$path"
done
exit ;;
esac
marks= sizes= large=
for path do if is_read "$path"; then marks=$marks+; else marks=$marks-; fi; done
case $marks in *-*)
for path do shift; ! is_read "$path" || set -- "$@" "$path"; done ;;
esac
set -f; IFS=$newline
[ $# = 0 ] || sizes=$(wc -c "$@" | sed -n "s|^ *\\([0-9]*\\) \\./.*|\\1|p")
printf "= %s" "$marks"
[ -z "$sizes" ] || printf " %s" $sizes
echo
for size in $sizes; do ! is_large $size || large=yes; done
[ -z "$large" ] || for size in $sizes; do path=$1; shift; is_large $size || set -- "$@" "$path"; done
[ $# = 0 ] || cat "$@"
'
files() { xargs -0 -n 500 sh -c "$some" sh && echo end; }
case $packed in
zstd) files | ZSTD_NBTHREADS=1 zstd -1 -qc >&3 ;;
text) files | tr '\\000' '\\001' >&3; say ""; finish ;;
*) files >&3 ;;
esac
`;

/** Writes and removes records of files left out. */
const RECORD = `newline='
'
workspace= noted= seen=
asked=$newline
stood=$newline unrecorded=$newline dropped= unmoved=$newline
among() { case $2 in *"$newline$1$newline"*) ;; *) return 1 ;; esac; }
stands() {
is_folder "$workspace" "$noted/\${1%/*}" && [ -f "$noted/$1.json" ] && [ ! -L "$noted/$1.json" ]
}
known() { stands "$1" && [ ! "$noted/$1.json" -nt "$staging/$seen" ]; }
mark_dropped() {
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
note_some() {
[ $# -gt 1 ] || return 0
to=$1
shift
trouble=$(mv -f "$@" "$to/" 2>&1) || for name do
! there "$name" || unrecorded="$unrecorded$task/$(basename "$name" .json)$newline"
done
}
note_task() {
folder=$noted/$task
has_room "$workspace" "$folder" && trouble=$(mkdir -p "$folder" 2>&1) || folder=
set --
for name in $(ls -A "$draft/jobs/$task"); do
job=$task/\${name%.json}
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
note_all() {
set --
for record in $(find records -type f); do
among "\${record#records/jobs/}" "$asked" || set -- "$@" "$record"
done
[ $# = 0 ] || rm -f "$@" || stop "records in $staging cannot be removed"
find records -type f -exec touch {} +
has_room "$workspace" "$workspace/.xpm-copy" && ! there "$draft" && mkdir -p "$workspace/.xpm-copy" &&
trouble=$(mv records "$draft" 2>&1) || return 0
for task in $(ls -A "$draft/jobs"); do note_task; done
remove "$draft"
}
note() {
workspace=$1 noted=$1/.xpm-copy/partial/jobs
draft=$workspace/.xpm-copy/\${staging##*/}
! is_folder "$workspace" "$workspace/.xpm-copy" || ! there "$draft" || remove "$draft"
mark_dropped
! there records || note_all
for record in $asked; do
job=\${record%.json}
stands "$job" || among "$job" "$unrecorded" || unrecorded=$unrecorded$job$newline
done
[ "$asked" = "$newline" ] || [ -z "$fsync" ] || ! enter "$workspace/.xpm-copy" || to_disk || stop "the copied data could not be flushed to disk: $trouble"
enter "$staging"
}
had_record() { among "\${1#jobs/}" "$stood"; }
forget() {
set --
for job in $dropped; do
record=$noted/$job.json
! among "jobs/$job" "$unmoved" && among "$job" "$stood" && stands "$job" &&
[ ! "$record" -nt "$staging/.noted" ] || continue
set -- "$@" "$record"
[ $# -lt 200 ] || { trouble=$(rm -f "$@" 2>&1) || told records; set --; }
done
[ $# = 0 ] || trouble=$(rm -f "$@" 2>&1) || told records
! is_folder "$workspace" "$noted" || (set +f && enter "$noted" && rmdir ./* 2> /dev/null)
for folder in "$noted" "\${noted%/*}" "$workspace/.xpm-copy"; do
! is_folder "$workspace" "$folder" || rmdir "$folder" 2> /dev/null
done
}`;

/** Reads what an rsync needs that sends. */
const SENDER = `${EXACT}
IFS= read -r root
set -f --
while IFS= read -r option && [ -n "$option" ]; do set -- "$@" "$option"; done
IFS= read -r length
names=$(exact "$length")
enter "$root" || { echo "the folder $root cannot be entered" >&2; exit 1; }
exec 4<&0
feed() (
IFS='
'
for part in $names; do printf %b "$part"; done
)`;

/** Does `RelayEnd.send`. */
export const RELAY = `${BEGIN}
${SENDER}
case $(cat --help 2>&1) in *BusyBox*) pass='dd bs=65536 2> /dev/null' ;; *) pass='cat' ;; esac
splice='printf "%s\\0" "$@" >&3; printf "\\0" >&3
exec 5<&0
{ '$pass' <&5 >&3; kill "$$"; } 4<&- 6>&- & out=$!
cat <&4 3>&- 5<&- 6>&-
{ sleep 1; kill -9 "$PPID"; } < /dev/null > /dev/null 2>&1 3>&- 4<&- 5<&- 6>&- &
echo "late=$!" >&6
kill "$out" 2> /dev/null
exit 0'
start='sh -c '\\''eval "$XPM_RSH"'\\'' rsh'
ended=$({
feed | XPM_RSH=$splice "$rsync" "--rsh=$start" "$@" 3>&3 4<&4 6>&1 >&2
echo "code=$?"
})
late='' code=1
eval "$ended"
[ -z "$late" ] || kill "$late" 2> /dev/null
case $late:$code in ?*:137) code=12 ;; esac
exit "$code"
`;

/** Does `Host.scan`. */
export const SCAN = `${BEGIN}
below='%y%s %b %T@ %m %P\\0%l\\0'
twice='%y%s %b@%D.%i %T@ %m %P\\0%l\\0'
self='/%y%s %b %T@ %m %p\\0%l\\0'
own='! -path "./*/*/*/*" -o -path "./partials/*" ! -path "./partials/*/*/*/*"'
deepest=2050
export below twice self deepest
end='ended=$?; [ $ended -lt 2 ] || echo "find: ended with $ended" >&2; exit $ended'
IFS= read -r mode
IFS= read -r root
enter "$root" || stop "permission to enter $root is denied"
folders=$(cat)
told=$(find . -maxdepth 0 -printf "$self$below$twice" 2> /dev/null | tr '\\000' ' ' |
dd bs=4096 count=1 2> /dev/null)
case $told in
"/d"[0-9]*" "[0-9]*" "[0-9]*" "[0-7]*" .  d"[0-9]*" "[0-9]*" "[0-9]*" "[0-7]*"   d"[0-9]*"@"[0-9]*.[0-9]*" "[0-9]*" "[0-7]*"   "*)
every() {
xargs -0 sh -c 'find -H "$@" -maxdepth "$deepest" \\
\\( \\( '"$own"' \\) -printf "$self" -o -type f -links +1 -printf "$twice" \\
-o -printf "$below" \\); '"$end" sh
}
states() {
xargs -0 sh -c 'find -H "$@" \\( -path "./jobs/*/*/*" \\
\\( -type d -prune , \\( -name "*.done" -o -name "*.failed" -o -name "*.pid" \\) -printf "$below" \\) \\
-o \\( '"$own"' \\) -printf "$self" -o ! -path "./jobs/*" -printf "$below" \\); '"$end" sh
}
;;
*)
all_told() {
case $1 in [0-9]*" "[0-9]*" "[0-9]*"@"[0-9]*.[0-9]*" "[0-9]*" "[0-7]*) ;; *) return 1 ;; esac
}
gnu='%h %s %b@%d.%i %Y %a' bsd='%l %z %b@%d.%i %m %Lp'
if all_told "$(stat -c "$gnu" . 2> /dev/null)"; then stat='-c "'$gnu'"'
elif all_told "$(stat -f "$bsd" . 2> /dev/null)"; then stat='-f "'$bsd'"'
else stop "neither find nor stat there can report sizes and times"
fi
describe='for path do
case $path in
./partials/*/*/*/*) shown=\${path#./*/*/*/*/} lead= ;;
./partials/*) shown=$path lead=/ ;;
./*/*/*/*) shown=\${path#./*/*/*/} lead= ;;
*) shown=$path lead=/ ;;
esac
target= options= kind=o
if [ -L "$path" ] && [ -z "$lead" ]; then
if target=$(readlink "$path" && printf .); then kind=l target=\${target%??}; else target=; fi
elif [ -d "$path" ]; then kind=d options=-L
elif [ -f "$path" ]; then kind=f options=-L
fi
info=$(stat $options '"$stat"' "$path" 2> /dev/null || echo 1 0 0@ 0 0)
names=\${info%% *} info=\${info#* }
case $kind$names in f1 | [!f]*) info="\${info%%@*} \${info#*@* }" ;; esac
printf "%s%s%s %s\\\\0%s\\\\0" "$lead" "$kind" "$info" "$shown" "$target"
done'
every() {
xargs -0 sh -c 'do=$1; shift
find -H "$@" -maxdepth "$deepest" -exec sh -c "$do" sh {} +; '"$end" sh "$describe"
}
states() {
xargs -0 sh -c 'do=$1; shift
find -H "$@" -path "./jobs/*/*/*/*" -prune -o -path "./jobs/*/*/*" ! -name "*.done" \\
! -name "*.failed" ! -name "*.pid" -prune -o -exec sh -c "$do" sh {} +; '"$end" sh "$describe"
}
;;
esac
set -f
IFS='
'
unseen() { say "/u0 0 0 0 $1" "$2"; }
look() {
complaints=$({ printf '%s\\n' "$2" | tr '\\n' '\\0' | "$1" >&3; } 2>&1)
ended=$?
case $ended:$complaints in
0:* | 1:?* | 123:?*) ;;
*) stop "find failed: \${complaints:-xargs ended with $ended}" ;;
esac
for line in $complaints; do
case $line in
*[\\ \\']./.xpm-copy/*": Permission denied") stop "permission to read $root/.xpm-copy is denied" ;;
esac
case \${line##*: } in
"Permission denied" | "Operation not permitted" | "No such file or directory") continue ;;
"Not a directory" | "Too many levels of symbolic links" | "File name too long") continue ;;
esac
for folder in $folders; do
case $folder:$line in
./jobs/*:*[\\ \\']"$folder"[/:\\']* | ./partials/*:*[\\ \\']"$folder"[/:\\']*) unseen "$folder" "\${line##*: }" && continue 2 ;;
esac
done
stop "find failed: $line"
done
}
known() {
rest=
set --
for folder in $folders; do
job=\${folder%/*} job=$folder/\${job##*[./]}
case $folder in ./jobs/*)
if [ ! -d "$folder" ]; then [ -e "$folder" ] || [ -L "$folder" ] || continue
elif [ ! -x "$folder" ]; then
unseen "$folder" "permission to enter it is denied"
continue
elif [ ! -e "$job.pid" ]; then
set -- "$@" "/d0 0 0 755 $folder" ""
for marker in "done" failed; do
[ ! -e "$job.$marker" ] || set -- "$@" "f0 0 0 644 \${job##*/}.$marker" ""
done
[ $# -lt 16 ] || { say "$@"; set --; }
continue
elif [ ! -r "$folder" ]; then
unseen "$folder" "permission to read it is denied"
continue
fi ;;
esac
rest="$rest$folder
"
done
[ $# = 0 ] || say "$@"
[ -z "$rest" ] || look states "\${rest%
}"
}
if [ "$mode" = states ]; then known; else look every "$folders"; fi
for folder in $folders; do
above=\${folder%/*}
[ -d "$above" ] && [ ! -x "$above" ] || continue
case $folder in
./jobs/* | ./partials/*) unseen "$folder" "permission to enter $root/\${above#./} is denied" ;;
*) stop "permission to enter $root/\${above#./} is denied" ;;
esac
done
say links
link() {
[ -L "$1" ] || return 0
target=$(readlink "$1") || { [ -L "$1" ] || return 0; stop "the link $1 cannot be read"; }
say "$1" "$target" "$(enter "$root/$1" && pwd -P)"
}
above=
for folder in $folders; do
link "$folder"
[ "$above" != "\${folder%/*}" ] || continue
above=\${folder%/*}
link "$above"
case $folder in ./partials/*) link "\${above%/*}" ;; esac
done
finish
`;

/** Does `RelayEnd.serve`. */
export const SERVE = `${BEGIN}
IFS= read -r staging
set --
while IFS= read -r option && [ -n "$option" ]; do set -- "$@" "$option"; done
[ -d "$staging" ] || [ -L "$staging" ] || (umask 077 && mkdir "$staging")
[ ! -L "$staging" ] && enter "$staging" || { echo "the folder $staging is gone" >&2; exit 1; }
exec "$rsync" "$@" >&3 3>&-
`;

/** Does `Staging.settle`. */
export const SETTLE = `${BEGIN}
${FOLDERS}
${HELD}
${CURRENT_RUN}
${RECORD}
${FILL}
IFS= read -r staging
IFS= read -r marker
IFS= read -r keep
IFS= read -r finished
IFS= read -r fsync
IFS= read -r token
moves=$(cat) || stop "the data sent cannot be read"
case $moves in end | *"$newline"end) ;; *) stop "the data sent did not arrive completely" ;; esac
require_held
area=\${staging%/*}
enter "$staging" || stop "the folder $staging is gone"
[ -z "$keep" ] || has_room "$area" "\${keep%/*}" || stop "\${keep%/*} is not a folder"
to_disk() {
[ -n "$fsync" ] || return 0
trouble=$(sync -f . 2>&1) && return
case $trouble in *"rror syncing"*) return 1 ;; esac
sync
}
links=
for kind in jobs experiments partials; do
there $kind || continue
depth=2
[ $kind != partials ] || depth=3
links=$links$(find $kind -maxdepth $depth ! -type d ! -path 'experiments/*/current' 2> /dev/null && echo /) ||
stop "find cannot tell whether there are links in $staging"
links=\${links%/}
done
[ -z "$links" ] || printf '%s' "$links" | tr '\\n' '\\0' | xargs -0 rm -f ||
stop "links in $staging cannot be removed"
was_link() { case "
$links
" in *"
$1
"*) ;; *) return 1 ;; esac }
came_as_link() {
was_link "$1" || case $1 in */*) came_as_link "\${1%/*}" ;; *) return 1 ;; esac
}
trap '' TERM
to_disk || stop "the copied data could not be flushed to disk: $trouble"
told() { say "$1" "\${trouble%%"$newline"*}"; }
left="" unsynced=
failed() { say "$parent/$1" "\${2:-it could not be moved}"; left=yes unmoved=$unmoved$parent/$1$newline; }
appeared() { say "$parent/$1" appeared; unmoved=$unmoved$parent/$1$newline; }
move_all() {
here=$1 to=$2
shift 2
for name do
shift
there "$here/$name" && set -- "$@" "$here/$name"
done
[ $# -gt 0 ] || return 0
trouble=$(mv -f "$@" "$to/" 2>&1) && return
for from do there "$from" && move "$from" "$to"; done
}
is_newer() { [ -n "$newer" ] && [ -n "$(find "$1" -newer "$staging/$newer" 2>&1)" ]; }
replaceable() {
if [ -L "$1" ]; then case $parent in jobs/*) ;; *) return 1 ;; esac; else [ -d "$1" ]; fi
}
has_begun() { [ -e "$1" ] && [ ! "$staging/about.json" -nt "$1" ]; }
plain() {
[ "$kind" = put ] && [ "$wrong$links$unrecorded" = "$newline" ] || return
for name do if there "$into/$name"; then return 1; fi; done
}
settle() {
wrong=
case $parent in jobs/* | links/* | partials/*) ;; *) wrong=\${left:+held} ;; esac
case $parent in partials/*) [ ! -L "\${into%/*}" ] || wrong="\${into%/*} is a link or not a folder" ;; esac
[ -n "$wrong" ] || [ -d "$into" ] || mkdir -p "$into" 2> /dev/null
if [ -z "$wrong" ] && { [ -L "$into" ] || [ ! -d "$into" ]; }; then
wrong="$into is a link or not a folder"
fi
tried=
if plain "$@"; then
(enter "$staging/$parent" && mv -f "$@" "$into/") 2> /dev/null && return
tried=yes
fi
for name do
shift
if [ "$wrong" = held ]; then failed "$name" held
elif came_as_link "$parent/$name"; then failed "$name" "the archive contains a link where a folder was expected"
elif ! there "$staging/$parent/$name"; then
[ -n "$tried" ] && there "$into/$name" || failed "$name" "it is not in the staging folder"
elif [ -n "$wrong" ]; then failed "$name" "$wrong"
elif among "\${parent#jobs/}/$name" "$unrecorded"; then failed "$name" unrecorded
elif [ "$kind" = "job link" ] && [ ! -d "$staging/$parent/$name" ]; then failed "$name" unlinked
elif [ "$kind" = fill ] && ! there "$into/$name"; then failed "$name" gone
elif [ "$kind" = fill ] && ! had_record "$parent/$name"; then appeared "$name"
elif [ "$kind" = fill ] && ! is_folder "$into" "$into/$name"; then failed "$name" "$into/$name is not a folder"
elif ! there "$into/$name"; then set -- "$@" "$name"
elif [ "$kind" = link ] && [ ! -L "$into/$name" ]; then failed "$name" "$into/$name is not a link"
elif [ "$kind" = link ] && [ "$(current "$into")" != "$standing" ]; then failed "$name" moved
elif [ "$kind" = link ]; then set -- "$@" "$name"
elif [ "$kind" != replace ] && [ "$kind" != fill ]; then appeared "$name"
elif [ -n "$exists" ] && there "$into/$name/$exists"; then appeared "$name"
elif ! replaceable "$into/$name"; then failed "$name" "$into/$name is not a folder"
elif is_newer "$into/$name"; then failed "$name" newer
elif [ -n "$begun" ] && has_begun "$into/$name/$begun"; then failed "$name" begun
else set -- "$@" "$name"
fi
done
if [ "$kind" = fill ]; then
for name do fill_job "$name"; done
return
fi
aside=$staging/replaced/$parent
if [ "$kind" = replace ]; then
has_room "$staging" "$aside" && mkdir -p "$aside" || {
for name do failed "$name" "$aside is not a folder"; done
return
}
move_all "$into" "$aside" "$@"
fi
move_all "$staging/$parent" "$into" "$@"
for name do
there "$staging/$parent/$name" || continue
if there "$into/$name" && { [ "$kind" = put ] || [ "$kind" = "job link" ] || there "$aside/$name"; }; then
appeared "$name"
continue
fi
failed "$name" "$trouble"
[ "$kind" = replace ] && there "$aside/$name" || continue
move "$aside/$name" "$into" ||
stop "$into/$name could not be replaced or put back; it is in $aside ($trouble)"
done
}
set -f
IFS=$newline
exists='' begun='' newer=''
mark() {
if [ -n "$marker" ] && [ -z "$left" ] && ! there "$marker"; then
trouble=$(touch "$marker" 2>&1) || told marker
fi
marker=
}
for line in $moves; do
rest=\${line#* }
case $line in
"written "*) asked=$asked$rest.json$newline ;;
"seen "*) seen=$rest ;;
"records "*) note "$rest" ;;
"dropped "*) dropped=$dropped$rest$newline ;;
"group link") kind="link" && mark ;;
"group "*) kind=$rest ;;
"from "*) parent=$rest ;;
"into "*) into=$rest ;;
"exists "*) exists=$rest ;;
"begun "*) begun=$rest ;;
"newer "*) newer=$rest ;;
"standing "*) standing=$rest ;;
"names "*)
IFS=/
set -- $rest
IFS=$newline
settle "$@"
exists='' begun='' newer=''
;;
sync) to_disk || { told disk; left=yes unsynced=yes; } ;;
esac
done
mark
if ! to_disk; then told disk
elif [ -n "$workspace" ] && [ -z "$unsynced" ]; then forget
fi
! there records || trouble=$(remove records 2>&1) || { told staging; left=yes; }
put_away() {
trouble=$({ mkdir -p "\${keep%/*}" && ! there "$keep" && mv replaced "$keep"; } 2>&1)
}
if [ -z "$keep" ] || ! is_folder "$staging" "$staging/replaced"; then
! there replaced || trouble=$(remove replaced 2>&1) || { told staging; left=yes; }
elif ! put_away && ! put_away; then
told replaced
left=yes
fi
if [ "$finished" = yes ] && [ -z "$left" ]; then
if cd / && trouble=$(remove_staging "$staging" 2>&1); then free "$staging"
else told staging
fi
fi
finish
`;

/** Does `Host.slice`. */
export const SLICE = `${BEGIN}
IFS= read -r path
IFS= read -r start
IFS= read -r count
exec dd if="$path" bs=1048576 skip="$start" count="$count" 2> /dev/null >&3 3>&-
`;

/** Does `Host.sums`. */
export const SUMS = `${BEGIN}
IFS= read -r root
IFS= read -r together
enter "$root" || stop "permission to enter $root is denied"
nothing=e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855
how=
if [ "$together" = 1 ]; then set -- "openssl dgst -sha256" sha256sum "shasum -a 256"
else set -- sha256sum "openssl dgst -sha256" "shasum -a 256"
fi
for each do
case $($each < /dev/null 2> /dev/null) in *$nothing*) how=$each && break ;; esac
done
if [ -z "$how" ]; then
cat > /dev/null
say none
finish
exit 0
fi
some='
how=$1
shift
newline="
"
first=\${1%%:*} names=$* sums=
set -f
case $names in
*"$newline"*) ;;
*) IFS=$newline
sums=$(set -- $(printf "%s\\n" "$@" | sed "s/[0-9]*://"); IFS=" "; $how "$@" 2> /dev/null) || sums= ;;
esac
case $sums in *\\\\*) sums= ;; esac
[ -n "$sums" ] ||
sums=$(IFS=" "; for path do $how 2> /dev/null < "\${path#*:}" || printf "%s\\n" -; done 2> /dev/null)
told= number=0
IFS=$newline
for line in $sums; do
case $how in
openssl*) line=\${line##*= } ;;
*) line=\${line%% *} ;;
esac
told="$told\${told:+$newline}$line" number=$((number + 1))
[ $number = 50 ] || continue
printf "%s\\0" "$first $told"
first=$((first + number)) told= number=0
done
[ $number = 0 ] || printf "%s\\0" "$first $told"
'
processors=$(getconf _NPROCESSORS_ONLN 2> /dev/null || nproc 2> /dev/null || sysctl -n hw.ncpu 2> /dev/null)
[ "\${processors:-1}" -le 8 ] 2> /dev/null || processors=8
parallel=
[ "\${processors:-1}" -lt 2 ] || ! printf 'a\\0' | xargs -0 -P 2 true 2> /dev/null || parallel="-P $processors"
xargs -0 -n "$together" $parallel sh -c "$some" sh "$how" >&3 || stop "checksums failed: xargs ended with $?"
finish
`;

/** Does `Host.tidy`, in the agent. */
export const TIDY = `${BEGIN}
${LOCKING}
IFS= read -r jobs
IFS= read -r experiments
IFS= read -r copy
IFS= read -r remove
IFS= read -r workspace
token=shell:$host:$$:$copy
give_up() { stop "$1"; }
owned() {
[ -d "$1.lock" ] && [ ! -L "$1.lock" ] || return
signed=
for path in "$1.lock"/*; do
alone "$path" || continue
signed=yes
if lives "$1.lock" "\${path##*/}"; then return; fi
done
[ -z "$signed" ] && ! silent "$1.lock"
}
tell() {
about=$2/about.json
[ ! -L "$2" ] && plain "$about" || about=
size=$(du -sk "$2" 2> /dev/null)
time=$(stat -c %Y "\${about:-$2}" 2> /dev/null || stat -f %m "\${about:-$2}")
! there "$2" || case $size:$time in [0-9]*:[0-9]*) ;; *) stop "du or stat failed for $2" ;; esac
say "$1" "$2" "\${size%%[!0-9]*}" "$time"
note=
[ -z "$about" ] || note=$(dd bs=4096 count=1 < "$about" 2> /dev/null | tr -d '\\000')
}
clear() {
lock=$1.lock
[ -d "$lock" ] && [ ! -L "$lock" ] || remove "$lock"
take "$1" || take "$1" || return
put_back "$1" jobs "$jobs"
put_back "$1" experiments "$experiments"
! there "$1" || remove_staging "$1"
store=$workspace/.xpm-copy
! is_folder "$workspace" "$store" || { remove "$store/\${1##*/}"; rmdir "$store" 2> /dev/null; }
clear_lock "$lock"
free "$1"
return 0
}
tidy() {
[ -d "$1" ] && [ ! -L "$1" ] || return 0
for folder in "$1"/???????????????? "$1"/????????????????.lock; do
there "$folder" || continue
left=$folder folder=\${folder%.lock}
case \${folder##*/} in *[!0-9a-f]*) continue ;; esac
[ "$left" = "$folder" ] || ! there "$folder" || continue
tell staging "$left"
if owned "$folder"; then say "in use"
elif [ -z "$remove" ]; then say left
elif clear "$folder"; then say removed
else say "in use"
fi
say "$note"
done
[ -L "$1/replaced" ] || for folder in "$1"/replaced/*; do
[ -d "$folder" ] && [ ! -L "$folder" ] || continue
tell replaced "$folder"
if [ -z "$remove" ]; then say left; else remove "$folder"; say removed; fi
say "$note"
done
[ -z "$remove" ] || rmdir "$1/replaced" "$1" 2> /dev/null
}
while IFS= read -r area && [ -n "$area" ]; do tidy "$area"; done
finish
`;

/** Does `RelayEnd.copy`. */
export const TOGETHER = `${BEGIN}
${SENDER}
feed | "$rsync" "$@" >&2 3>&- 4<&- &
started=$!
{ cat <&4; kill -9 "$started"; } > /dev/null 2>&1 3>&- &
watch=$!
wait "$started"
code=$?
kill "$watch" 2> /dev/null
exit "$code"
`;

/** Does `Staging.unpack`, after making `.unverified` if that is wanted. */
export const UNPACK = `${BEGIN}
IFS= read -r staging
IFS= read -r packed
IFS= read -r ours
IFS= read -r gnu
IFS= read -r mark
[ ! -L "$staging" ] && enter "$staging" || stop "the folder $staging is gone"
for path in jobs jobs/* jobs/*/* experiments experiments/* experiments/*/* \\
partials partials/* partials/*/* partials/*/*/* replaced replaced/*; do
case $path in experiments/*/current) continue ;; esac
[ ! -L "$staging/$path" ] || stop "$staging/$path is a link: nothing is written through it"
done
[ -z "$mark" ] || [ -e .unverified ] || (set -C && : > .unverified) || [ -e .unverified ] ||
stop "$staging cannot be written"
unpack() {
if [ -n "$gnu" ]; then "$tar" \${ours:+-P} -b 128 -xpf - --same-owner; else "$tar" -xpf -; fi
}
if [ -z "$packed" ]; then trouble=$(unpack 2>&1)
else trouble=$({ { zstd -dqc || echo zstd failed >&2; } | unpack; } 2>&1)
fi
status=$?
case $status$trouble in [02]*"zstd failed"*) status=1 ;; esac
case $status in
0) ;;
2)
[ -n "$trouble" ] || trouble="tar failed"
trouble=$(printf '%s\\n' "$trouble" | grep -v -e ': Cannot change ownership to ' -e ': Exiting with ')
[ $? -lt 2 ] || trouble="grep failed"
say "$trouble" ;;
1) say "\${trouble:-tar failed}" ;;
*) exit 1 ;;
esac
finish
`;
