#!/usr/bin/env bash
# Makes sure that what the tests need outside Python is there: PostgreSQL, Chromium, Chinese fonts, npm.
set -euo pipefail

packages=()
if ! command -v initdb >/dev/null && ! compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null; then
    packages+=(postgresql)
fi
[ -x /usr/bin/chromium ] || packages+=(chromium)
# Without them a page's Chinese text is drawn as boxes and measures nothing.
compgen -G '/usr/share/fonts/opentype/noto/NotoSansCJK*' >/dev/null || packages+=(fonts-noto-cjk)
command -v npm >/dev/null || packages+=(npm)

[ ${#packages[@]} -eq 0 ] && exit 0

if ! command -v apt-get >/dev/null; then
    echo "the tests need: ${packages[*]} (Debian's names); install them and try again" >&2
    exit 1
fi

as_root=()
if [ "$(id -u)" -ne 0 ]; then
    if ! sudo -n true 2>/dev/null; then
        echo "the tests need: sudo apt-get install --no-install-recommends ${packages[*]}" >&2
        exit 1
    fi
    as_root=(sudo -n)
fi

echo "installing ${packages[*]}" >&2
export DEBIAN_FRONTEND=noninteractive
log=$(mktemp)
trap 'rm -f "$log"' EXIT
if ! { "${as_root[@]}" apt-get -q update && "${as_root[@]}" apt-get -q install -y --no-install-recommends "${packages[@]}"; } >"$log" 2>&1 </dev/null; then
    tail -n 20 "$log" >&2
    echo "could not install ${packages[*]}: install them by hand and try again" >&2
    exit 1
fi
