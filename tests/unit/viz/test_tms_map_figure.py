"""The figure of motor maps: what it says in words, gaps, thresholds that nobody declared, phone size."""

import re

import numpy as np
import pytest

from nociscope.models import tms
from nociscope.viz.style import SMALL, WIDTH, house
from nociscope.viz.svg import inline
from nociscope.viz.tms_map import tms_map

X, Y = (a.ravel() for a in np.meshgrid(np.arange(0, 7.0), np.arange(-3, 4.0)))


def muscle(name, x, y, gap=False):
    size = 800 * np.exp(-((X - x) ** 2 + (Y - y) ** 2) / 2) + 5
    pulses = size[:, None] * np.random.default_rng(0).lognormal(0, 0.3, (X.size, 5))
    if gap:
        pulses[3] = np.nan
    return tms.MuscleMap(name, X, Y, pulses, 1.0)


def drawn(*maps, rules=None, draws=200, overlap=True):
    metrics = [tms.map_metrics(m, rules, draws=draws) for m in maps]
    both = tms.map_overlap(*maps, rules, draws=draws) if len(maps) == 2 and overlap else None
    with house():
        drawing = tms_map(list(zip(maps, metrics, strict=True)), overlap=both)
        return drawing, inline(drawing, "f1")


def test_numbers_units_and_pulses_are_said():
    drawing, svg = drawn(muscle("LES", 2, 0), muscle("DM", 3, -1, gap=True), rules=tms.MapRules())
    assert re.search(r"LES: 245 pulses at 49 sites, largest mean \d+ µV; area \d+ cm² \[\d+ to \d+\]", drawing.words)
    assert re.search(r"DM: 240 pulses at 48 sites.*y −[01]\.\d\d cm", drawing.words)
    assert re.search(r"Together: Dice 0\.\d\d \[.*distance of centres 1\.\d\d cm", drawing.words)
    assert "the map goes on beyond" in drawing.words
    assert "Cross: no valid pulse" in drawing.caption and "50 µV" in drawing.caption
    assert "n = 240 pulses" in svg
    assert svg.count("(cm)") == 5


@pytest.mark.parametrize("count", [1, 2])
def test_it_fits_a_phone_and_repeats(count):
    maps = [muscle("LES", 2, 0), muscle("DM", 3, -1)][:count]
    _, svg = drawn(*maps)
    assert float(re.search(r'viewBox="0 0 ([\d.]+)', svg)[1]) == pytest.approx(WIDTH * 72)
    assert min(float(s) for s in re.findall(r"font-size: ([\d.]+)px", svg)) >= SMALL - 0.5
    assert drawn(*maps)[1] == svg
    assert len(svg) < 150_000


def test_a_default_threshold_and_missing_intervals_are_told():
    drawing, _ = drawn(muscle("LES", 2, 0), draws=0)
    assert "Nobody declared this threshold" in drawing.caption
    assert "[" not in drawing.words


def test_an_empty_map_is_drawn_and_says_why():
    empty = tms.MuscleMap("LES", X, Y, np.zeros((X.size, 2)), 1.0)
    drawing, svg = drawn(empty, muscle("DM", 3, -1), rules=tms.MapRules())
    assert "centre of gravity x not given" in drawing.words
    assert svg.startswith("<svg")


def test_places_chosen_by_chance():
    rng = np.random.default_rng(1)
    x, y = rng.uniform(-3, 3, (2, 50))
    scattered = tms.MuscleMap("FDI", x, y, rng.uniform(0, 300, (50, 3)), np.nan)
    drawing, _ = drawn(scattered)
    assert "discrete peaks not given" in drawing.words
