"""Every tracer file: each fact has a source or says that it has none, and nothing claims too much."""

from __future__ import annotations

import re
from dataclasses import fields

import pytest

from nociscope.core.citations import CITATIONS
from nociscope.io.regions import PLACES
from nociscope.io.tracers import Tracer, find_tracer, key, tracers
from nociscope.io.units import RADIONUCLIDES
from nociscope.models.pet import MODELS

ASKED_FOR = (
    "[11C]PBR28", "[18F]FEMPA", "[18F]DPA-714", "[11C]DPA-713", "(R)-[11C]PK11195", "[11C]ER176", "[18F]FEPPA",
    "[18F]GE-180", "[11C]-L-deprenyl-D2", "[11C]SL25.1188", "[18F]SMBT-1", "[11C]MC1", "[18F]FDG",
)  # fmt: skip
FACTS = ("target", "window_min", "scan_min", "models", "genotype", "dose_MBq", "vt_range", "warning", "age", "sex")
ALL = list(tracers().values())
each = pytest.mark.parametrize("tracer", ALL, ids=lambda t: t.label)


def test_every_tracer_that_was_asked_for_ships():
    assert set(ASKED_FOR) <= set(tracers())


def test_no_two_tracers_answer_to_one_name():
    names = [key(n) for t in ALL for n in {t.name, t.label, *t.aliases}]
    owners = {n: {t.name for t in ALL if n in {key(x) for x in (t.name, t.label, *t.aliases)}} for n in names}
    assert all(len(found) == 1 for found in owners.values())


@each
def test_its_own_names_find_it(tracer):
    assert all(find_tracer(name) is tracer for name in (tracer.name, tracer.label, *tracer.aliases))


@each
def test_every_fact_has_a_source_or_is_open(tracer):
    for fact in FACTS:
        if getattr(tracer, fact):
            assert tracer.sources.get(fact), f"{tracer.name}: no source for {fact}"
    assert not tracer.references or tracer.sources.get("reference")
    assert tracer.open, "something is always open"


@each
def test_sources_name_known_facts_and_known_citations(tracer):
    assert set(tracer.sources) <= {f.name for f in fields(Tracer)} | {"reference"}
    assert {k for keys in tracer.sources.values() for k in keys} <= set(CITATIONS) | {"unverified"}
    assert tracer.cites


@each
def test_its_models_exist_and_its_references_are_places(tracer):
    assert tracer.models
    assert set(tracer.models) <= set(MODELS)
    assert all(r.place in PLACES and r.kind in ("reference", "pseudo-reference") for r in tracer.references)


@each
def test_its_numbers_are_possible(tracer):
    assert tracer.radionuclide in RADIONUCLIDES
    assert tracer.half_life_min == RADIONUCLIDES[tracer.radionuclide].half_life_min
    for low, high in filter(None, (tracer.window_min, tracer.dose_MBq, tracer.vt_range)):
        assert 0 < low < high
    if tracer.window_min and tracer.scan_min:
        assert tracer.window_min[1] <= max(tracer.scan_min, 120)


@each
def test_it_says_what_its_signal_does_not_mean(tracer):
    assert tracer.means
    assert tracer.does_not_mean
    claims = f"{tracer.means} {tracer.warning} {' '.join(tracer.open)}"
    assert not re.search(r"microglial activation|neuroinflammation", claims, re.IGNORECASE)


def test_tspo_tracers_have_no_true_reference_and_need_the_genotype():
    tspo = [t for t in ALL if t.target == "TSPO"]
    assert len(tspo) == 8
    assert all(r.kind == "pseudo-reference" for t in tspo for r in t.references)
    assert {t.label for t in tspo if not t.needs_genotype} == {"PK11195"}


def test_ge180_ships_with_its_warning():
    assert "20 times" in find_tracer("GE-180").warning
