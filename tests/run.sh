#!/bin/sh
# Runs test programs two at a time and adds up what they print.
#   tests/run.sh all|unit|integration|sim|fuzz [test programs...]
# The last line is "N passed, M failed".
set -u
what=$1
shift
out=$BUILD/test-output
rm -rf "$out"
mkdir -p "$out"
export BUILD
# Options of the sanitizers; harmless without them.
export ASAN_OPTIONS="detect_leaks=1:abort_on_error=0:${ASAN_OPTIONS:-}"
export UBSAN_OPTIONS="print_stacktrace=1:${UBSAN_OPTIONS:-}"
export LSAN_OPTIONS="suppressions=$PWD/tests/support/lsan.supp:print_suppressions=0:${LSAN_OPTIONS:-}"

if [ $# -gt 0 ]; then
    printf '%s\n' "$@" | xargs -P "${JOBS:-2}" -I{} sh -c '
        name=$(basename {})
        if {} >"$0/$name.log" 2>&1; then echo ok >"$0/$name.rc"; else echo "failed" >"$0/$name.rc"; fi' "$out"
fi
passed=0
failed=0
for rc in "$out"/*.rc; do
    [ -f "$rc" ] || continue
    log=${rc%.rc}.log
    name=$(basename "$log" .log)
    # Check closes with "100%: Checks: 4, Failures: 0, Errors: 0"
    counts=$(sed -n 's/^[0-9]*%: Checks: \([0-9]*\), Failures: \([0-9]*\), Errors: \([0-9]*\)$/\1 \2 \3/p' "$log" | tail -n 1)
    # shellcheck disable=SC2086
    set -- ${counts:-1 1 0}
    bad=$(($2 + $3))
    if [ "$(cat "$rc")" != ok ] && [ "$bad" -eq 0 ]; then bad=1; fi
    passed=$((passed + $1 - bad))
    failed=$((failed + bad))
    if [ "$bad" -eq 0 ]; then
        printf '  ok      %-28s %s\n' "$name" "$1"
    else
        printf '  FAILED  %-28s %s of %s\n' "$name" "$bad" "$1"
        sed 's/^/          /' "$log"
    fi
done

# A further step: its name, then its command; counts as one test.
step() {
    step_name=$1
    shift
    if "$@" >"$out/$step_name.log" 2>&1; then
        passed=$((passed + 1))
        printf '  ok      %-28s %s\n' "$step_name" "$(tail -n 1 "$out/$step_name.log" | cut -c 1-90)"
    else
        failed=$((failed + 1))
        printf '  FAILED  %s\n' "$step_name"
        tail -n 60 "$out/$step_name.log" | sed 's/^/          /'
    fi
}
case $what in
all | unit) step documents python3 tests/docs_test.py ;;
esac
case $what in
all | integration) step document-commands python3 tests/docs_commands.py ;;
esac
case $what in
all | sim)
    if [ -x "$BUILD/foedus-sim" ]; then step simulator "$BUILD/foedus-sim" --edges 5 --seeds "$SIM_SEEDS"; fi
    ;;
esac
case $what in
all | fuzz)
    for f in "$BUILD"/tests/fuzz/fuzz_*; do
        if [ -x "$f" ] && [ ! -d "$f" ]; then
            case $f in *.o | *.d) continue ;; esac
            step "$(basename "$f")" "$f" --rounds "${FUZZ_ROUNDS:-20000}"
        fi
    done
    ;;
esac
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
