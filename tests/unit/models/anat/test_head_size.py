"""Head-size adjustment against ordinary least squares."""

from __future__ import annotations

import numpy as np
import pytest

from nociscope.core.errors import InputError, RangeError, ShapeError
from nociscope.models.anat.head_size import proportion, residual_adjusted


@pytest.fixture
def people():
    rng = np.random.default_rng(5)
    head = rng.normal(1.5e6, 1.3e5, 40)
    groups = np.repeat(["a", "b"], 20)
    volume = 7000 + 0.003 * (head - 1.5e6) - 400 * (groups == "b") + rng.normal(0, 150, 40)
    return volume, head, groups


def test_the_slope_pooled_within_groups_is_that_of_least_squares(people):
    volume, head, groups = people
    design = np.column_stack([groups == "a", groups == "b", (head - 1.5e6) / 1e5]).astype(float)
    slope = np.linalg.lstsq(design, volume, rcond=None)[0][2] / 1e5
    found = residual_adjusted(volume, head, groups=groups)
    assert found.slope == pytest.approx(slope, rel=1e-9)
    np.testing.assert_allclose(found.adjusted, volume - slope * (head - head.mean()), rtol=1e-12)
    assert found.n == 40 and found.centre == pytest.approx(head.mean())


def test_the_slope_of_controls_is_theirs_alone(people):
    volume, head, groups = people
    controls = groups == "a"
    found = residual_adjusted(volume, head, controls=controls)
    assert found.slope == pytest.approx(np.polyfit(head[controls] - 1.5e6, volume[controls], 1)[0], rel=1e-9)
    assert found.n == 20
    assert np.cov(found.adjusted[controls], head[controls])[0, 1] == pytest.approx(0, abs=1e-3)


def test_a_difference_of_groups_in_head_size_does_not_bend_the_pooled_slope():
    head = np.array([1.2e6, 1.3e6, 1.4e6, 1.6e6, 1.7e6, 1.8e6])
    groups = np.repeat(["small", "large"], 3)
    volume = 0.002 * head + np.where(groups == "small", 1000.0, 0.0)
    assert residual_adjusted(volume, head, groups=groups).slope == pytest.approx(0.002)
    assert residual_adjusted(volume, head).slope < 0.0005


def test_whoever_lacks_a_number_stays_without_one(people):
    volume, head, _ = people
    volume[3], head[7] = np.nan, np.nan
    found = residual_adjusted(volume, head)
    assert np.flatnonzero(np.isnan(found.adjusted)).tolist() == [3, 7] and found.n == 38
    assert np.flatnonzero(np.isnan(proportion(volume, head))).tolist() == [3, 7]


def test_the_proportion_is_a_share():
    np.testing.assert_allclose(proportion(np.array([3.0, 4.0]), np.array([300.0, 200.0])), [0.01, 0.02])


def test_what_cannot_be_adjusted_is_named(people):
    volume, head, groups = people
    with pytest.raises(ShapeError):
        residual_adjusted(volume, head[:-1])
    with pytest.raises(ShapeError):
        residual_adjusted(volume, head, groups=groups[:-1])
    with pytest.raises(RangeError, match="not positive"):
        proportion(volume, -head)
    with pytest.raises(InputError, match="do not differ"):
        residual_adjusted(volume, np.full(40, 1.5e6))
    with pytest.raises(InputError, match="too few"):
        residual_adjusted(volume[:2], head[:2])
    with pytest.raises(InputError, match="two ways"):
        residual_adjusted(volume, head, groups=groups, controls=groups == "a")
