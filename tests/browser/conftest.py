"""A real Chromium, the made-up records, and the pages written to disk."""

from __future__ import annotations

import importlib.util
import os
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

HERE = Path(__file__).parent
PROGRAMS = ("chromium", "chromium-browser", "google-chrome")


def _loaded(file: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(file.stem, file)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def made_up() -> ModuleType:
    """Return the module that makes records; tests are not a package, so it is loaded by its path."""
    return _loaded(HERE.parent / "report_samples.py")


@pytest.fixture(scope="session")
def chrome() -> Iterator[Any]:
    """Return a running browser, or skip where there is none; NOCISCOPE_CHROMIUM names another program."""
    program = os.environ.get("NOCISCOPE_CHROMIUM") or next((p for p in map(shutil.which, PROGRAMS) if p), None)
    if program is None:
        pytest.skip("no Chromium on this machine; install Debian's chromium or set NOCISCOPE_CHROMIUM")
    browser = _loaded(HERE / "chrome.py").Chrome(program)
    yield browser
    browser.close()


@pytest.fixture(scope="session")
def pages(made_up: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Write the pages as the pipeline would, the person's beside the cohort's; and one with every kind of finding."""
    from nociscope.report import render_cohort, render_participant

    folder = tmp_path_factory.mktemp("out") / "report"
    folder.mkdir()
    written = {"cohort": folder / "index.html", "participant": folder / "sub-01.html"}
    written["cohort"].write_text(render_cohort(made_up.cohort()), encoding="utf-8")
    written["participant"].write_text(render_participant(made_up.participant(scans=1)), encoding="utf-8")
    written["kinds"] = folder / "kinds.html"
    written["kinds"].write_text(render_cohort(_every_kind(made_up)), encoding="utf-8")
    return written


def _every_kind(made_up: ModuleType) -> Any:
    """The cohort's page with findings that were evaluated, one hypothesis of every kind."""
    found = _loaded(HERE.parent / "evaluated_samples.py").evaluated()
    report = made_up.cohort()
    hypotheses = tuple(
        replace(report.hypotheses[0], name=name.replace(" ", "-"), question="", findings=findings, table_href="")
        for name, findings in found.items()
    )
    return replace(report, hypotheses=hypotheses)
