"""Every figure that a page names by its id can be measured."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tools.results import collect, modules

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", ROOT / "validation" / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
ID = re.compile(r"`((?:io|cli|pipeline|pet\.blood|pet\.regional|stats|report|simulate|study)\.[a-z0-9_.]*[a-z0-9])`")
CODE = re.compile(r"stats\.(compare|correlate|paired|retest)$|io\.(index|tracers|names|study)$|pipeline\.\w+\.\w+$")


@pytest.fixture(scope="module")
def ids():
    """Ids of all figures, and the areas that they lie in."""
    broken: list[str] = []
    found = {f.id for folder in ("validation", "benchmarks") for f in collect(modules(folder), broken)}
    assert not broken
    return found | {".".join(i.split(".")[:n]) for i in found for n in (1, 2)}


@pytest.mark.parametrize("page", PAGES, ids=[p.relative_to(ROOT).as_posix() for p in PAGES])
def test_every_figure_that_a_page_names_exists(page, ids):
    named = {i for i in ID.findall(page.read_text(encoding="utf-8")) if not CODE.match(i)}
    assert named <= ids, f"named and not measured: {sorted(named - ids)}"


def test_every_goal_that_validation_misses_has_its_reason():
    rows = json.loads((ROOT / "validation" / "results.json").read_text(encoding="utf-8"))
    told = (ROOT / "validation" / "README.md").read_text(encoding="utf-8")
    missed = {row["id"] for row in rows if row["ok"] is False}
    assert {i for i in missed if f"`{i}`" not in told} == set(), "say in validation/README.md why it is missed"
