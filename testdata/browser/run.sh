#!/bin/sh
# Opens the HTML report in a real browser: run.sh FOLDER, of the pages that the Go test wrote there (library.html,
# site.html, hostile.html). Screenshots and the printed pages go to FOLDER/shots. Needs node and npm, and Debian's chromium
# (apt-get install chromium); for the pictures of printed pages pdftoppm. Run by `make browser`; never by `go test` alone.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
pages=$(cd "$1" && pwd)
work=${DETC_BROWSER_DIR:-${TMPDIR:-/tmp}/detc-browser}
mkdir -p "$work" "$pages/shots"
cp "$here/package.json" "$here/check.mjs" "$work/"
cd "$work"
test -d node_modules/playwright-core && test -d node_modules/axe-core || npm install --no-audit --no-fund --ignore-scripts --silent
node check.mjs "$pages"
