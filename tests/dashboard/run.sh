#!/bin/sh
# The dashboard in a headless Chromium, on the pages of a real cloud. `deploy/deps.sh dashboard` installs what it needs;
# without that it says what is missing and passes. The browser's driver goes into the build folder.
set -eu
here=$(dirname "$0")
BUILD=${BUILD:-build}
tools=$BUILD/dashboard

skip() {
    echo "dashboard: SKIPPED, $1 (deploy/deps.sh dashboard)"
    exit 0
}

command -v node >/dev/null || skip "there is no node"
CHROMIUM=$(command -v chromium || command -v chromium-browser || command -v google-chrome || true)
[ -n "$CHROMIUM" ] || skip "there is no chromium"
if [ ! -d "$tools/node_modules/playwright-core" ]; then
    command -v npm >/dev/null || skip "there is no npm"
    mkdir -p "$tools"
    npm install --no-audit --no-fund --silent --prefix "$tools" playwright-core@1 >"$tools/npm.log" 2>&1 ||
        skip "npm could not install playwright-core, see $tools/npm.log"
fi
export BUILD CHROMIUM
PLAYWRIGHT=$(cd "$tools/node_modules/playwright-core" && pwd)
export PLAYWRIGHT
exec node "$here/check.mjs" "$@"
