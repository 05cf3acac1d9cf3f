from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from nociscope.core.citations import CITATIONS
from nociscope.core.errors import InputError, RangeError
from nociscope.core.hypothesis import MapSettings
from nociscope.core.space import VolumeSpace
from nociscope.stats.maps.conventions import (
    CONVENTIONS,
    POWERS,
    convention_named,
    described,
    deviate_table,
    deviates_from_table,
    levels,
)


def test_the_study_language_and_the_table_know_the_same_conventions():
    assert set(MapSettings.model_fields["convention"].annotation.__args__) == set(CONVENTIONS)
    assert {source for _, _, source in POWERS.values()} <= set(CITATIONS)
    with pytest.raises(InputError, match="exact-t"):
        convention_named("fsl")


@pytest.mark.parametrize("dof", [1.0, 3.0, 7.0, 34.0, 500.0])
def test_deviates_have_the_tail_of_t(dof):
    t = np.random.default_rng(0).standard_t(dof, 20_000).astype(np.float32) * 3
    t[:2] = 80, -70
    z = np.empty_like(t)
    deviates_from_table(t, dof, deviate_table(dof), z)
    expected = np.sign(t) * stats.norm.isf(np.maximum(stats.t.sf(np.abs(t).astype(float), dof), 1e-300))
    assert z == pytest.approx(expected, rel=1e-5, abs=2e-6)


def test_levels():
    at, sums = levels(CONVENTIONS["nilearn"], 5.0, 0.0, 2.0)
    assert at == pytest.approx(np.arange(101) * 0.05) and sums[2] == pytest.approx(0.05**2 + 0.1**2)
    assert levels(CONVENTIONS["palm"], 5.0, 0.0, 2.0)[1] == pytest.approx(sums * 0.05)
    fixed, _ = levels(CONVENTIONS["randomise"], 8.0, 5.0, 2.0)
    assert fixed.size == 161 and fixed[1] == 0.05
    assert levels(CONVENTIONS["randomise"], 8.0, 5.0, 2.0)[0][-1] == pytest.approx(8.0)


def test_sentence_names_what_the_number_depends_on():
    space = VolumeSpace(np.ones((2, 2, 2), dtype=bool), np.eye(4))
    for name, convention in CONVENTIONS.items():
        said = described(convention, space, 18, (0.5, 2.0), "two-sided")
        assert said.startswith(name) and "18 neighbours" in said and "0.5" in said and "two-sided" in said
    assert "one direction only" in described(CONVENTIONS["randomise"], space, 6, (0.5, 2), "two-sided")


def test_impossible_degrees_of_freedom():
    with pytest.raises(RangeError):
        deviate_table(0.0)
