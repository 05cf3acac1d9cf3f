"""One scan: the same seed gives the same numbers; noise and delay are as declared."""

import numpy as np
import pytest

from nociscope.simulate.generate import virtual_people, virtual_scans
from nociscope.simulate.scan import virtual_scan
from nociscope.simulate.spec import read_simulation
from nociscope.simulate.tacs import noise_sd
from nociscope.studies import SIMULATION, shipped


def test_the_same_seed_gives_the_same_numbers(small):
    for a, b in zip(virtual_scans(small()), virtual_scans(small()), strict=True):
        np.testing.assert_array_equal(a.tacs.activity, b.tacs.activity)
        np.testing.assert_array_equal(a.blood.plasma.value, b.blood.plasma.value)
        assert (a.person, a.dose_MBq, a.delay_min, a.auc) == (b.person, b.dose_MBq, b.delay_min, b.auc)


def test_another_seed_gives_other_numbers(small):
    a, b = next(virtual_scans(small())), next(virtual_scans(small(seed=5)))
    assert not np.array_equal(a.tacs.activity, b.tacs.activity)


def test_noise_is_as_large_as_declared(small):
    """Standardised by the declared SD, noisy minus noise-free curves are standard normal."""
    frames = [[40, 30]]
    noisy, clean = (list(virtual_scans(small(people=12, scan={"noise": n, "frames": frames}))) for n in (0.15, 0.0))
    z = []
    for a, b in zip(noisy, clean, strict=True):
        level = 0.15 / np.sqrt([14.0, 1150.0])
        z.append((a.tacs.activity - b.tacs.activity) / noise_sd(b.tacs.activity, b.tacs.frames, 20.364, level))
    assert np.std(z) == pytest.approx(1, abs=0.05)
    assert abs(np.mean(z)) < 0.1


def late_scatter(t, curve):
    """Relative scatter after 45 min around a smooth curve, as measured on the open study."""
    x, y = t[t > 45], curve[t > 45]
    residual = y / np.exp(np.polyval(np.polyfit(x, np.log(y), 2), x)) - 1
    return np.sqrt((residual**2).sum() / (x.size - 3))


def test_late_noise_is_that_of_real_curves():
    """Its 14 scans, median (10th to 90th percentile): thalamus 3.2 % (1.7-5.4), frontal 1.4 % (0.8-2.2)."""
    scans = list(virtual_scans(read_simulation(shipped("demo", SIMULATION))))
    for region, low, high in (("thalamus", 0.017, 0.054), ("frontal", 0.008, 0.022), ("cerebellum", 0.009, 0.024)):
        found = np.median([late_scatter(s.tacs.frames.mid, s.tacs.region(region)) for s in scans])
        assert low < found < high, region


def test_the_open_study_scatters_as_said(open_data):
    found = []
    for path in sorted(open_data("pbr28").rglob("*_tacs.tsv")):
        table = np.genfromtxt(path, names=True, delimiter="\t")
        found.append(late_scatter((table["frame_start"] + table["frame_end"]) / 120, table["THA"]))
    np.testing.assert_allclose(np.percentile(found, [10, 50, 90]), [0.017, 0.032, 0.054], atol=0.001)


def test_the_tissue_sees_the_blood_later_by_the_delay(small):
    spec = small(scan={"noise": 0.0, "vB": 0.0, "frames": [[60, 2]]})
    person = virtual_people(spec)[0]
    truth = next(virtual_scans(spec)).regions

    def onset(delay):
        spec_d = spec.model_copy(update={"scan": spec.scan.model_copy(update={"delay_min": (delay, 0.0)})})
        scan = virtual_scan(spec_d, person, "", truth, np.random.default_rng(7))
        assert scan.delay_min == delay
        return int(np.argmax(scan.tacs.region("WB") > 0.05))

    assert (onset(0.2) - onset(0.0)) * 2 / 60 == pytest.approx(0.2, abs=0.04)


def test_blood_in_the_tissue_is_the_declared_fraction(small):
    spec = small(scan={"noise": 0.0})
    full, none = (next(virtual_scans(small(scan={"noise": 0.0, "vB": v}))) for v in (0.3, 0.0))
    half = next(virtual_scans(small(scan={"noise": 0.0, "vB": 0.15})))
    np.testing.assert_allclose(half.tacs.activity, (full.tacs.activity + none.tacs.activity) / 2, rtol=1e-9)
    assert spec.scan.vB == 0.05


def test_a_scanner_scales_its_images_and_not_the_blood(small):
    plain = {s.person.label: s for s in virtual_scans(small(scan={"noise": 0.0}))}
    sites = list(virtual_scans(small(scan={"noise": 0.0}, cohort={"sites": {"A": 1.0, "B": 2.0}})))
    assert {s.person.site for s in sites} == {"A", "B"}
    assert plain.keys() == {s.person.label for s in sites}
    b = next(s for s in sites if s.person.site == "B")
    peak = b.tacs.region("WB").max() / b.auc
    a = next(s for s in sites if s.person.site == "A")
    assert peak / (a.tacs.region("WB").max() / a.auc) > 1.3


def test_a_study_without_blood_has_none(small):
    spec = small()
    assert next(virtual_scans(spec.model_copy(update={"blood": None}))).blood is None
