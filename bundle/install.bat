@echo off
rem Installs gonghui from the wheels beside this file into env\, without a network.
chcp 65001 >nul
cd /d "%~dp0"
set EXTRA=
if exist wheels\rapidocr-*.whl set EXTRA=[ocr]
py -3 -m venv env 2>nul || python -m venv env || goto failed
env\Scripts\python -m pip install --quiet --disable-pip-version-check --no-index --find-links wheels "gonghui%EXTRA%" || goto failed
env\Scripts\gonghui --version || goto failed
echo 安装完成。试运行：env\Scripts\gonghui run samples -o 结果
pause
exit /b 0
:failed
echo 安装没有成功，请看 安装说明.txt 的“常见问题”。
pause
exit /b 1
