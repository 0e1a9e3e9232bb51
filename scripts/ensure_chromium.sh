#!/bin/sh
# The browser journeys need Chromium; install Debian's where we may. A missing browser fails the tests, it skips none.
# The whole browser will do as well; without its windows it takes half the time.
command -v chromium-headless-shell >/dev/null && fc-list :lang=zh 2>/dev/null | grep -q . && exit 0
[ "$(id -u)" = 0 ] && [ -x /usr/bin/apt-get ] || {
  command -v chromium >/dev/null || echo "请先安装 chromium-headless-shell（或 chromium）和中文字体（fonts-noto-cjk）。" >&2
  exit 0
}
echo "安装 Chromium 和中文字体……"
apt-get update -q >/dev/null
DEBIAN_FRONTEND=noninteractive apt-get install -y -q chromium-headless-shell fonts-noto-cjk >/dev/null ||
  DEBIAN_FRONTEND=noninteractive apt-get install -y -q chromium fonts-noto-cjk >/dev/null
