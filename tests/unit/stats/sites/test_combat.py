"""ComBat: against its peers, its corners, and inside permutations."""

from __future__ import annotations

import contextlib
import io
import warnings
from itertools import permutations

import numpy as np
import pytest

from nociscope.core.errors import InputError, Refused
from nociscope.stats.design import two_groups
from nociscope.stats.linear import fit
from nociscope.stats.relabelling import relabellings
from nociscope.stats.sites.combat import (
    Combat,
    CombatOptions,
    combat_permutation_test,
    harmonised,
    harmonised_model,
    harmonised_test,
)

NOTHING = np.zeros((20, 0))


def table(n=60, features=40, sites=3, seed=0):
    rng = np.random.default_rng(seed)
    site = np.repeat(np.arange(sites), n // sites)
    covariates = np.column_stack([rng.integers(20, 70, n), rng.integers(0, 2, n)]).astype(float)
    y = rng.normal(size=(n, features)) * rng.gamma(5, 0.2, (sites, features))[site]
    y += rng.normal(0, 0.5, (sites, features))[site] + 0.02 * covariates[:, :1] + rng.normal(size=features)
    return y, np.array([f"s{s}" for s in site]), covariates


def neurocombat(y, site, covariates, monkeypatch, **options):
    combat = pytest.importorskip("neuroCombat")
    pd = pytest.importorskip("pandas")
    monkeypatch.setattr(np, "int", int, raising=False)  # the peer asks numpy for a name that it no longer has
    frame = pd.DataFrame({"SITE": site, **{f"C{i}": c for i, c in enumerate(covariates.T)}})
    names = [f"C{i}" for i in range(covariates.shape[1])]
    with contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return combat.neuroCombat(dat=y.T.copy(), covars=frame, batch_col="SITE", continuous_cols=names, **options)[
            "data"
        ].T


@pytest.mark.parametrize(
    ("options", "theirs", "tolerance"),
    [
        (CombatOptions(), {}, 1e-9),
        (CombatOptions("non-parametric"), {"parametric": False}, 1e-9),
        (CombatOptions("separate"), {"eb": False}, 1e-9),
        (CombatOptions(reference="s1"), {"ref_batch": "s1"}, 2e-5),  # the peer's iteration ends early, see below
    ],
)
def test_values_are_those_of_neurocombat(options, theirs, tolerance, monkeypatch):
    y, site, covariates = table()
    expected = neurocombat(y, site, covariates, monkeypatch, **theirs)
    assert np.abs(harmonised(y, site, covariates, options) - expected).max() < tolerance


def test_we_end_nearer_to_the_converged_posterior_than_the_peer(monkeypatch):
    rng = np.random.default_rng(1)
    site, covariates = np.repeat(["a", "b"], 10), rng.integers(0, 2, (20, 3)).astype(float)
    y = rng.normal(size=(20, 12)) + np.repeat(rng.normal(0, 0.5, (2, 12)), 10, axis=0)
    truth = harmonised(y, site, covariates, CombatOptions(tolerance=1e-13))
    ours = np.abs(harmonised(y, site, covariates) - truth).max()
    assert ours < 1e-4
    assert ours <= np.abs(neurocombat(y, site, covariates, monkeypatch) - truth).max() + 1e-12


def test_covariates_keep_their_precision():
    """A date as a covariate: single precision, as in the peers, would move it by days."""
    y, site, covariates = table()
    days = 738_000 + covariates[:, :1] / 7
    assert np.allclose(harmonised(y, site, days), harmonised(y, site, days - 738_000), atol=1e-9)


def test_mean_only_leaves_spread_and_takes_the_mean():
    y, site, covariates = table(400, 30, 2)
    out = harmonised(y, site, covariates, CombatOptions(mean_only=True))
    gap = np.abs(np.linalg.lstsq(np.column_stack([site == "s0", site == "s1", covariates]), out)[0])
    assert np.abs(gap[0] - gap[1]).max() < 0.1
    for s in ("s0", "s1"):
        assert np.allclose(out[site == s].std(axis=0), y[site == s].std(axis=0))


def test_the_reference_site_stays_as_it_is():
    y, site, covariates = table()
    out = harmonised(y, site, covariates, CombatOptions(reference="s1"))
    assert np.array_equal(out[site == "s1"], y[site == "s1"]) and not np.allclose(out, y)


def test_effects_of_covariates_stay():
    y, site, covariates = table(300, 20, 3)
    y += 3 * covariates[:, 1:]
    out = harmonised(y, site, covariates)
    effect = np.linalg.lstsq(np.column_stack([np.ones(300), covariates]), out)[0][2]
    assert np.abs(effect - 3).max() < 0.6 and abs(effect.mean() - 3) < 0.15


def test_a_constant_feature_passes_through_and_does_not_touch_the_others():
    y, site, covariates = table()
    alone = harmonised(y, site, covariates)
    model, _ = harmonised_model(np.column_stack([y, np.full(60, 0.1)]), site, covariates)
    both = model.applied(np.column_stack([y, np.full(60, 0.1)]), site, covariates)
    assert np.array_equal(both[:, -1], np.full(60, 0.1)) and list(model.status[-2:]) == ["ok", "constant"]
    assert np.allclose(both[:, :-1], alone, atol=1e-12)


def test_what_cannot_be_harmonised_is_refused_by_name():
    y, site, covariates = table()
    with pytest.raises(Refused, match="s9"):
        harmonised(y, np.where(np.arange(60) < 2, "s9", site), covariates)
    with pytest.raises(Refused, match="covariate 0") as caught:
        harmonised(y, site, (site == "s1").astype(float))
    assert caught.value.code == "site-group-confounded"
    holed = y.copy()
    holed[3, [4, 7]] = np.nan
    with pytest.raises(InputError, match="2 features hold missing or infinite values: 4, 7"):
        harmonised(holed, site, covariates)
    for bad, options in ((y[:, :2], CombatOptions()), (y, CombatOptions(reference="s7"))):
        with pytest.raises(InputError):
            harmonised(bad, site, covariates, options)
    with pytest.raises(InputError):
        harmonised(y, np.full(60, "s0"), covariates)


def test_new_people_of_a_seen_site_and_an_unseen_site():
    y, site, covariates = table()
    model, _ = harmonised_model(y[::2], site[::2], covariates[::2])
    new = model.applied(y[1::2], site[1::2], covariates[1::2])
    one = model.applied(y[1:2], site[1:2], covariates[1:2])
    assert np.allclose(new[0], one[0])
    with pytest.raises(InputError, match="not seen s8"):
        model.applied(y[:1], np.array(["s8"]), covariates[:1])


def test_blocks_do_not_show(monkeypatch):
    y, site, covariates = table()
    whole = harmonised(y, site, covariates)
    monkeypatch.setattr("nociscope.stats.sites.combat_model._BLOCK_FEATURES", 7)
    assert np.allclose(harmonised(y, site, covariates), whole, atol=1e-12)
    assert harmonised(y.astype(np.float32), site, covariates).dtype == np.float32


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_it_is_a_step_of_a_pipeline():
    sklearn = pytest.importorskip("sklearn")
    from sklearn.linear_model import RidgeClassifier
    from sklearn.model_selection import StratifiedKFold, cross_val_predict
    from sklearn.pipeline import make_pipeline

    y, site, covariates = table(60, 10, 2)
    codes = np.unique(site, return_inverse=True)[1]
    x = np.column_stack([codes, covariates, y])
    step = sklearn.clone(Combat(batch=0, covariates=(1, 2)))
    assert np.allclose(step.fit_transform(x), harmonised(y, site, covariates))
    assert step.transform(x[:3]).shape == (3, 10) and len(step.get_feature_names_out()) == 10
    assert step.set_params(mean_only=True).get_params()["mean_only"]
    outcome = np.tile([0, 1], 30)
    folds = StratifiedKFold(5, shuffle=True, random_state=0)
    predicted = cross_val_predict(make_pipeline(Combat(0, (1, 2)), RidgeClassifier()), x, outcome, cv=folds)
    assert predicted.shape == (60,)
    with pytest.raises(InputError, match="not fitted"):
        Combat().transform(x)
    with pytest.warns(UserWarning, match="fewer than 10"):
        Combat().fit(x[np.r_[0:9, 30:60]])


def two_sites(seed=0, regions=4):
    rng = np.random.default_rng(seed)
    site = np.repeat(["a", "b"], 10)
    first = np.r_[np.arange(10) < 7, np.arange(10) < 3]
    y = rng.normal(size=(20, regions)) * np.where(site == "a", 1, 2)[:, None] + 3 * (site == "b")[:, None]
    return two_groups(first, NOTHING, (site == "b").astype(np.int64)), y, site, first


def test_each_relabelling_is_the_whole_pipeline_again():
    """Against a loop: move values within site, harmonise with the group kept, fit."""
    design, y, site, first = two_sites()
    moves = relabellings(design, 30, 1, 0)
    test, out = harmonised_test(design, y, site, NOTHING, moves)
    null = []
    for order in moves.order:
        x = harmonised(y[order], site, first.astype(float))
        fitted = fit(design, x)
        from scipy import stats

        null.append(np.abs(stats.norm.isf(stats.t.sf(np.abs(fitted.t), fitted.dof))).max())
    assert np.allclose(test.null_max, null, rtol=1e-7)
    assert np.allclose(out, harmonised(y, site, first.astype(float)))
    assert np.array_equal(test.p, combat_permutation_test(design, y, site, NOTHING, moves).p)


def test_covariates_of_the_design_are_held_and_kept():
    rng = np.random.default_rng(3)
    _, y, site, first = two_sites()
    age = rng.normal(size=(20, 1))
    design = two_groups(first, age, (site == "b").astype(np.int64))
    moves = relabellings(design, 99, 1, 0)
    one = harmonised_test(design, y, site, age, moves)
    strong = harmonised_test(design, y + 50 * age, site, age, moves)
    assert np.array_equal(one[0].p, strong[0].p), "what is held constant does not move the test"
    assert np.allclose(strong[1] - one[1], 50 * age, atol=1e-6)


def test_a_clear_difference_is_found_and_p_is_exact_where_it_can_be():
    site = np.repeat(["a", "b"], 4)
    first = np.tile([True, True, False, False], 2)
    y = np.random.default_rng(0).normal(size=(8, 5)) + 8 * first[:, None] + 4 * (site == "b")[:, None]
    design = two_groups(first, np.zeros((8, 0)), (site == "b").astype(np.int64))
    moves = relabellings(design, 10, 20_000, 0)
    assert moves.exact and moves.count == 36 == len(set(permutations([1, 1, 0, 0]))) ** 2
    assert np.allclose(combat_permutation_test(design, y, site, np.zeros((8, 0)), moves).p, 2 / 36)


def test_two_regions_are_harmonised_on_their_own_and_a_flat_one_gives_one():
    design, y, site, _ = two_sites(regions=2)
    y[:, 1] = 4.0
    moves = relabellings(design, 99, 1, 0)
    test, out = harmonised_test(design, y, site, NOTHING, moves)
    assert test.p[1] == 1 and 0 < test.p[0] <= 1 and np.allclose(out[:, 1], 4)


def test_relabellings_across_sites_and_flips_are_refused():
    design, y, site, first = two_sites()
    free = two_groups(first, NOTHING, np.zeros(20, dtype=np.int64))
    with pytest.raises(InputError, match="across sites"):
        combat_permutation_test(free, y, site, NOTHING, relabellings(free, 20, 1, 0))
    with pytest.raises(InputError, match="reference"):
        moves = relabellings(design, 20, 1, 0)
        combat_permutation_test(design, y, site, NOTHING, moves, options=CombatOptions(reference="a"))
