"""Units on disk, radionuclides, and the names people give to tracers and regions."""

from __future__ import annotations

import math

import pytest

from nociscope.core.errors import InputError, UnitError
from nociscope.io import units
from nociscope.io.regions import brain, members
from nociscope.io.tracers import find_tracer


@pytest.mark.parametrize(
    ("unit", "factor"),
    [("Bq/mL", 1e-3), ("Bq/ml", 1e-3), ("kBq/cc", 1), ("MBq/mL", 1e3), ("nCi/mL", 0.037), ("uCi/mL", 37),
     ("µCi/cm3", 37), ("kBq/L", 1e-3), ("KBQ / mL", 1), ("mCi/mL", 37000)],
)  # fmt: skip
def test_concentrations_become_kbq_per_ml(unit, factor):
    assert units.concentration(unit) == pytest.approx(factor, rel=1e-12)


@pytest.mark.parametrize("unit", ["", "counts", "mBq/mL", "Bq", "Bq/kg", "xBq/mL", "Bq/mL/s"])
def test_what_is_no_concentration_is_refused(unit):
    with pytest.raises(UnitError):
        units.concentration(unit)


@pytest.mark.parametrize(
    ("unit", "factor"), [("Bq", 1e-6), ("kBq", 1e-3), ("MBq", 1), ("GBq", 1e3), ("mCi", 37), ("Ci", 37000)]
)
def test_doses_become_mbq(unit, factor):
    assert units.activity(unit) == pytest.approx(factor, rel=1e-12)


def test_other_units():
    assert units.minutes("s") * 60 == 1
    assert units.kilograms("lb") == pytest.approx(0.45359237)
    assert units.fraction("Percent") == 0.01
    assert units.decay_constant(20.364) * 20.364 == pytest.approx(math.log(2))
    for wrong in (units.minutes, units.kilograms, units.fraction):
        with pytest.raises(UnitError):
            wrong("stone")


@pytest.mark.parametrize("name", ["C11", "11C", "C-11", "[11C]", "carbon-11", "Carbon 11", "11c"])
def test_radionuclides_are_matched_generously(name):
    assert units.radionuclide(name).half_life_min == 20.364


def test_an_unknown_radionuclide_lists_the_known():
    with pytest.raises(InputError, match="C11"):
        units.radionuclide("Xx7")


@pytest.mark.parametrize(
    ("said", "meant"),
    [("PBR28", "[11C]PBR28"), ("[11C]PBR28", "[11C]PBR28"), ("11C-PBR28", "[11C]PBR28"), ("C11 pbr-28", "[11C]PBR28"),
     ("[C-11]PBR28", "[11C]PBR28"), ("(R)-[11C]PK11195", "(R)-[11C]PK11195"), ("R-PK11195", "(R)-[11C]PK11195"),
     ("[11C](R)-PK11195", "(R)-[11C]PK11195"), ("DPA714", "[18F]DPA-714"), ("dpa-713", "[11C]DPA-713"),
     ("18F-GE180", "[18F]GE-180"), ("fdg", "[18F]FDG"), ("SL25.1188", "[11C]SL25.1188"), ("mc1", "[11C]MC1"),
     ("[11C]DED", "[11C]-L-deprenyl-D2"), ("[11C]-L-deprenyl-D2", "[11C]-L-deprenyl-D2")],
)  # fmt: skip
def test_tracers_are_matched_generously(said, meant):
    assert find_tracer(said).name == meant


@pytest.mark.parametrize("name", ["[18F]PBR28", "CIMBI-36", "PBR2", "", "DASB", "11C"])
def test_what_is_not_known_is_not_guessed(name):
    tracer = find_tracer(name)
    assert not tracer.known
    assert (tracer.models, tracer.references, tracer.window_min, tracer.genotype) == ((), (), None, "")


GTM = (
    "Left-Cerebellum-Cortex", "Right-Cerebellum-Cortex", "Left-Cerebellum-White-Matter", "ctx-lh-cuneus",
    "ctx-rh-lateraloccipital", "Skull", "Left-choroid-plexus", "Pons", "CSF", "Left-Thalamus", "Left-vessel",
)  # fmt: skip


@pytest.mark.parametrize(
    ("place", "regions", "found"),
    [("cerebellum", GTM, GTM[:2]), ("occipital cortex", GTM, GTM[3:5]), ("cerebellum", ("FC", "CBL"), ("CBL",)),
     ("whole brain", ("FC", "WB"), ("WB",)), ("CBL", ("FC", "CBL"), ("CBL",)), ("whole_brain", ("brain",), ("brain",)),
     ("pons", GTM, ("Pons",)), ("cerebellum", ("CBL", *GTM), ("CBL",)), ("amygdala", GTM, ()),
     ("Skull", GTM, ("Skull",))],
)  # fmt: skip
def test_places_are_found_in_any_segmentation(place, regions, found):
    assert members(place, regions) == found


def test_the_brain_leaves_out_what_is_not_brain():
    assert set(GTM) - set(brain(GTM)) == {"Skull", "Left-choroid-plexus", "CSF", "Left-vessel"}
