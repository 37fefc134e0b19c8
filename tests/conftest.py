"""Markers for what a machine may lack. With REQUIRE=all in the environment only ``needs_shared`` may skip."""

from __future__ import annotations

import importlib.util
import os
import shutil
from collections.abc import Generator
from pathlib import Path

import pytest

from tests.ingest import scans

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared"
LACKING = {
    "needs_s3": any(importlib.util.find_spec(name) is None for name in ("s3fs", "moto", "flask_cors")),
    "needs_dask": importlib.util.find_spec("distributed") is None,
    "needs_chromium": not any(shutil.which(name) for name in ("chromium", "chromium-browser", "google-chrome", "chrome")),
    "needs_libreoffice": not any(shutil.which(name) for name in ("soffice", "libreoffice")),
    "needs_ocr": not all(importlib.util.find_spec(name) for name in ("rapidocr", "onnxruntime")) or scans.font() is None,
    "needs_shared": not SHARED.is_dir(),
}
ALL_REQUIRED = os.environ.get("REQUIRE") == "all"


def pytest_addoption(parser: pytest.Parser) -> None:
    """``--regenerate-golden`` for ``tests/golden``."""
    parser.addoption("--regenerate-golden", action="store_true", help="rewrite tests/golden/expected, and fail")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip what needs something that is not here."""
    for item in items:
        for marker, lacking in LACKING.items():
            if lacking and item.get_closest_marker(marker):
                item.add_marker(pytest.mark.skip(reason=marker))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Under REQUIRE=all a skip is a failure."""
    report = yield
    if ALL_REQUIRED and report.skipped and not hasattr(report, "wasxfail") and not item.get_closest_marker("needs_shared"):
        report.outcome = "failed"
        report.longrepr = f"skipped although REQUIRE=all: {report.longrepr}"
    return report


@pytest.fixture(scope="session")
def shared() -> Path:
    """The shared folder; only for tests marked ``needs_shared``."""
    return SHARED
