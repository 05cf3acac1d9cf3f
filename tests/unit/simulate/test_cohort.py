"""Who is in a cohort, and whether the declared effects are what they say."""

from collections import Counter

import numpy as np
import pytest

from nociscope.core.errors import RangeError
from nociscope.simulate.cohort import people, quota, true_regions
from nociscope.simulate.generate import virtual_people, virtual_scans


def everybody(spec, n=40):
    return people(spec, n, np.random.default_rng(0))


def test_quota_keeps_shares_by_largest_remainder():
    assert Counter(quota({"HAB": 2, "MAB": 1}, 12)) == {"HAB": 8, "MAB": 4}
    assert Counter(quota({"a": 1, "b": 1}, 5)) == {"a": 3, "b": 2}
    assert quota({"LAB": 0, "HAB": 1}, 3) == ["HAB"] * 3
    with pytest.raises(RangeError, match="shares"):
        quota({"a": 0.0}, 3)


def test_genotype_and_sex_are_balanced_within_groups(small):
    found = Counter((p.group, p.rs6971, p.sex) for p in everybody(small()))
    assert {k[:1]: v for k, v in Counter((p.group,) for p in everybody(small())).items()} == {
        ("control",): 20,
        ("patient",): 20,
    }
    assert set(Counter((p.group, p.rs6971) for p in everybody(small())).values()) == {10}
    assert len(found) == 8


def test_low_affinity_binders_are_there_only_when_they_are_named(small):
    assert "LAB" not in {p.rs6971 for p in everybody(small())}
    spec = small(cohort={"rs6971": {"HAB": 5, "MAB": 4, "LAB": 1}})
    assert Counter(p.rs6971 for p in everybody(spec))["LAB"] == 4


def test_labels_are_unique_and_as_long_as_the_cohort_needs(small):
    assert [p.label for p in everybody(small(), 3)] == ["01", "02", "03"]
    labels = [p.label for p in everybody(small(), 120)]
    assert labels[0] == "001"
    assert len(set(labels)) == 120


def test_ages_and_weights_are_those_of_adults(small):
    crowd = everybody(small(), 300)
    assert np.mean([p.age for p in crowd]) == pytest.approx(42, abs=2)
    assert np.std([p.body_weight for p in crowd]) == pytest.approx(12, abs=1.5)
    assert min(p.age for p in crowd) >= 18
    assert min(p.body_weight for p in crowd) >= 42


def test_declared_effects_are_exact(small):
    """Without variation between people, ratios of true V_T are the declared ratios."""
    still = small(variation=dict.fromkeys(("VT", "region", "K1", "VND", "session"), 0.0))
    vt = {}
    for person in everybody(still, 8):
        ((_, regions),) = true_regions(still, person, np.random.default_rng(0))
        vt.update({(person.group, person.rs6971, r.region): r.VT for r in regions})
    assert vt["control", "HAB", "thalamus"] == 5.5
    assert vt["control", "MAB", "thalamus"] == pytest.approx(5.5 * 0.6)
    assert vt["patient", "HAB", "thalamus"] == pytest.approx(5.5 * 1.3)
    assert vt["patient", "MAB", "thalamus"] == pytest.approx(5.5 * 1.3 * 0.6)
    assert vt["patient", "HAB", "WB"] == vt["control", "HAB", "WB"] == 4.2


def test_rate_constants_make_the_distribution_volume(small):
    for scan in virtual_scans(small()):
        for r in scan.regions:
            assert r.K1 / r.k2 * (1 + r.k3 / r.k4) == pytest.approx(r.VT, rel=1e-12)
            assert r.K1 / r.k2 == pytest.approx(r.VND, rel=1e-12)


def test_one_tissue_has_no_binding_rates(small):
    (scan, *_) = virtual_scans(small(scan={"model": "1TCM"}))
    for r in scan.regions:
        assert (r.k3, r.k4) == (0.0, 0.0)
        assert r.K1 / r.k2 == pytest.approx(r.VT)


def test_variation_between_people_is_as_declared(small):
    spec = small(people=200, effect=[], variation={"VT": 0.2, "region": 0.0})
    rng = np.random.default_rng(5)
    values = [next(true_regions(spec, p, rng))[1][0].VT for p in virtual_people(spec)]
    assert np.std(values) / np.mean(values) == pytest.approx(0.2, abs=0.025)
    assert np.mean(values) == pytest.approx(5.5, rel=0.04)


def test_no_room_for_binding_is_refused(small):
    spec = small(effect=[{"column": "rs6971", "level": "MAB", "ratio": 0.1}])
    with pytest.raises(RangeError, match="V_ND"):
        tuple(virtual_scans(spec))


def test_sessions_share_the_person_and_differ_by_their_own_variation(small):
    spec = small(cohort={"sessions": ["test", "retest"]}, variation={"session": 0.1})
    scans = list(virtual_scans(spec))
    assert [s.session for s in scans[:2]] == ["test", "retest"]
    first, second = scans[:2]
    assert first.person == second.person
    ratio = [b.VT / a.VT for a, b in zip(first.regions, second.regions, strict=True)]
    assert ratio[0] != 1
    assert ratio[0] == pytest.approx(ratio[1])


def test_an_effect_of_session_is_a_blockade(small):
    spec = small(
        cohort={"sessions": ["baseline", "blocked"]},
        effect=[{"column": "session", "level": "blocked", "ratio": 0.5}],
    )
    first, second, *_ = virtual_scans(spec)
    assert pytest.approx(0.5 * first.regions[0].VT) == second.regions[0].VT
