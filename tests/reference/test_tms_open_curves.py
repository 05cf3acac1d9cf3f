"""Recruitment curves of 27 real people (Parchure et al., Clin Neurophysiol 2025): reproduced or refused."""

import numpy as np
import pytest

from nociscope.core.status import FitStatus
from nociscope.models.tms import recruitment_curve
from validation.tms_data import people

WELL_DETERMINED = {"BME07": (4.4354, 109.946), "BME14": (3.5299, 126.721), "BME29": (8.2159, 120.428)}
"""Published plateau, mV, and S50, % RMT."""


@pytest.fixture(scope="module")
def everybody(open_data):
    return {p.label: p for p in people(open_data("tms-input-output"))}


def fit(person, errors="constant"):
    return recruitment_curve(person.intensity, person.mep, "FDI", errors=errors, floor=True, intensity_unit="%RMT")


def test_two_spellings_are_one_person(everybody):
    assert len(everybody) == 27
    assert sum(p.mep.size for p in everybody.values()) == 2497
    assert sum(np.isfinite(p.published[1]) for p in everybody.values()) == 21


@pytest.mark.parametrize("label", WELL_DETERMINED)
def test_published_curves_that_the_data_determine(everybody, label):
    found = fit(everybody[label])
    a, s50 = WELL_DETERMINED[label]
    assert found.status is FitStatus.OK
    assert found["IO_A"].value == pytest.approx(a, rel=0.02)
    assert found["IO_S50"].value == pytest.approx(s50, abs=0.5)


@pytest.mark.parametrize("label", ["BME04", "BME13", "BME20", "BME22", "BME28"])
def test_published_curves_that_rest_on_a_bound_are_refused(everybody, label):
    found = fit(everybody[label])
    assert everybody[label].published_is_poor
    assert found["IO_S50"].status is FitStatus.INDETERMINATE
    assert found["IO_slope"].method.startswith("straight line")
    assert np.isfinite(found["IO_AUC"].value)


@pytest.mark.parametrize("errors", ["log", "weighted", "constant"])
def test_everybody_has_a_status_and_an_area(everybody, errors):
    for person in everybody.values():
        found = fit(person, errors)
        for score in found.scores.values():
            assert np.isfinite(score.value) == score.status.keeps_value
        assert found["IO_AUC"].value > 0
    assert fit(everybody["BME17"]).status is FitStatus.TOO_FEW_TRIALS  # four intensities
