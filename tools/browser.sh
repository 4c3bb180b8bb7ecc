#!/bin/sh
# Make sure that the browser tests find a Chromium: the system's own, else Debian's, else Playwright's.
# usage: tools/browser.sh PATH-OF-PLAYWRIGHT
set -eu
for name in chromium chromium-browser google-chrome; do
    command -v "$name" >/dev/null && exit 0
done
if command -v apt-get >/dev/null; then
    as_root=""
    [ "$(id -u)" = 0 ] || as_root="sudo"
    $as_root apt-get update -qq && $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium >/dev/null && exit 0
fi
exec "$1" install chromium
