"""Grouping of inputs that a rule cannot tell apart: never another set than trying every completion one by one."""

from itertools import product

import numpy as np
import pytest

from nociscope.io.instruments import find_instrument
from nociscope.models.phenotype.grading import graded

ACR = find_instrument("acr-2016")
SITES = [c for c in ACR.columns if c.startswith("wpi_")]
REGIONS = [
    [c for c in SITES if any(part in c for part in parts) and c.endswith(side)]
    for parts, side in product(
        (("shoulder", "upper_arm", "lower_arm"), ("hip", "upper_leg", "lower_leg")), ("_l", "_r")
    )
] + [[c for c in SITES if c in ("wpi_neck", "wpi_upper_back", "wpi_lower_back")]]


def fibromyalgia(known):
    """Wolfe 2016, written from the publication."""
    wpi = sum(known[c] for c in SITES)
    sss = sum(v for c, v in known.items() if c.startswith("sss_"))
    regions = sum(any(known[c] for c in region) for region in REGIONS)
    severe = (wpi >= 7 and sss >= 5) or (4 <= wpi <= 6 and sss >= 9)
    return "positive" if severe and regions >= 4 and known["dur_months"] >= 3 else "negative"


def person(rng, missing):
    known = {c: float(rng.random() < 0.55) for c in SITES}
    known |= {i.column: float(rng.choice(i.levels)) for i in ACR.items if i.column.startswith("sss_")}
    known["dur_months"] = float(rng.choice([1, 3, 12]))
    gone = rng.choice([c for c in ACR.columns if c != "dur_months"], missing, replace=False)
    return known, list(gone)


@pytest.mark.parametrize("seed", range(60))
def test_fibromyalgia_with_gaps(seed):
    rng = np.random.default_rng(seed)
    known, gone = person(rng, int(rng.integers(1, 9)))
    found = graded(ACR, ACR.rules[0], known | dict.fromkeys(gone, np.nan))
    worlds = product(*[ACR.item(c).levels for c in gone])
    assert set(found.labels) == {fibromyalgia(known | dict(zip(gone, world, strict=True))) for world in worlds}
    assert found.exact


@pytest.mark.parametrize("seed", range(20))
def test_what_decides_is_what_leaves_fewer_grades(seed):
    rng = np.random.default_rng(seed)
    known, gone = person(rng, 6)
    found = graded(ACR, ACR.rules[0], known | dict.fromkeys(gone, np.nan))
    decides = set()
    for one in gone:
        for value in ACR.item(one).levels:
            left = graded(ACR, ACR.rules[0], known | dict.fromkeys(gone, np.nan) | {one: value})
            if set(left.labels) != set(found.labels):
                decides.add(one)
    assert set(found.deciding) == decides


def test_too_many_gaps_are_bounded_by_the_extremes():
    found = graded(ACR, ACR.rules[0], dict.fromkeys(ACR.columns, np.nan))
    assert set(found.labels) == {"positive", "negative"}
    never = graded(ACR, ACR.rules[0], dict.fromkeys(ACR.columns, np.nan) | {"dur_months": 1.0})
    assert never.labels == ("negative",)
