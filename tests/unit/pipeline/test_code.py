"""The hash of the code behind a step."""

from __future__ import annotations

import subprocess
import sys

import pytest

from nociscope.pipeline.code import code_hash, reached, step_code
from tests.unit.pipeline.toy_steps import SCALE


def test_imports_of_ours_are_followed_and_the_engine_is_not():
    found = reached(SCALE.run.__module__)
    assert {"nociscope.core.errors", "nociscope.core.problem"} <= found
    assert not [name for name in found if name.startswith("nociscope.pipeline")]


def test_the_tool_adapters_and_steps_count():
    assert "nociscope.pipeline.steps.read" in reached("nociscope.pipeline.steps.read")


def test_the_hash_stays():
    assert step_code(SCALE) == code_hash("tests.unit.pipeline.toy_steps")


@pytest.fixture
def package(tmp_path):
    """Return a function that hashes a small package after an edit, in a process of its own."""
    folder = tmp_path / "lab"
    folder.mkdir()
    files = {
        "__init__.py": "",
        "steps.py": "def run(records, params):\n    from lab.models import f\n    return f",
        "models.py": "from . import tables\nf = 1\n",
        "tables/__init__.py": "",
        "tables/limits.toml": "a = 1\n",
        "other.py": "x = 1\n",
    }
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)

    def hashed(name="", text=""):
        if name:
            (folder / name).write_text(text)
        words = [sys.executable, "-c", "from nociscope.pipeline.code import code_hash; print(code_hash('lab.steps'))"]
        done = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, check=True)
        return done.stdout.strip()

    return hashed


def test_what_is_imported_counts_and_what_is_not_does_not(package):
    first = package()
    assert package("other.py", "x = 2\n") == first
    second = package("models.py", "from . import tables\nf = 2\n")
    assert second != first
    third = package("tables/limits.toml", "a = 2\n")  # data beside a package that is imported
    assert third != second
    assert package("tables/limits.toml", "a = 1\n") == second
