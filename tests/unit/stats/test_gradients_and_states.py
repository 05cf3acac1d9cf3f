"""Gradients and states of connectivity: made-up brains with known answers, and what they raise."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from nociscope.core.errors import RangeError, ShapeError
from nociscope.stats.connectivity_states import (
    Dwell,
    StateStability,
    dwell,
    dwell_cut,
    dynamics_p,
    dynamics_shown,
    log_ratios,
    phase_randomised,
    shares_as_parts,
    state_stability,
    states_stable,
    windowed,
)
from nociscope.stats.gradients import (
    aligned_to_others,
    order_kept,
    order_stability,
    procrustes,
    reference_held_out,
    variance_compared,
)
from nociscope.stats.safeguards import refuses


def brains(people=8, nodes=60, noise=0.05, seed=0):
    """The same three gradients, turned differently in everybody."""
    rng = np.random.default_rng(seed)
    truth = np.linalg.qr(rng.normal(size=(nodes, 3)))[0]
    turns = Rotation.random(people, random_state=seed).as_matrix()
    return truth, np.stack([truth @ turn + noise * rng.normal(size=truth.shape) / np.sqrt(nodes) for turn in turns])


def test_procrustes_undoes_a_rotation():
    truth, turned = brains(noise=0)
    assert np.allclose(procrustes(turned[0], truth), truth)
    with pytest.raises(ShapeError):
        procrustes(truth[:, :2], truth)


def test_a_reference_without_the_person_brings_everybody_into_one_orientation():
    _, turned = brains()
    out = aligned_to_others(turned)
    centre = out.mean(axis=0)
    assert all(np.corrcoef(own[:, k], centre[:, k])[0, 1] > 0.99 for own in out for k in range(3))
    with pytest.raises(RangeError):
        aligned_to_others(turned[:2])


def test_nobody_is_pulled_towards_themselves():
    """What somebody is rotated onto does not depend on them, and of noise they resemble a mean that holds them more."""
    noise = np.random.default_rng(2).normal(size=(6, 400, 2))
    others = aligned_to_others(noise)
    turned = noise.copy()
    turned[3] = noise[3] @ np.array([[0.0, -1.0], [1.0, 0.0]])
    assert np.allclose(aligned_to_others(turned)[3], others[3]), "however somebody came, they end alike"
    without = np.delete(others, 3, axis=0).mean(axis=0)
    alike = [abs(np.corrcoef(others[3, :, 0], mean[:, 0])[0, 1]) for mean in (without, others.mean(axis=0))]
    assert alike[0] < 0.5 * alike[1]


def test_a_reference_made_from_those_tested_is_refused():
    found = reference_held_out(["hcp-1", "sub-2"], ["sub-1", "sub-2"])
    assert [s.code for s in found] == ["gradient-reference-shared"] and refuses(found) and "sub-2" in found[0].message
    assert not refuses(reference_held_out(["sub-2"], ["sub-2"], ["gradient-reference-shared"]))
    assert reference_held_out(["hcp-1"], ["sub-1"]) == ()


def test_order_and_sign_are_counted_before_rotation():
    truth, _ = brains()
    swapped = truth[:, [1, 0, 2]] * [1, 1, -1]
    found = order_stability(np.stack([truth, truth, swapped, swapped]), truth)
    assert found.in_place.tolist() == [0.5, 0.5, 1.0] and found.flipped.tolist() == [0.0, 0.0, 0.5]
    assert np.allclose(found.similarity, 1)
    (said,) = order_kept(found)
    assert said.code == "gradient-order-unstable" and "1 (50%), 2 (50%)" in said.message
    assert order_kept(order_stability(np.stack([truth] * 4), truth)) == ()


def test_explained_variance_is_compared_since_rotation_hides_it():
    rng = np.random.default_rng(4)
    share = np.column_stack([rng.normal(0.3, 0.02, 20), rng.normal(0.1, 0.02, 20)])
    groups = ["p"] * 10 + ["c"] * 10
    guards, found = variance_compared(share, groups)
    assert guards[0].code == "gradient-variance-checked" and len(found) == 2
    share[:10, 1] += 0.08
    guards, found = variance_compared(share, groups)
    assert guards[0].code == "gradient-variance-differs" and guards[0].message.count("p =") == 1
    assert f"2 ({found[1].estimate:+.3g}" in guards[0].message


def switching(people=6, frames=300, seed=0):
    """Two networks that are together in one state and opposed in the other."""
    rng = np.random.default_rng(seed)
    out = []
    for _ in range(people):
        sign = np.repeat(rng.permutation([1, -1, 1, -1, 1, -1]), frames // 6)
        a, noise = rng.normal(size=frames), rng.normal(size=(frames, 4))
        out.append(np.column_stack([a, a, sign * a, sign * a]) + 0.3 * noise)
    return out


def still(people=6, frames=300, seed=0):
    rng = np.random.default_rng(seed)
    mix = np.array([[1, 0.5, 0, 0], [0, 1, 0.5, 0], [0, 0, 1, 0.5], [0, 0, 0, 1]])
    return [rng.normal(size=(frames, 4)) @ mix for _ in range(people)]


def test_windows_are_correlations_of_their_frames():
    run = still(1)[0]
    found = windowed(run, 40, 10)
    assert found.shape == (27, 6)
    assert found[3, 0] == pytest.approx(np.corrcoef(run[30:70, 0], run[30:70, 1])[0, 1])
    with pytest.raises(RangeError):
        windowed(run, 301)


def test_states_that_are_there_are_stable_and_those_of_noise_are_not():
    real = state_stability(switching(), 2, 24, step=4)
    assert real.seeds > 0.95 and real.windows > 0.65 and states_stable(real) == ()
    (said,) = states_stable(state_stability(still(), 5, 24, step=4))
    assert said.code == "states-unstable" and "adjusted Rand" in said.message
    assert states_stable(StateStability(0.9, 0.6, 1.0)), "either choice suffices"


def test_surrogates_keep_spectra_and_what_is_constant_between_regions():
    run = still(1, 257)[0]
    for series in (run, run[:-1]):
        other = phase_randomised(series, np.random.default_rng(0))
        assert np.allclose(np.abs(np.fft.rfft(other, axis=0)), np.abs(np.fft.rfft(series, axis=0)))
        assert np.allclose(np.cov(other.T), np.cov(series.T)) and not np.allclose(other, series)


def test_dynamics_are_told_from_a_stationary_process():
    p = dynamics_p(switching(3), 30, 39, seed=1)
    assert p == pytest.approx(1 / 40) and dynamics_shown(p, 39) == ()
    p = dynamics_p(still(3), 30, 39, seed=1)
    assert [s.code for s in dynamics_shown(p, 39)] == ["dynamics-not-shown"]
    with pytest.raises(RangeError):
        dynamics_p(still(1), 30, 5, seed=1)


def test_the_surrogate_test_keeps_its_level():
    """Of stationary noise one in ten has p at or below 0.1."""
    p = [dynamics_p(still(1, 120, seed=s), 24, 19, seed=s) for s in range(60)]
    assert np.mean(np.array(p) <= 0.1) <= 0.1 + 3 * np.sqrt(0.09 / 60)


def test_stays_that_a_run_cuts_count_as_at_least_so_long():
    """Chains whose mean stay is known, seen through a short run."""
    rng = np.random.default_rng(5)
    runs = []
    for _ in range(400):
        state, run = int(rng.integers(2)), []
        for _ in range(40):
            run.append(state)
            state = 1 - state if rng.random() < 1 / 20 else state
        runs.append(np.array(run))
    found = dwell(runs, 2)
    assert found.mean == pytest.approx([20, 20], rel=0.1) and (found.naive < 16).all()
    (said,) = dwell_cut(found)
    assert said.code == "dwell-cut" and f"{found.cut.sum()} of {found.stays.sum()}" in said.message


def test_a_single_run_is_counted_by_hand():
    found = dwell([np.array([0, 0, 1, 1, 1, 0]), np.array([1, 1])], 3)
    assert (
        found.mean[:2].tolist() == [3.0, 5.0] and found.stays.tolist() == [2, 2, 0] and found.cut.tolist() == [2, 1, 0]
    )
    assert dwell_cut(Dwell(found.mean, found.naive, found.stays, found.cut * 0)) == ()


def test_log_ratios_are_an_isometry():
    """Distances are Aitchison's: those of log-ratios of all pairs (Egozcue et al. 2003)."""
    rng = np.random.default_rng(6)
    shares = rng.dirichlet([2, 3, 4, 1], size=5)
    ours = log_ratios(shares, 100)
    logs = np.log(shares)
    pairs = logs[:, :, None] - logs[:, None, :]
    distance = np.sqrt(((pairs[0] - pairs[1]) ** 2).sum() / (2 * 4))
    assert np.linalg.norm(ours[0] - ours[1]) == pytest.approx(distance)
    assert np.isfinite(log_ratios(np.array([[0.5, 0.5, 0.0]]), 100)).all()
    with pytest.raises(ShapeError):
        log_ratios(shares * 2, 100)
    assert shares_as_parts(4).code == "shares-of-a-whole"
