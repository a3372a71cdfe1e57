#!/bin/sh
# Trains the policies that the cloud ships with, one for each number of types K = 2 to 5, from scratch and
# with fixed seeds, two at a time; then says how near each comes to the exact optimum on fresh instances.
#   deploy/policy.sh BUILD     (`make policy`)
# Finished ones stay. An interrupt (Ctrl-C) is no loss: the next call goes on where it was.
set -u
build=$1
dir=$build/policy
lab=$build/edmsac
mkdir -p "$dir"

# POLICY_UPDATES=n makes poorer ones, quickly.
updates=${POLICY_UPDATES:-32000}

# One policy. Signals reach the training itself, which then writes where it is.
make_one() {
    out=$dir/edmsac-k$1.safetensors
    part=$dir/.edmsac-k$1-$updates.part
    if [ -f "$out" ]; then
        echo "K = $1: $out is there"
        return 0
    fi
    if [ -f "$part" ]; then
        "$lab" train --resume "$part" --out "$part" --lines &
    else
        "$lab" train --types "$1" --updates "$updates" --seed 1 --out "$part" --lines &
    fi
    training=$!
    trap 'kill -TERM $training 2>/dev/null' TERM
    wait $training
    code=$?
    # A trapped signal ends the first wait; the training's own end is what counts.
    while kill -0 $training 2>/dev/null; do wait $training; code=$?; done
    trap - TERM
    [ $code -eq 0 ] || return 1
    # What is shipped needs no replay buffer.
    "$lab" train --resume "$part" --out "$out" --no-replay --quiet && rm -f "$part"
}

make_all() {
    for k in "$@"; do make_one "$k" || return 1; done
}

make_all 5 2 &
first=$!
make_all 4 3 &
second=$!
trap 'stopped=yes; kill -TERM $first $second 2>/dev/null' INT TERM
stopped=
failed=
for job in $first $second; do
    wait "$job" || failed=yes
    while kill -0 "$job" 2>/dev/null; do wait "$job" || failed=yes; done
done
if [ -n "$stopped$failed" ]; then
    echo "not finished; the same command goes on from here" >&2
    exit 1
fi
for k in 2 3 4 5; do
    "$lab" draw --types "$k" --count 400 --seed "900$k" | "$lab" eval --checkpoint "$dir/edmsac-k$k.safetensors" - || exit 1
done
