#!/usr/bin/env bash
# The browser tests drive a real Chromium, one of them behind a real nginx, and read what it prints: take Debian's tools when
# there are none on the machine.
set -eu
PATH="$PATH:/usr/sbin"
is_here() { command -v "$1" >/dev/null 2>&1; }
missing=""
is_here chromium || is_here chromium-browser || is_here google-chrome || missing="$missing chromium fonts-dejavu-core"
is_here nginx || missing="$missing nginx-light"
is_here openssl || missing="$missing openssl"
is_here pdftotext || missing="$missing poppler-utils"
if [ -z "$missing" ]; then exit 0; fi
echo "Installing for the browser tests:$missing…"
export DEBIAN_FRONTEND=noninteractive
as_root=""
if [ "$(id -u)" -ne 0 ]; then
    as_root="sudo -n"
fi
$as_root apt-get update -q || true
# shellcheck disable=SC2086  # several words
if ! $as_root apt-get install -y -q --no-install-recommends $missing; then
    echo "This could not be installed here. As root: apt install$missing, then make test again." >&2
    exit 1
fi
# Debian starts the nginx it has just installed, on port 80; the tests start their own.
case "$missing" in
    *nginx*) if is_here systemctl; then $as_root systemctl disable --now nginx >/dev/null 2>&1 || true; fi ;;
esac
