#!/bin/sh
# Installs the Debian 12 packages that Foedus is built from. Safe to run again.
#
#   deploy/deps.sh           what `make`, `make demo`, `make figures` and `make check` need
#   deploy/deps.sh build     what `make` needs, without the tests' tools
#   deploy/deps.sh bench     also what the comparison benchmarks need (PyTorch)
#   deploy/deps.sh dashboard also what `make dashboard-check` needs (a browser, Node.js)
#
# Without root it changes nothing and names what is missing.
set -eu

build="gcc make pkg-config libc6-dev ca-certificates"
libs="libuv1-dev libprotobuf-c-dev protobuf-c-compiler protobuf-compiler libssl-dev
libsqlite3-dev libopenblas-serial-dev libmicrohttpd-dev libjansson-dev
libcurl4-openssl-dev zlib1g-dev libinih-dev coinor-libipopt-dev"
data="dataset-fashion-mnist"
figures="gnuplot-nox"
tests="check clang curl openssl procps git python3 libclang-rt-14-dev"

want="$build $libs $data $figures $tests"
if [ $# -gt 1 ]; then
    echo "deps.sh: more than one argument (accepted: none, build, bench or dashboard)" >&2
    exit 2
fi
case "${1:-}" in
"") ;;
build) want="$build $libs $data" ;;
dashboard)
    want="$want chromium"
    command -v npm >/dev/null 2>&1 || want="$want nodejs npm"
    ;;
bench) want="$want python3-torch python3-numpy" ;;
*)
    echo "deps.sh: unknown argument '$1' (accepted: none, build, bench or dashboard)" >&2
    exit 2
    ;;
esac

if ! command -v dpkg-query >/dev/null 2>&1; then
    echo "deps.sh: this is not a Debian system; install these yourself:" >&2
    echo "$want" >&2
    exit 1
fi

missing=""
for p in $want; do
    s=$(dpkg-query -W -f='${db:Status-Status}' "$p" 2>/dev/null || true)
    [ "$s" = installed ] || missing="$missing $p"
done
if [ -z "$missing" ]; then
    echo "deps.sh: everything needed is installed"
    exit 0
fi

if [ "$(id -u)" -ne 0 ]; then
    echo "deps.sh: not root, so nothing was installed. Missing:$missing" >&2
    echo "deps.sh: run as root: apt-get install --no-install-recommends$missing" >&2
    exit 1
fi

export DEBIAN_FRONTEND=noninteractive
echo "deps.sh: installing$missing"
apt-get update -qq
# shellcheck disable=SC2086
apt-get install -y -qq --no-install-recommends $missing >/dev/null
echo "deps.sh: done"
