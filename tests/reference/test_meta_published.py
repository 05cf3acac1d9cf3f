"""Meta-analyses and effect sizes that others have computed or printed.

BCG vaccine (Colditz et al. 1994, data of R package metadat) and length of stay after stroke (Normand 1999) were pooled
with metafor 3.8-1 under R: ``rma(yi, vi, method=…, test="knha")``, ``predict(pi.type="riley")``, ``confint``,
``regtest(model="lm")``, ``escalc(measure="SMD")``. Tolerance of τ² is that of metafor's own search.
"""

from __future__ import annotations

import csv

import numpy as np
import pytest

from nociscope.core.errors import RangeError
from nociscope.stats.reliability import minimal_detectable_change, sem_from_icc
from nociscope.stats.sites import summaries as s
from nociscope.stats.sites.meta import PoolSettings, leave_one_out, pool, small_study_effect

TPOS = (4, 6, 3, 62, 33, 180, 8, 505, 29, 17, 186, 5, 27)
TNEG = (119, 300, 228, 13536, 5036, 1361, 2537, 87886, 7470, 1699, 50448, 2493, 16886)
CPOS = (11, 29, 11, 248, 47, 372, 10, 499, 45, 65, 141, 3, 29)
CNEG = (128, 274, 209, 12619, 5761, 1079, 619, 87892, 7232, 1600, 27197, 2338, 17825)


@pytest.fixture
def bcg():
    a, b, c, d = (np.array(x, dtype=float) for x in (TPOS, TNEG, CPOS, CNEG))
    return np.log(a / (a + b) / (c / (c + d))), 1 / a - 1 / (a + b) + 1 / c - 1 / (c + d)


METAFOR = {
    "reml": (-0.714532348365, 0.180791745519, -1.108443723, -0.32062097373, 0.00192001508513, 0.313243325981,
             92.221386075, -2.00905778449, 0.579993087756),
    "dl": (-0.714117222073, 0.180696628336, -1.10782135417, -0.320413089978, 0.00192076676705, 0.308760262862,
           92.1173468546, -2.00016235181, 0.57192790766),
    "pm": (-0.714970405632, 0.180892712223, -1.10910176782, -0.320839043448, 0.00191926811458, 0.318093711863,
           92.3309002899, -2.01860758982, 0.588666778558),
}  # fmt: skip


@pytest.mark.parametrize("tau2", list(METAFOR))
def test_random_effects_against_metafor(bcg, tau2):
    r = pool(*bcg, PoolSettings(tau2=tau2))
    mine = (r.estimate, r.se, r.low, r.high, r.p, r.tau2, 100 * r.i2, r.prediction_low, r.prediction_high)
    assert [float(m[0]) for m in mine] == pytest.approx(METAFOR[tau2], rel=2e-4)
    if tau2 != "pm":  # metafor's search for this one stops at 1e-4
        assert [float(m[0]) for m in mine] == pytest.approx(METAFOR[tau2], rel=2e-6)


def test_heterogeneity_against_metafor(bcg):
    r = pool(*bcg)
    assert (r.q[0], r.q_p[0]) == pytest.approx((152.233008082, 1.99676459085e-26), rel=1e-9)
    assert (r.tau2_low[0], r.tau2_high[0]) == pytest.approx((0.119695312817, 1.11148626222), rel=3e-4)
    assert (100 * r.i2_low[0], 100 * r.i2_high[0]) == pytest.approx((81.9177227215, 97.6780896051), rel=5e-5)


def test_normal_and_fixed_against_metafor(bcg):
    z = pool(*bcg, PoolSettings(interval="normal"))
    assert [x[0] for x in (z.se, z.low, z.high, z.p)] == pytest.approx(
        (0.17978153178, -1.06689767574, -0.36216702099, 7.05426734852e-05), rel=2e-6
    )
    f = pool(*bcg, PoolSettings(model="fixed"))
    assert [x[0] for x in (f.estimate, f.se, f.low, f.high, f.p)] == pytest.approx(
        (-0.430285163654, 0.0404987517109, -0.509661258426, -0.350909068882, 2.28862930697e-26), rel=1e-9
    )


def test_leave_one_out_against_metafor(bcg):
    theirs = (-0.707083788031, -0.654031200398, -0.685554417973, -0.628409407863, -0.764170094987, -0.710876564851,
              -0.655247599792, -0.794767610948, -0.741197299314, -0.653032925763, -0.757858625204, -0.759812097339,
              -0.777536180775)  # fmt: skip
    assert [w.estimate[0] for w in leave_one_out(*bcg)] == pytest.approx(theirs, rel=1e-5)


def test_egger_against_metafor(bcg):
    found = small_study_effect(*bcg)
    assert (found.t, found.dof, found.p) == (pytest.approx(-1.4013, abs=5e-5), 11, pytest.approx(0.1887, abs=5e-5))


def test_standardised_differences_against_metafor():
    rows = (
        (155, 55, 47, 156, 75, 64), (31, 27, 7, 32, 29, 4), (75, 64, 17, 71, 119, 29), (18, 66, 20, 18, 137, 48),
        (8, 14, 8, 13, 18, 11), (57, 19, 7, 52, 18, 4), (34, 52, 45, 33, 41, 34), (110, 21, 16, 183, 31, 27),
        (60, 30, 27, 52, 23, 20),
    )  # fmt: skip
    found = [s.from_means(m1, s1, n1, m2, s2, n2) for n1, m1, s1, n2, m2, s2 in rows]
    y, v = np.array([f.value for f in found]), np.array([f.variance for f in found])
    assert y == pytest.approx(
        (-0.355169640940, -0.347940022739, -2.317569160164, -1.887982252937, -0.383964141170, 0.172148669070,
         0.272052073853, -0.424596271894, 0.289556230081), rel=1e-9,
    )  # fmt: skip
    assert v == pytest.approx(
        (0.0130646755415, 0.0644688760989, 0.0458121102802, 0.1606177359362, 0.2054332783922, 0.0369105700004,
         0.0602671258364, 0.0148630384193, 0.0362717341581), rel=1e-9,
    )  # fmt: skip
    r = pool(y, v)
    assert [x[0] for x in (r.estimate, r.low, r.high, r.tau2)] == pytest.approx(
        (-0.537108258567, -1.25032220923, 0.176105692093, 0.790842921048), rel=1e-4
    )


# --- numbers that papers print; tolerances are half a unit of the last printed digit unless said


def test_two_point_discrimination():
    found = s.from_means(61, 13, 45, 44, 10, 45)
    assert (found.d, found.value) == pytest.approx((1.466, 1.453), abs=5e-4)
    assert s.welch_from_means(61, 13, 45, 44, 10, 45)[0] == pytest.approx(6.95, abs=0.005)


def test_difference_with_its_interval():
    found = s.from_difference(17.9, 5.9, 29.8, 19, 19)
    assert (found.t, found.p, found.value) == (
        pytest.approx(3.04, abs=0.005), pytest.approx(0.0044, abs=5e-5), pytest.approx(0.96, abs=0.01)
    )  # fmt: skip


@pytest.mark.parametrize(("value", "low", "high", "z"), [(-0.44, -0.64, -0.23, -4.21), (0.50, 0.29, 0.72, 4.56)])
def test_pooled_effects_with_normal_intervals(value, low, high, z):
    assert s.from_interval(value, low, high, "hedges_g").t == pytest.approx(z, abs=0.005)


@pytest.mark.parametrize(("ratio", "printed"), [(2.08, 2.24), (2.56, 2.58)])
def test_e_values_of_common_outcomes(ratio, printed):
    assert s.e_value_of_odds_ratio(ratio) == pytest.approx(printed, abs=0.005)


def test_smallest_real_difference():
    sem = sem_from_icc(s.pooled_sd((11.7, 11.9), (2, 2)), 0.618)
    assert sem == pytest.approx(7.29, abs=0.005)
    assert minimal_detectable_change(sem) == pytest.approx(20.2, abs=0.05)


@pytest.mark.parametrize(
    ("first", "second", "t", "p"),
    [((48.2, 12.8, 18), (37.8, 12.5, 15), 2.35, 0.025), ((48.3, 13.2, 28), (43.7, 16.6, 26), 1.13, 0.26)],
)
def test_ages(first, second, t, p):
    found = s.from_means(*first, *second)
    assert found.t == pytest.approx(t, abs=0.005)
    assert found.p == pytest.approx(p, abs=0.005)


# --- ENIGMA: case–control effect sizes of brain regions, BSD-3-Clause toolbox


@pytest.fixture
def enigma(open_data):
    folder = open_data("enigma-summary") / "enigmatoolbox" / "datasets" / "summary_statistics"

    def read(name: str, *columns: str) -> list[np.ndarray]:
        with (folder / f"{name}.csv").open(encoding="utf-8") as stream:
            rows = list(csv.DictReader(stream))
        return [np.array([float(r[c]) if r[c] else np.nan for r in rows]) for c in columns]

    return read


@pytest.mark.parametrize(
    ("name", "off"),
    [("bd_case-controls_CortThick_adult", 0.016), ("bd_case-controls_CortThick_adolescent", 0.01),
     ("22q_case-controls_SubVol_AB", 0.02)],
)  # fmt: skip
def test_errors_follow_from_people_where_data_were_pooled(enigma, name, off):
    """Mega-analyses: the standard error printed beside d is that of n and d, up to rounding and covariates."""
    d, se, n1, n2 = enigma(name, "d_icv", "se_icv", "n_controls", "n_patients")
    made = np.array([s.standardised_variance(*row) for row in zip(d, n1, n2, strict=True)]) ** 0.5
    assert np.abs(se / made - 1).max() <= off


def test_errors_of_pooled_cohorts_are_larger_than_people_say(enigma):
    """Random-effects meta-analyses: the printed error holds the spread between cohorts as well."""
    for name in ("mddadult_case-controls_CortThick", "tlemtsl_case-controls_CortThick", "scz_case-controls_CortThick"):
        d, se, n1, n2 = enigma(name, "d_icv", "se_icv", "n_controls", "n_patients")
        made = np.array([s.standardised_variance(*row) for row in zip(d, n1, n2, strict=True)]) ** 0.5
        assert (se > made).all()


def test_a_printed_error_below_zero_is_refused(enigma):
    """The errors of the ADHD cortical tables are all negative as they are distributed."""
    d, se = enigma("adhdadult_case-controls_CortThick", "d_icv", "se_icv")
    assert (se < 0).all()
    with pytest.raises(RangeError):
        pool(d, np.sign(se) * se**2)
    with pytest.raises(RangeError):
        s.from_se(d[0], se[0], "hedges_g")


@pytest.mark.parametrize(("name", "times"), [("CortThick", (0, 0.5)), ("CortSurf", (20, 1e6))])
def test_errors_of_the_ocd_tables_are_not_those_of_d(enigma, name, times):
    """They stand in mm and mm² beside a d without unit: pooled as they are, they would weigh nothing or everything."""
    d, se, n1, n2 = enigma(f"ocdadults_case-controls_{name}", "d_icv", "se_icv", "n_controls", "n_patients")
    made = np.array([s.standardised_variance(*row) for row in zip(d, n1, n2, strict=True)]) ** 0.5
    ratio = np.median(se / made)
    assert times[0] < ratio < times[1]
    again = pool(d, made**2)
    assert np.isfinite(again.estimate).all(), "from d and the numbers of people they can be pooled"


def test_four_disorders_region_by_region(enigma):
    """68 regions at once equal 68 times one region; schizophrenia, depression, bipolar disorder, epilepsy differ."""
    names = ("scz_case-controls_CortThick", "mddadult_case-controls_CortThick", "bd_case-controls_CortThick_adult",
             "allepi_case-controls_CortThick")  # fmt: skip
    pairs = [enigma(name, "d_icv", "se_icv") for name in names]
    d, v = np.array([p[0] for p in pairs]), np.array([p[1] for p in pairs]) ** 2
    r = pool(d, v)
    assert r.estimate.shape == (68,)
    for region in (0, 21, 67):
        one = pool(d[:, region], v[:, region])
        assert (one.estimate[0], one.low[0], one.tau2[0]) == pytest.approx(
            (r.estimate[region], r.low[region], r.tau2[region]), rel=1e-9
        )
    assert np.median(r.i2) > 0.5, "what disorders share is not one number"
    assert (r.estimate < 0).mean() > 0.9, "thinner cortex in nearly every region"
