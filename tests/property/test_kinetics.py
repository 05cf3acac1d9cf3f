"""Whatever the curve: convolutions, windows and weights keep their laws."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad

from nociscope.core.records import Frames, Tacs
from nociscope.models.pet import FitOptions, frame_weights
from nociscope.models.pet.convolve import basis, exponential_means, frame_means
from nociscope.models.pet.descent import lagrange
from nociscope.models.pet.scan import measured_operators
from nociscope.models.pet.uptake import overlap, window_mean

spans = st.lists(st.floats(0.1, 10), min_size=3, max_size=12)
heights = st.lists(st.floats(0, 100), min_size=4, max_size=4)


def frames_of(durations: list[float]) -> Frames:
    edges = np.concatenate(([0.0], np.cumsum(durations)))
    return Frames(edges[:-1], edges[1:])


def by_quadrature(rate: float, time: np.ndarray, values: np.ndarray, low: float, high: float) -> float:
    """Frame mean of the convolution, by quadrature of the input against the kernel's own frame integral."""

    def kernel(s: float) -> float:
        start = max(low, s)
        if rate == 0:
            return high - start
        return (np.exp(-rate * (start - s)) - np.exp(-rate * (high - s))) / rate

    stops = np.unique(np.clip(np.concatenate((time, [low, high])), time[0], high))
    area = sum(
        quad(lambda s: np.interp(s, time, values) * kernel(s), a, b, epsabs=1e-11, epsrel=1e-11)[0]
        for a, b in pairwise(stops)
    )
    return area / (high - low)


@settings(max_examples=25, deadline=None)
@given(spans, heights, st.just(0.0) | st.floats(1e-4, 5))
def test_frame_means_of_convolutions_match_quadrature(durations, values, rate):
    frames = frames_of(durations)
    time = np.linspace(0, frames.end[-1] * 0.9, 4)
    curve = np.array(values)
    mean = exponential_means(np.array([rate]), time, curve, frames)[0]
    held = np.append(time, frames.end[-1])
    expected = by_quadrature(rate, held, np.append(curve, curve[-1]), frames.start[-1], frames.end[-1])
    assert mean[-1] == pytest.approx(expected, rel=1e-6, abs=1e-6)


@settings(max_examples=25, deadline=None)
@given(spans, heights, st.floats(1e-6, 20))
def test_the_table_reproduces_fresh_convolutions(durations, values, rate):
    frames, curve = frames_of(durations), np.array(values)
    time = np.linspace(0, frames.end[-1], 4)
    table = basis(time, curve, frames)
    value, slope = np.empty(len(frames)), np.empty(len(frames))
    lagrange(table.table, table.low, table.step, rate, value, slope)
    exact = exponential_means(np.array([rate]), time, curve, frames)[0]
    assert value == pytest.approx(exact, rel=1e-7, abs=1e-7 * max(exact.max(), 1e-3))


@settings(max_examples=40, deadline=None)
@given(spans, st.integers(0, 2**32 - 1))
def test_the_line_through_a_measured_curve_keeps_its_frame_means(durations, seed):
    frames = frames_of(durations)
    curve = np.random.default_rng(seed).uniform(0, 10, len(frames))
    line, running, _ = measured_operators(frames)
    time = np.concatenate(([0.0], frames.mid))
    means = frame_means(time, line @ curve, frames)
    assert means[0] == pytest.approx(curve, rel=1e-8, abs=1e-8)
    assert means[1] == pytest.approx(running @ curve, rel=1e-8, abs=1e-8)


@settings(max_examples=40, deadline=None)
@given(spans, st.floats(0, 1), st.floats(0, 1), st.floats(-5, 50))
def test_a_constant_curve_has_itself_as_window_mean(durations, a, b, level):
    frames = frames_of(durations)
    low, high = sorted((a, b))
    window = (low * frames.end[-1], max(high, low + 1e-3) * frames.end[-1])
    window = (window[0], min(window[1], frames.end[-1]))
    if window[1] - window[0] < 1e-3:
        return
    mean = window_mean(np.full((1, len(frames)), level), frames, window)
    assert mean.mean[0] == pytest.approx(level, abs=1e-9)
    assert overlap(frames, window).sum() == pytest.approx(window[1] - window[0], rel=1e-9)


@settings(max_examples=40, deadline=None)
@given(spans, st.integers(0, 2**32 - 1), st.floats(0.01, 1000))
def test_weights_ignore_the_unit_of_activity(durations, seed, factor):
    frames = frames_of(durations)
    activity = np.random.default_rng(seed).uniform(0.1, 10, (2, len(frames)))
    for scheme in ("decay", "kinfitr2", "uniform"):
        options = FitOptions(weights=scheme, half_life_min=20.4)
        once = frame_weights(Tacs(activity, frames, ("a", "b")), options)
        scaled = frame_weights(Tacs(activity * factor, frames, ("a", "b")), options)
        assert scaled == pytest.approx(once, rel=1e-9)
        assert once.max() == pytest.approx(1.0) and (once >= 0).all()
