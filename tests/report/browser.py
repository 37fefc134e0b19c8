"""A real browser that opens a page from the disk, and what it came to."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from html import unescape
from pathlib import Path
from typing import Any, NamedTuple

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome", "chrome"))), "chromium")


class Seen(NamedTuple):
    """What a page came to."""

    dom: str
    console: list[str]

    @property
    def result(self) -> Any:
        """What the probe wrote down."""
        return json.loads(unescape(self.dom.partition('<pre id="probe">')[2].partition("</pre>")[0]))

    @property
    def lit(self) -> str:
        """The text that is lit up."""
        marks = re.findall(r"<mark ([^>]*)>(.*?)</mark>", self.dom, re.DOTALL)
        return unescape("".join(words for attributes, words in marks if re.search(r'class="[^"]*\blit\b', attributes)))


def see(page: Path, state: str, profile: Path, probe: str | None = None) -> Seen:
    """Open a page at a state of its hash. ``probe`` is a function body run in a copy of the page; what it returns is kept."""
    if probe is not None:
        script = page.with_name("probe.js")
        script.write_text(
            "addEventListener('load', () => setTimeout(async () => {"
            " const wait = (ms) => new Promise((done) => setTimeout(done, ms)); await wait(200);"
            f" const found = await (async () => {{ {probe} }})();"
            " const pre = document.createElement('pre'); pre.id = 'probe'; pre.textContent = JSON.stringify(found);"
            " document.body.append(pre); }))",
            encoding="utf-8",
        )
        text = page.read_text(encoding="utf-8").replace("</body>", '<script src="probe.js"></script></body>')
        page = page.with_name(f"probed-{page.name}")
        page.write_text(text, encoding="utf-8")
    flags = ["--headless", "--no-sandbox", "--disable-gpu", "--enable-logging=stderr", "--virtual-time-budget=4000"]
    command = [
        CHROMIUM,
        *flags,
        f"--user-data-dir={profile / 'profile'}",
        "--dump-dom",
        f"{page.as_uri()}{state and '#' + state}",
    ]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", errors="replace", timeout=120, check=True)
    return Seen(done.stdout, [line for line in done.stderr.splitlines() if "CONSOLE" in line])
