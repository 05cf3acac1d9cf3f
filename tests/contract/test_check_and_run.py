"""``nociscope check`` and ``nociscope run`` come through the same door: what one says, the other does."""

from __future__ import annotations

import gzip

import numpy as np
import pytest

from nociscope.core.errors import NociscopeError
from nociscope.core.study import Study
from nociscope.io.index import index_dataset
from nociscope.pipeline.execute import run_tasks
from nociscope.pipeline.log import read_log
from nociscope.pipeline.plan import plan
from nociscope.pipeline.sources import Finder
from nociscope.pipeline.steps.table import STEPS
from nociscope.pipeline.store import Store
from tests.broken import Dataset
from tests.contract.test_broken_inputs import CASES

STUDY = {"pet": {"PBR28": {"input": {"draws": 0}}}}
READING = STEPS[:3]
MODELLED = {"blood-ends-early", "dispersion-unknown"}
"""Said by the models of blood, which `check` does not run."""
ABSENT = {"reference-absent", "region-missing", "blood-missing"}
"""Said by `run` as a status beside every number that they block, not as a problem of the reading."""
BROKEN = [case for case in CASES if case.door is Dataset.load]


def run(dataset, out, study=STUDY):
    """Read the scan that gets broken with the steps of `run`: outcomes, and the codes of their problems."""
    tasks = plan(Finder(index_dataset(dataset.root)), Study(**study), READING, {}).tasks
    mine = [t for t in tasks if (t.entities["sub"], t.entities.get("ses")) == ("01", "a")]
    outcomes = run_tasks(mine, {s.name: s for s in READING}, Store(out, False))
    done = [read_log(out / o.log) for o in outcomes if o.state == "done"]
    return outcomes, {p.code for log in done for p in log.problems if p.severity != "note"}


@pytest.mark.parametrize("case", BROKEN, ids=[case.name for case in BROKEN])
def test_what_check_says_run_does(case, tmp_path):
    dataset = Dataset(tmp_path / "tiny")
    case.breaks(dataset)
    outcomes, codes = run(dataset, tmp_path / "out")
    told = " ".join(o.reason for o in outcomes)
    try:
        scan = dataset.load(Study(**STUDY))
    except NociscopeError as error:
        assert {o.state for o in outcomes} & {"failed", "blocked"}
        assert error.message in told or "nothing there" in told
        return
    if scan.usable:
        assert {o.state for o in outcomes} == {"done"}, told
        expected = {p.code for p in scan.problems if p.severity != "note"} - ABSENT
        assert codes - MODELLED == expected
    else:
        assert all(p.message in told for p in scan.problems if p.severity == "error")


def test_compressed_blood_is_read_as_plain_blood_is(tmp_path):
    inputs = []
    for name in ("plain", "packed"):
        dataset = Dataset(tmp_path / name)
        if name == "packed":
            for path in dataset.root.rglob("*_blood.tsv"):
                path.with_name(path.name + ".gz").write_bytes(gzip.compress(path.read_bytes()))
                path.unlink()
        run(dataset, tmp_path / f"{name}-out")
        (table,) = (tmp_path / f"{name}-out").rglob("*_inputfunction.tsv")
        inputs.append(table.read_bytes())
    assert inputs[0] == inputs[1]


def test_a_corrected_unit_holds_for_the_curves(tmp_path):
    dataset = Dataset(tmp_path / "tiny")
    dataset.edit("desc-preproc_tacs.json", Units="Bq/mL")
    mend = {"field": "Units", "value": "kBq/mL", "reason": "the preprocessing wrote the wrong unit"}
    study = {"pet": {"PBR28": {"correction": [mend], "input": {"draws": 0}}}}
    outcomes, _ = run(dataset, tmp_path / "out", study)
    assert {o.state for o in outcomes} == {"done"}, outcomes
    (table,) = (tmp_path / "out").rglob("*_tacs.tsv")
    written = np.genfromtxt(table, names=True, delimiter="\t")
    np.testing.assert_allclose(written["THA"], dataset.load(Study(**study)).tacs.region("THA"))


def test_curves_that_are_not_the_final_ones_are_passed_over(tmp_path):
    dataset = Dataset(tmp_path / "tiny")
    other = dataset.path("desc-raw_tacs.tsv")
    other.write_text(dataset.path("desc-preproc_tacs.tsv").read_text().replace("\t1", "\t2"))
    outcomes, _ = run(dataset, tmp_path / "out")
    assert {o.state for o in outcomes} == {"done"}, outcomes
