"""Models of phenotypes from a table."""

import numpy as np
import pytest

from nociscope.core.errors import MalformedFile
from nociscope.io.qst_phenotypes import read_phenotype_model, shipped_phenotypes
from nociscope.models import psychophysics as qst

PROFILE = [-1.5, -1.7, -1.6, -0.5, -0.9, 0.1, -0.2, 0.0, 0.1, -1.4, -1.0]


def test_the_shipped_model_is_made_up_and_gives_the_worked_posterior():
    model = read_phenotype_model(shipped_phenotypes())
    assert model.synthetic
    found = qst.phenotypes(dict(zip(qst.Z_TESTS, PROFILE, strict=True)), model)
    assert tuple(found.posterior.values()) == pytest.approx((0.857958, 0.001707, 0.135579, 0.004757), abs=5e-7)
    assert found.label == "not_vollert2017"
    assert qst.label_of(model, [({}, ())] * 3) == "not_vollert2017"


def test_rows_may_stand_in_any_order(tmp_path):
    header, *rows = shipped_phenotypes().read_text().splitlines()
    path = tmp_path / "mine.tsv"
    path.write_text("\n".join([header, *np.random.default_rng(1).permutation(rows)]) + "\n")
    model, known = read_phenotype_model(path), read_phenotype_model(shipped_phenotypes())
    for name in known.phenotypes:
        mine = dict(zip(model.tests, model.mean[model.phenotypes.index(name)], strict=True))
        assert mine == dict(zip(known.tests, known.mean[known.phenotypes.index(name)], strict=True))
    assert not model.synthetic


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("sensory_loss\tCDT", "sensory_loss\tWDT", "lacks a test"),
        ("\t0.25\t0.0\n", "\t0.2\t0.0\n", "one prior"),
        ("\t0.0\n", "\t1.0\n", "one threshold"),
    ],
)
def test_a_model_that_contradicts_itself_is_refused(tmp_path, old, new, words):
    path = tmp_path / "mine.tsv"
    path.write_text(shipped_phenotypes().read_text().replace(old, new, 1))
    with pytest.raises(MalformedFile, match=words):
        read_phenotype_model(path)


def test_priors_must_leave_something_for_the_healthy(tmp_path):
    path = tmp_path / "mine.tsv"
    path.write_text(shipped_phenotypes().read_text().replace("\t0.25\t", "\t0.4\t"))
    with pytest.raises(MalformedFile, match="healthy"):
        read_phenotype_model(path)
