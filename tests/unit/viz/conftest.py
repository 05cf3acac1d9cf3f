"""Made-up records for every test of this folder."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

_FILE = next(p / "report_samples.py" for p in Path(__file__).parents if p.name == "tests")


@pytest.fixture(scope="session")
def made_up() -> ModuleType:
    """Return the module that makes them; tests are not a package, so it is loaded by its path."""
    spec = importlib.util.spec_from_file_location("report_samples", _FILE)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
