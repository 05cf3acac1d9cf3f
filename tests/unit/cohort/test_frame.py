"""Records as pandas tables."""

import math

import pytest

import nociscope as noci
from nociscope.core.errors import InputError
from nociscope.core.estimate import Estimate
from nociscope.core.records import Frames, Tacs
from tests.unit.cohort.test_cohort import fit


def test_curves_become_a_row_a_frame():
    table = noci.to_frame(Tacs([[1.0, 2.0], [3.0, 4.0]], Frames([0, 1], [1, 2]), ("THA", "FC")))
    assert list(table.columns) == ["frame_start", "frame_end", "THA", "FC"]
    assert table.frame_end.tolist() == [60, 120] and table.FC.tolist() == [3, 4]


def test_fits_of_several_models_become_a_row_a_model_and_region():
    missing = fit("FC", math.nan, noci.FitStatus.NOT_FINITE)
    table = noci.to_frame([fit("THA", 3.0), missing, fit("THA", 3.1, model="MA1")])
    assert table.model.tolist() == ["2TCM", "2TCM", "MA1"] and table.VT[2] == 3.1
    assert math.isnan(table.VT[1]) and table.status[1] == "not_finite" and table["VT-se"][0] == 0.1


def test_findings_become_a_row_each():
    finding = noci.stats.compare([1.0, 2.0, 3.0, 7.0, 8.0, 9.0, 6.0], ["a", "a", "a", "b", "b", "b", "b"])
    table = noci.to_frame(finding)
    assert table["n.a"][0] == 3 and table.estimate[0] == finding.estimate
    assert table.effect_low[0] == finding.effect_size.ci_low
    assert all(s.code in table.safeguards[0] for s in finding.safeguards)


@pytest.mark.parametrize("records", [[], [Estimate(1.0)], [fit("THA", 3.0), Estimate(1.0)]])
def test_what_cannot_be_a_table_is_said(records):
    with pytest.raises(InputError, match="of one kind"):
        noci.to_frame(records)
