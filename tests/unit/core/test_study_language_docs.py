"""The page on study files: its examples are study files, and no key is missing from it."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from nociscope.core.hypothesis import KINDS, Hypothesis
from nociscope.core.study import Study

PAGE = Path(__file__).resolve().parents[3] / "docs/how-to/write-a-study-file.md"
BLOCKS = [b for b in re.findall(r"```toml\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.S) if "--8<--" not in b]
ELSEWHERE = {"map", "tracer", "by", "question", "regions", "sessions", "override"}
"""Keys that have a page of their own, or that need no example to be understood."""


@pytest.mark.parametrize("block", [b for b in BLOCKS if b.startswith("[")])
def test_every_example_is_a_study_file(block):
    study = Study.model_validate(tomllib.loads(block))
    assert study.hypothesis or study.pet or study.groups.levels


def test_every_key_has_an_example():
    shown = {key for block in BLOCKS for h in tomllib.loads(block).get("hypothesis", []) for key in h}
    assert set(Hypothesis.model_fields) - shown - ELSEWHERE == {"paired", "retest"}
    text = PAGE.read_text(encoding="utf-8")
    assert all(f"`{kind} = " in text for kind in KINDS) and "`by`" in text
