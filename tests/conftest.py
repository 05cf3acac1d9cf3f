"""What every test may ask for."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
DATA = Path(os.environ.get("NOCISCOPE_TEST_DATA", ROOT.parent / "shared" / "data"))


@pytest.fixture(scope="session")
def open_data():
    """Return a function that finds an open data set, or skips with a message where it is absent."""

    def find(name: str) -> Path:
        path = DATA / name
        if not path.exists():
            pytest.skip(f"open data {name!r} not found; set NOCISCOPE_TEST_DATA to the folder that holds it")
        return path

    return find
