#!/bin/sh
# The browser journeys need Chromium; install Debian's where we may. A missing browser fails the tests, it skips none.
command -v chromium >/dev/null && fc-list :lang=zh 2>/dev/null | grep -q . && exit 0
[ "$(id -u)" = 0 ] && [ -x /usr/bin/apt-get ] || { echo "请先安装 chromium 和中文字体（fonts-noto-cjk）。" >&2; exit 0; }
echo "安装 Chromium 和中文字体……"
apt-get update -q >/dev/null && DEBIAN_FRONTEND=noninteractive apt-get install -y -q chromium fonts-noto-cjk >/dev/null
