"""Freedom left after cleaning, and motion: the numbers by other means, and what they raise."""

from __future__ import annotations

import gzip

import numpy as np
import pytest
from scipy import stats

from nociscope.core.errors import RangeError, ShapeError
from nociscope.stats.connectivity import (
    Remaining,
    enough_left,
    fisher_z,
    motion_compared,
    motion_matched,
    motion_matched_sensitivity,
    remaining,
    stop_band,
)
from nociscope.stats.safeguards import refuses


def codes(safeguards):
    return [s.code for s in safeguards]


def test_nothing_but_the_mean_is_spent_without_cleaning():
    left = remaining(np.zeros((100, 0)), np.ones(100, dtype=bool), 2.0)
    assert (left.spent, left.dof, left.minutes) == (1, 99, pytest.approx(100 * 2 / 60))
    assert fisher_z(0.3, left).se == pytest.approx(1 / np.sqrt(97)), "n − 3"


def test_a_band_spends_what_lies_outside_it():
    left = remaining(np.zeros((200, 0)), np.ones(200, dtype=bool), 2.0, (0.01, 0.1))
    hz = np.arange(1, 200) / (2 * 200 * 2.0)
    assert left.dof == int(((hz >= 0.01) & (hz <= 0.1)).sum())


def test_the_error_of_z_is_that_of_cleaned_noise():
    """Correlations of white noise cleaned by the same projection scatter as the freedom left says."""
    rng = np.random.default_rng(1)
    frames, repetition = 160, 2.0
    confounds = rng.normal(size=(frames, 12))
    kept = rng.random(frames) > 0.15
    band = (0.01, 0.1)
    left = remaining(confounds, kept, repetition, band)
    out = np.column_stack([np.ones(frames), confounds, stop_band(frames, repetition, band)])[kept]
    basis, size, _ = np.linalg.svd(out / np.linalg.norm(out, axis=0), full_matrices=False)
    basis = basis[:, size > 1e-8 * size[0]]
    basis = (
        np.linalg.qr(out)[0] if np.linalg.matrix_rank(out) == out.shape[1] else basis[:, : np.linalg.matrix_rank(out)]
    )
    noise = rng.normal(size=(kept.sum(), 2, 4000))
    clean = noise - np.einsum("ij,jkl->ikl", basis, np.einsum("ij,ikl->jkl", basis, noise))
    a, b = clean[:, 0], clean[:, 1]
    r = (a * b).sum(axis=0) / np.sqrt((a**2).sum(axis=0) * (b**2).sum(axis=0))
    assert np.arctanh(r).std() == pytest.approx(fisher_z(0.0, left).se, rel=0.04)
    assert np.arctanh(r).std() > 1.3 / np.sqrt(kept.sum() - 3), "frames alone promise too much"
    low, high = fisher_z(r, left).interval()
    assert np.mean((low <= 0) & (high >= 0)) == pytest.approx(0.95, abs=0.015)


def test_too_little_left_refuses_by_name():
    runs = {
        "sub-1": Remaining(300, 260, 8.7, 60),
        "sub-2": Remaining(300, 120, 4.0, 60),
        "sub-3": Remaining(200, 180, 6.0, 170),
    }
    found = enough_left(runs)
    assert codes(found) == ["fc-dof", "fc-too-short", "fc-few-dof"] and refuses(found)
    assert (
        "sub-2 (4.0 min)" in found[1].message and "sub-3 (10)" in found[2].message and "10 to 200" in found[0].message
    )
    named = enough_left(runs, ["fc-too-short", "fc-few-dof"])
    assert not refuses(named) and [s.overridden for s in named] == [False, True, True]
    assert codes(enough_left({"sub-1": runs["sub-1"]})) == ["fc-dof"] and enough_left({}) == ()


def test_groups_that_moved_differently_are_told_with_the_interval():
    moved = np.r_[np.linspace(0.2, 0.4, 8), np.linspace(0.08, 0.2, 8)]
    said, found = motion_compared(moved, ["p"] * 8 + ["c"] * 8)
    assert said.code == "motion-differs" and f"p = {found.p_value:.3g}" in said.message
    assert found.estimate == pytest.approx(moved[:8].mean() - moved[8:].mean())
    said, _ = motion_compared(np.tile(np.linspace(0.1, 0.3, 8), 2), ["p"] * 8 + ["c"] * 8)
    assert said.code == "motion-checked" and "not excluded" in said.message
    assert motion_compared(moved[:3], ["p", "p", "c"])[0].code == "motion-unchecked"


def test_pairs_are_as_many_as_can_be():
    moved = np.array([0.10, 0.20, 0.31, 0.90, 0.19, 0.30, 0.41])
    pairs = motion_matched(moved, ["p"] * 4 + ["c"] * 3, 0.12)
    assert {tuple(p) for p in pairs} == {(0, 4), (1, 5), (2, 6)}, "nearest first would leave 0 or 2 alone"
    assert len(motion_matched(moved, ["p"] * 4 + ["c"] * 3, 0.02)) == 2
    with pytest.raises(RangeError):
        motion_matched(moved, ["p"] * 7, 0.1)


def test_an_effect_that_is_motion_is_gone_in_people_who_moved_alike():
    rng = np.random.default_rng(3)
    moved = np.r_[rng.uniform(0.1, 0.5, 20), rng.uniform(0.05, 0.3, 20)]
    groups = ["p"] * 20 + ["c"] * 20
    by_motion = 4 * moved + rng.normal(0, 0.02, 40)
    said, found = motion_matched_sensitivity(by_motion, moved, groups, 0.03)
    assert said.code == "motion-explains" and abs(found.estimate) < 0.1
    real = np.r_[np.ones(20), np.zeros(20)] + rng.normal(0, 0.2, 40)
    said, found = motion_matched_sensitivity(real, moved, groups, 0.03)
    assert said.code == "motion-matched" and found.estimate == pytest.approx(1, abs=0.3)
    assert (
        motion_matched_sensitivity(real, np.r_[moved[:20] + 9, moved[20:]], groups, 0.03)[0].code == "motion-unmatched"
    )


def test_wrong_calls_are_told():
    with pytest.raises(ShapeError):
        remaining(np.zeros((5, 1)), np.ones(6, dtype=bool), 2.0)
    with pytest.raises(RangeError):
        stop_band(10, 2.0, (0.2, 0.1))
    with pytest.raises(RangeError):
        fisher_z(1.0, Remaining(100, 100, 4, 1))
    with pytest.raises(RangeError):
        fisher_z(0.1, Remaining(100, 10, 4, 8))


def test_two_open_samples_are_compared_in_motion_and_keep_enough(open_data):
    """Displacement and cleaned time series of two sites (Spisak et al. 2020), frames above 0.3 mm censored."""
    root = open_data("pain-sensitivity-rsfmri")
    moved, sites, runs = [], [], {}
    for site, repetition in (("bochum", 2.5), ("essen", 2.52)):
        for path in sorted((root / f"{site}-sample/framewise_displacement").glob("*.txt")):
            fd = np.loadtxt(path, skiprows=1)
            moved.append(fd.mean())
            sites.append(site)
            kept = np.r_[True, fd <= 0.3]
            runs[path.stem] = remaining(np.zeros((kept.size, 0)), kept, repetition, (0.008, 0.08))
    said, found = motion_compared(moved, sites)
    reference = stats.ttest_ind(
        np.array(moved)[np.array(sites) == "bochum"], np.array(moved)[np.array(sites) == "essen"], equal_var=False
    )
    assert found.p_value == pytest.approx(reference.pvalue, abs=0.02)
    assert said.code == (
        "motion-differs" if found.p_value <= 0.05 or found.ci_low > 0 or found.ci_high < 0 else "motion-checked"
    )
    guards = {s.code: s for s in enough_left(runs)}
    short = {who for who, run in runs.items() if run.minutes < 5}
    assert ("fc-too-short" in guards) == bool(short) and all(who in guards["fc-too-short"].message for who in short)
    path = next((root / "bochum-sample/regional_timeseries").glob("*.tsv.gz"))
    with gzip.open(path, "rt") as stream:
        series = np.loadtxt(stream, skiprows=1)
    left = remaining(np.zeros((len(series), 0)), np.ones(len(series), dtype=bool), 2.5, (0.008, 0.08))
    r = np.corrcoef(series.T)[0, 1]
    assert fisher_z(r, left).se > 1 / np.sqrt(len(series) - 3), "a band of 0.07 Hz holds fewer numbers than frames"
