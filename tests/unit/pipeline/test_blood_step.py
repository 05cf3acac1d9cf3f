"""The blood step tells what it used, so that the report can cite it."""

from __future__ import annotations

import pytest

from nociscope.core.citations import CITATIONS
from nociscope.core.estimate import Estimate
from nociscope.core.status import FitStatus
from nociscope.core.study import Study
from nociscope.io.index import index_dataset
from nociscope.pipeline.execute import run_tasks
from nociscope.pipeline.log import read_log
from nociscope.pipeline.plan import plan
from nociscope.pipeline.sources import Finder
from nociscope.pipeline.steps.fit_delay import Delay
from nociscope.pipeline.steps.table import STEPS
from nociscope.pipeline.store import Store
from tests.broken import Dataset

LINES = {"parent_fraction": "interpolated", "plasma_to_blood": "interpolated", "parent_fraction_start": "one"}


@pytest.mark.parametrize(
    ("settings", "cited", "not_cited"),
    [
        ({}, {"hurvich1989", "burnham2002", "iida1986", "savitzky1964", "hampel1974"}, set()),
        (LINES, {"iida1986"}, {"hurvich1989", "hampel1974"}),
    ],
)
def test_the_blood_step_cites_what_it_used(tmp_path, settings, cited, not_cited):
    dataset = Dataset(tmp_path / "tiny")
    study = Study(**{"pet": {"PBR28": {"input": {"draws": 0, **settings}}}})
    tasks = plan(Finder(index_dataset(dataset.root)), study, STEPS[:3], {}).tasks
    one = [t for t in tasks if t.entities == tasks[0].entities]
    *_, last = run_tasks(one, {s.name: s for s in STEPS[:3]}, Store(tmp_path / "out", False))
    cites = set(read_log(tmp_path / "out" / last.log).cites)
    assert cited <= cites <= set(CITATIONS)
    assert not cites & not_cited


@pytest.mark.parametrize(
    ("delay", "known"),
    [
        (Estimate(-0.12, 0.02, "min", "delta"), True),
        (Estimate(0.2, unit="min", status=FitStatus.NO_INTERVAL), True),  # named in the study file
        (Estimate(1.0, 0.05, "min", "delta", FitStatus.AT_BOUND), True),  # late for certain: the search is too narrow
        (Estimate(-1.0, 9.7, "min", "delta", FitStatus.AT_BOUND), False),
        (Estimate.missing("min", FitStatus.NOT_CONVERGED), False),
    ],
)
def test_a_delay_that_the_curves_do_not_tell_shifts_nothing(delay, known):
    assert Delay(delay, Estimate(0.05)).known is known
