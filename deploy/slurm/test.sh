#!/bin/bash
# The shipped files on a real Slurm: a controller and four node daemons on this machine, from the distribution's packages
# (slurm-wlm, munge), without touching a Slurm that may be set up here. The array works on some thousand pictures; one
# task is killed in the middle, and Slurm starts it again.
#
#   deploy/slurm/test.sh            as root, on Debian or Ubuntu; needs a built thumbgen ($THUMBGEN, or target/release)
#
# Exit status 0 if all is well, and 0 with a message that begins with SKIPPED where it can't be run.
set -euo pipefail
cd "$(dirname "$0")/../.."
repository=$PWD

skip() {
    echo "SKIPPED: the test on a real Slurm: $*"
    exit 0
}
step() { echo "== $*"; }
fail() {
    echo "FAILED: $*" >&2
    tail -n 40 "$work"/log/* "$work"/thumbgen-*.log >&2 || true
    exit 1
}

[ "$(id -u)" = 0 ] || skip "it starts daemons of its own, which takes root"
program=${THUMBGEN:-$repository/target/release/thumbgen}
[ -x "$program" ] || { echo "no thumbgen at $program; build it, or set THUMBGEN" >&2; exit 1; }
program=$(realpath "$program")
if [ "$(type -P slurmctld slurmd srun munged | wc -l)" != 4 ]; then
    command -v apt-get > /dev/null || skip "slurm-wlm and munge are not here, and there is no apt-get to install them"
    # No daemon of the packages is to start: the test has its own.
    installed=$(DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 apt-get install -y --no-install-recommends slurm-wlm munge 2>&1) \
        || skip "slurm-wlm and munge can't be installed: $(tail -n 1 <<< "$installed")"
fi

work=$(mktemp -d)
# munged asks for a way to its socket that everybody may enter.
chmod 755 "$work"
export SLURM_CONF=$work/slurm.conf
unset "${!SLURM_ARRAY@}" "${!SBATCH_@}"

clean_up() {
    # First what the nodes run, which would outlive them.
    [ ! -e "$work/ctld.pid" ] || scancel --user=root 2> /dev/null || true
    for _ in $(seq 50); do
        [ -n "$(squeue --noheader 2> /dev/null)" ] || break
        sleep 0.2
    done
    # By number: another Slurm may be at home here.
    for pid in "$work"/node*.pid "$work"/ctld.pid "$work"/munge/pid; do
        [ ! -e "$pid" ] || kill "$(cat "$pid")" 2> /dev/null || true
    done
    for _ in $(seq 50); do
        compgen -G "$work/*.pid" > /dev/null || break
        sleep 0.1
    done
    rm -rf "$work"
}
trap clean_up EXIT

step "setting up $(slurmctld -V)"
mkdir -m 755 "$work"/{munge,state,spool,log} "$work"/spool/node{1,2,3,4}
(umask 077 && head -c 1024 /dev/urandom > "$work/munge/key")
munged --force --key-file="$work/munge/key" --socket="$work/munge/socket" --pid-file="$work/munge/pid" \
    --seed-file="$work/munge/seed" --log-file="$work/munge/log" 2> /dev/null
host=$(hostname -s)
# cred_expire: else Slurm waits two minutes before it starts a requeued task.
cat > "$SLURM_CONF" << END
ClusterName=test
SlurmctldHost=$host(127.0.0.1)
SlurmctldPort=17001
SlurmUser=root
AuthType=auth/munge
AuthInfo=socket=$work/munge/socket,cred_expire=5
StateSaveLocation=$work/state
SlurmdSpoolDir=$work/spool/%n
SlurmctldLogFile=$work/log/controller
SlurmdLogFile=$work/log/%n
SlurmctldPidFile=$work/ctld.pid
SlurmdPidFile=$work/%n.pid
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SchedulerParameters=bf_interval=1,sched_min_interval=100000
SlurmdParameters=config_overrides
MpiDefault=none
ReturnToService=2
NodeName=node[1-4] NodeHostname=$host NodeAddr=127.0.0.1 Port=[17011-17014] CPUs=4 RealMemory=4000
PartitionName=all Nodes=ALL Default=YES State=UP
END
slurmctld
for node in 1 2 3 4; do slurmd -N "node$node"; done
for _ in $(seq 100); do
    [ "$(sinfo --noheader --states=idle --format=%D 2> /dev/null)" != 4 ] || break
    sleep 0.2
done
sinfo
[ "$(sinfo --noheader --states=idle --format=%D)" = 4 ] || fail "the nodes did not come up"

step "drawing pictures"
pictures=${PICTURES:-$repository/testdata/pictures}
# thumbgen itself makes large pictures of the small ones; hard links make many of few.
"$program" --quiet "$pictures" "$work/large" --size 1600 --enlarge --quality 90
# And would pass them over: with another first word, a stamp is a comment like any other.
find "$work/large" -type f -exec env LC_ALL=C sed -i 's/thumbgen 1 mtime=/picture  1 mtime=/' {} +
for copy in $(seq 1 "${COPIES:-160}"); do
    mkdir -p "$work/images/$((copy % 7))"
    cp -al "$work/large" "$work/images/$((copy % 7))/copy $copy"
done
count=$(find "$work/images" -type f | wc -l)
echo "$count pictures, $(du -sh "$work/large" | cut -f1) of different ones"

step "the whole tree in one run"
"$program" --quiet "$work/images" "$work/whole"

step "handing in the shipped array and the merge job"
cd "$work"
export THUMBGEN=$program
read -r array merge <<< "$("$repository/deploy/slurm/submit" "$work/images" "$work/thumbs" "$work/reports")"
reports=$work/reports/$array
echo "array $array, merge $merge"

victim=5
step "killing task $victim in the middle"
# The lock's file says which process it is. From then on it goes by small steps, until it has made a few thumbnails.
process=
for _ in $(seq 12000); do
    read -r _ process _ 2> /dev/null < "$work/thumbs/.thumbgen.shard-$victim-of-32.lock" || process=
    [ -z "$process" ] || break
    sleep 0.005
done
for _ in $(seq 12000); do
    kill -STOP "$process" 2> /dev/null || fail "task $victim is over already, or never began"
    [ "$(wc -l 2> /dev/null < "$reports/$victim.jsonl" || echo 0)" -lt 5 ] || break
    kill -CONT "$process"
    sleep 0.005
done
made=$(grep -c '"outcome":"made"' "$reports/$victim.jsonl") || fail "task $victim has made nothing"
! grep -q '"record":"run"' "$reports/$victim.jsonl" || fail "task $victim had finished"
kill -KILL "$process"
echo "process $process, after $made thumbnails, is dead"

step "waiting for Slurm"
for _ in $(seq 600); do
    [ -n "$(squeue --noheader --jobs="$array,$merge" 2> /dev/null)" ] || break
    sleep 0.5
done
squeue
scontrol show job "${array}_$victim" > "$work/victim"
grep -E 'JobId|JobState|Restarts|NodeList=node' "$work/victim"
grep -q 'JobState=COMPLETED' "$work/victim" || fail "task $victim did not complete"
grep -q 'Restarts=1 ' "$work/victim" || fail "task $victim was not started again"
cat "$work/thumbgen-${array}_$victim.log"
scontrol show job "$merge" | grep -E 'JobState|ExitCode'
cat "$work/thumbgen-merge-$merge.log"

step "checking"
scontrol show job "$merge" | grep -q 'JobState=COMPLETED' || fail "the merge job did not complete"
[ "$(find "$work/thumbs" -type f | wc -l)" = "$count" ] || fail "not as many thumbnails as pictures"
diff -r "$work/whole" "$work/thumbs" || fail "not the bytes of a single run"
grep -q "^32 of 32 shards finished" "$work/thumbgen-merge-$merge.log" || fail "the merged report is not complete"
grep -q "^$count pictures found: .* 0 failed" "$work/thumbgen-merge-$merge.log" || fail "pictures are missing in the report"
[ "$(wc -l < "$reports/all.jsonl")" = $((count + 1)) ] || fail "records are missing in the merged report"
tail -n 1 "$reports/all.jsonl" | grep -q '"finished":true' || fail "the merged report does not say that all is finished"
[ "$(head -n -1 "$reports/all.jsonl" | grep -o '"destination":"[^"]*"' | sort -u | wc -l)" = "$count" ] \
    || fail "a picture is in the merged report twice"
left=$(find "$work/thumbs" -name '.*' -type f)
[ -z "$left" ] || fail "leftovers: $left"
echo "ok: $count thumbnails, byte for byte those of a single run; 32 of 32 reports merged; task $victim killed after" \
    "$made thumbnails and finished by its second attempt; nothing left behind"
