#!/usr/bin/env bash
# The browser tests drive a real Chromium: take Debian's when none is on the machine.
set -eu
for browser in chromium chromium-browser google-chrome; do
    if command -v "$browser" >/dev/null 2>&1; then exit 0; fi
done
echo "Installing chromium for the browser tests…"
export DEBIAN_FRONTEND=noninteractive
as_root=""
if [ "$(id -u)" -ne 0 ]; then
    as_root="sudo -n"
fi
$as_root apt-get update -q || true
if ! $as_root apt-get install -y -q --no-install-recommends chromium fonts-dejavu-core; then
    echo "Chromium could not be installed here. As root: apt install chromium, then make test again." >&2
    exit 1
fi
