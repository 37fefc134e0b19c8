"""What only LibreOffice reads (.rtf .odt, files of WPS, Word before 1997) → ``.docx``, where the machine has it.

The one module that starts another program. LibreOffice runs with a profile of its own that lives as long as the conversion:
macros off, links not updated, nothing of the user's settings. The POSIX calls that end it with all its children are guarded.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
from contextlib import suppress
from pathlib import Path

from pipeline.errors import SourceError
from pipeline.ingest.limits import DEFAULT, Limits

_NAMES = ("soffice", "libreoffice")
_PLACES = (  # where installers put it without telling PATH
    r"C:\Program Files\LibreOffice\program\soffice.exe",
    r"C:\Program Files (x86)\LibreOffice\program\soffice.exe",
    "/Applications/LibreOffice.app/Contents/MacOS/soffice",
)
_FILTER = "docx:MS Word 2007 XML"
_SAFE = (
    ("Office.Common/Security/Scripting", "DisableMacrosExecution", "true"),
    ("Office.Common/Security/Scripting", "MacroSecurityLevel", "3"),
    ("Office.Common/Security/Scripting", "BlockUntrustedRefererLinks", "true"),
    ("Office.Writer/Content/Update", "Link", "0"),
)


def converted(data: bytes, suffix: str, limits: Limits = DEFAULT) -> bytes:
    """The document as ``.docx``.

    Args:
        suffix: what LibreOffice is to take it for: ``doc``, ``rtf``, ``wps``, ``odt``.

    Raises:
        SourceError: ``needs_libreoffice`` ``timed_out``; ``corrupt_file`` where LibreOffice makes nothing of it.
    """
    program = libreoffice()
    if program is None:
        raise SourceError("needs_libreoffice", format=suffix)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        work = Path(folder)
        source, profile, made = work / f"source.{suffix}", work / "profile", work / "made"
        source.write_bytes(data)
        _write_profile(profile)
        _run(
            [program, "--headless", "--norestore", "--nolockcheck", "--nodefault", "--nologo",
             f"-env:UserInstallation={profile.as_uri()}", "--convert-to", _FILTER, "--outdir", str(made), str(source)],
            work, limits.converter_timeout_s,
        )  # fmt: skip
        result = made / "source.docx"
        if not result.is_file():
            raise SourceError("corrupt_file", reason="LibreOffice cannot open it")
        if result.stat().st_size > limits.max_bytes:
            raise SourceError("too_large", bytes=result.stat().st_size, limit=limits.max_bytes)
        return result.read_bytes()


def libreoffice() -> str | None:
    """Where LibreOffice is, or null."""
    found = next((path for name in _NAMES if (path := shutil.which(name))), None)
    return found or next((place for place in _PLACES if Path(place).is_file()), None)


def _run(command: list[str], folder: Path, timeout: float) -> None:
    # a session of its own (ignored on Windows), so that it can be ended together with the processes that it starts
    nothing = subprocess.DEVNULL
    process = subprocess.Popen(command, cwd=folder, stdin=nothing, stdout=nothing, stderr=nothing, start_new_session=True)
    try:
        process.wait(timeout)
    except subprocess.TimeoutExpired as error:
        raise SourceError("timed_out", seconds=timeout) from error
    finally:
        _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    if hasattr(os, "killpg"):
        with suppress(ProcessLookupError, PermissionError):  # all of it has ended already
            os.killpg(process.pid, signal.SIGKILL)
    elif process.poll() is None:
        process.kill()
    process.wait()


def _write_profile(profile: Path) -> None:
    items = "".join(
        f'<item oor:path="/org.openoffice.{path}"><prop oor:name="{name}" oor:op="fuse"><value>{value}</value></prop></item>'
        for path, name, value in _SAFE
    )
    (profile / "user").mkdir(parents=True)
    (profile / "user" / "registrymodifications.xcu").write_text(
        '<?xml version="1.0" encoding="UTF-8"?>\n<oor:items xmlns:oor="http://openoffice.org/2001/registry" '
        'xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        f"{items}</oor:items>\n",
        encoding="utf-8",
    )
