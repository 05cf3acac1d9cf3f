"""Points beside one another: no chance, no overlap within a slice."""

import numpy as np

from nociscope.viz.swarm import offsets


def test_equal_values_are_spread_and_centred():
    shift = offsets(np.full(5, 2.0), 4.0)
    assert len(set(shift)) == 5
    assert abs(shift.sum()) < 0.2


def test_far_values_stay_in_the_middle():
    assert np.all(offsets(np.array([1.0, 2.0, 3.0]), 2.0) == 0)


def test_order_of_people_does_not_matter():
    values = np.array([1.0, 1.01, 1.02, 3.0, 3.01])
    straight = dict(zip(values, offsets(values, 2.0), strict=True))
    back = dict(zip(values[::-1], offsets(values[::-1], 2.0), strict=True))
    assert straight == back


def test_many_equal_values_stay_within_reach():
    assert np.abs(offsets(np.full(60, 1.0), 1.0)).max() <= 0.36 + 1e-9


def test_no_spread_at_all():
    assert offsets(np.full(3, 1.0), 0.0).shape == (3,)
