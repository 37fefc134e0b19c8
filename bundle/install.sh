#!/bin/sh
# Installs gonghui from the wheels beside this file into env/, without a network. 离线安装。
set -eu
cd "$(dirname "$0")"
"${PYTHON:-python3}" -m venv env
extra=
for wheel in wheels/rapidocr-*.whl; do [ -e "$wheel" ] && extra="[ocr]"; done
env/bin/python -m pip install --quiet --disable-pip-version-check --no-index --find-links wheels "gonghui$extra"
env/bin/gonghui --version
echo "安装完成。试运行：env/bin/gonghui run samples -o 结果"
