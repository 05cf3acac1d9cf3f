"""Every number of stimulation and reflexes is in the vocabulary, in its unit, with sources that exist."""

import numpy as np

from nociscope.core.citations import CITATIONS
from nociscope.core.vocabulary import VOCABULARY
from nociscope.models import tms


def every_score():
    rng = np.random.default_rng(0)
    sweeps = tms.Sweeps(rng.normal(0, 3, (12, 900)), 2000.0, -100.0, "FDI")
    meps = tms.motor_evoked_potentials(sweeps)
    yield from (tms.mep_size(meps), tms.mep_latency(meps))
    yield tms.silent_period(tms.silent_periods(sweeps, tms.MepRules()))
    levels = np.repeat(np.arange(40, 81, 5.0), 6)
    answers = rng.random(levels.size) < 0.5
    for threshold in (tms.relative_frequency, tms.two_thresholds, tms.probit_threshold, tms.hunted_threshold):
        yield from (threshold(levels, answers), threshold(levels, answers, measure="AMT"))
    sizes = tms.boltzmann(levels, 4, 60, 5) * rng.lognormal(0, 0.3, levels.size)
    yield from tms.recruitment_curve(levels, sizes, "FDI", floor=True).scores.values()
    for measure in ("SICI", "ICF", "LICI", "SAI"):
        yield from tms.paired_pulse(measure, sizes[:10], sizes[10:20], "FDI").values()
    x, y = (a.ravel() for a in np.meshgrid(np.arange(5.0), np.arange(5.0)))
    muscle_map = tms.MuscleMap("FDI", x, y, rng.uniform(0, 900, (25, 4)), 1.0)
    yield from tms.map_metrics(muscle_map, draws=10).scores.values()
    yield from tms.map_overlap(muscle_map, muscle_map).values()
    yield from tms.homeostatic_response(sizes[:9], sizes[9:18], [sizes[18:27]], "FDI").values()
    yield tms.reflex_threshold(np.array([1, 2, 1, 2, 1, 2.0]), np.array([0, 1, 0, 1, 0, 1], bool), "bf")
    yield from tms.reflex_summation(rng.uniform(1, 2, (3, 5)), "bf").values()


def test_measures_units_methods_and_sources():
    for score in every_score():
        assert score.measure in VOCABULARY, score.measure
        assert score.unit == VOCABULARY[score.measure].unit, score.measure
        assert set(score.cites) <= set(CITATIONS), score.measure
        assert "version" in score.method, score.measure
        assert score.n_asked >= score.n_valid
