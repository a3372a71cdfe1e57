#!/bin/sh
# Runs every benchmark program ($BUILD/bench/bench_*), then the programs as a whole, then the Python peers (bench/*_torch.py) where
# /usr/bin/python3 has PyTorch, and prints how ours compare: all of it JSON, one object a line.
set -u
here=$(dirname "$0")
python=/usr/bin/python3
lines=$(mktemp)
trap 'rm -f "$lines"' EXIT
failed=0

run() {
    # No pipe to tee: its exit code would hide the program's.
    if "$@" >"$lines.one"; then
        cat "$lines.one" >>"$lines"
        cat "$lines.one"
    else
        echo "bench: $1 failed" >&2
        failed=1
    fi
    rm -f "$lines.one"
}

for program in "${BUILD:-build}"/bench/bench_*; do
    case $program in *.o | *.d) continue ;; esac
    [ -x "$program" ] && run "$program"
done
run $python "$here/whole.py"
# What an update of the diffusion actor and a contract cost; sizes as in policy_torch.py.
policy() {
    types=$1
    shift
    figures=$("${BUILD:-build}/edmsac" bench --json --types "$types" "$@") || return 1
    echo "{\"bench\":\"policy\",\"types\":$types,\"hidden\":256,\"steps\":5,\"batch\":256,${figures#"{"}"
}
run policy 3
run policy 10 --actions direct
if $python -c 'import torch' 2>/dev/null; then
    for peer in "$here"/*_torch.py; do
        run $python "$peer"
    done
    $python "$here/ratios.py" <"$lines"
else
    echo "bench: no PyTorch for $python, so no comparison (deploy/deps.sh bench installs it)" >&2
fi
exit $failed
