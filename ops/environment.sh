#!/bin/sh
# Brings FOLDER/.venv to the state of FOLDER/LOCK. Does nothing when it already is there.
set -eu
folder=$1 lock=$2
top=$(pwd)
wanted=$(cat "$folder/.python-version")
stamp="$folder/.venv/.installed"
digest=$(cat "$folder/$lock" ops/uv.lock "$folder/.python-version" | sha256sum | cut -d' ' -f1)
have=$(cat "$stamp" 2>/dev/null || true)
case "$have" in
  *"$digest"*) exit 0 ;;
esac
# The development lock holds all of the run-time lock: it serves for both.
if [ "$lock" = requirements.lock ] && [ "$folder" = . ] && [ -f requirements-dev.lock ]; then
  dev=$(cat requirements-dev.lock ops/uv.lock .python-version | sha256sum | cut -d' ' -f1)
  [ "$have" = "$dev" ] && exit 0
fi
if [ ! -x var/uv/bin/uv ]; then
  echo "正在准备 uv ..."
  mkdir -p var
  python3 -m venv var/uv || { echo "缺少 python3 的 venv 模块：请先安装 python3-venv。" >&2; exit 1; }
  var/uv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r ops/uv.lock 2> var/uv.log ||
    { echo "无法从软件源安装 uv：请检查网络或 pip 配置（详情在 var/uv.log）。" >&2; exit 1; }
fi
uv="$top/var/uv/bin/uv"
# A bank signs its package index with its own authority.
export UV_SYSTEM_CERTS="${UV_SYSTEM_CERTS:-true}"
cd "$folder"
[ -x .venv/bin/python ] || "$uv" venv --quiet --python "$wanted" .venv ||
  { echo "需要 Python $wanted：请先安装它（例如 pyenv install $wanted）。" >&2; exit 1; }
echo "正在安装 $folder/$lock（Python $wanted）..."
"$uv" pip sync --quiet --python .venv/bin/python --require-hashes --compile-bytecode "$lock" ||
  { echo "依赖安装失败：$folder/$lock。" >&2; exit 1; }
echo "$digest" > .venv/.installed
