#!/bin/sh
# Debian packages that the browser tests need: installed when root, otherwise the one line to run is printed.
set -eu
missing=""
command -v chromium >/dev/null 2>&1 || missing="$missing chromium"
[ -e /usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc ] || missing="$missing fonts-noto-cjk"
[ -z "$missing" ] && exit 0
if [ "$(id -u)" = 0 ]; then
  echo "正在安装测试所需的系统软件：$missing ..."
  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq $missing >/dev/null
else
  echo "测试需要系统软件，请运行：sudo apt-get install -y$missing" >&2
  exit 1
fi
