@echo off
rem Compiles SQLite with MSVC: compile.cmd ARCH SOURCE OUTPUT-DIRECTORY "/DNAME=1 /DNAME ..."
rem Visual Studio's tools are not on the PATH outside a developer prompt: vswhere, which its installer puts in a fixed place, says where they are.
setlocal
set "arch=%~1"
set "source=%~2"
set "output=%~3"
set "defines=%~4"

set "tools=x86.x64"
if /i "%arch%"=="arm64" set "tools=ARM64"
set "host=amd64"
if /i "%PROCESSOR_ARCHITECTURE%"=="ARM64" set "host=arm64"
set "target=%arch%"
if /i "%arch%"=="x64" set "target=amd64"
set "environment=%host%_%target%"
if /i "%host%"=="%target%" set "environment=%host%"

if /i "%VSCMD_ARG_TGT_ARCH%"=="%arch%" goto :compile
set "vswhere=%ProgramFiles(x86)%\Microsoft Visual Studio\Installer\vswhere.exe"
if not exist "%vswhere%" goto :missing
set "base="
for /f "usebackq tokens=*" %%i in (`"%vswhere%" -latest -prerelease -products * -requires Microsoft.VisualStudio.Component.VC.Tools.%tools% -property installationPath`) do set "base=%%i"
if not defined base goto :missing
call "%base%\VC\Auxiliary\Build\vcvarsall.bat" %environment% >nul

:compile
rem /O1: for size. /MT: the static C runtime, which the AOT runtime's own libraries are built for. /Gy: a section for each function.
cl /nologo /c /O1 /MT /Gy /W0 %defines% /Fo"%output%\sqlite3.obj" "%source%"
if errorlevel 1 exit /b 1
lib /nologo /out:"%output%\e_sqlite3.lib" "%output%\sqlite3.obj"
exit /b %errorlevel%

:missing
echo compile.cmd: error: no C compiler found: install the Visual Studio Build Tools with "Desktop development with C++"
exit /b 1
