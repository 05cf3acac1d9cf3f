"""Records refuse what cannot be, and say why."""

import math
import pickle

import numpy as np
import pytest

from nociscope.core.errors import InputError, MissingFile, ShapeError, TimingError
from nociscope.core.estimate import Estimate
from nociscope.core.records import Frames, InputFunction, Samples, Tacs
from nociscope.core.status import FitStatus
from nociscope.core.vocabulary import VOCABULARY, quantity


def test_a_missing_value_needs_a_reason():
    with pytest.raises(InputError, match="reason"):
        Estimate(math.nan)


def test_a_denied_value_is_refused():
    with pytest.raises(InputError, match="denies"):
        Estimate(1.0, status=FitStatus.NOT_CONVERGED)


def test_a_status_that_denies_takes_the_value_away():
    gone = Estimate(1.0, 0.1, "1").with_status(FitStatus.MISSING_DOSE)
    assert math.isnan(gone.value) and gone.status is FitStatus.MISSING_DOSE


@pytest.mark.parametrize("status", FitStatus)
def test_every_status_has_a_sentence(status):
    assert len(status.sentence) > 8


def test_frames_overlap():
    with pytest.raises(TimingError, match=r"overlap.*FrameTimesStart"):
        Frames([0, 0.5], [1, 2])


def test_frames_tolerate_round_off():
    assert len(Frames([0, 1 / 3], [1 / 3 + 1e-9, 1])) == 2


def test_tacs_shape():
    with pytest.raises(ShapeError, match="regions"):
        Tacs(np.zeros((1, 2)), Frames([0, 1], [1, 2]), ("a", "b"))


def test_tacs_unknown_region_lists_the_known():
    with pytest.raises(InputError, match="one of a, b"):
        Tacs(np.zeros((2, 1)), Frames([0], [1]), ("a", "b")).region("c")


def test_records_do_not_share_or_mutate_their_input():
    activity = np.ones((1, 2))
    tacs = Tacs(activity, Frames([0, 1], [1, 2]), ("a",))
    activity[0, 0] = 9
    assert tacs.activity[0, 0] == 1
    with pytest.raises(ValueError, match="read-only"):
        tacs.activity[0, 0] = 3


def test_input_function_times_increase():
    with pytest.raises(TimingError):
        InputFunction([0, 0], [0, 1], [0, 1])


def test_a_gap_is_not_a_sample():
    with pytest.raises(InputError, match="not a zero"):
        Samples([0, 1], [1, math.nan])


def test_errors_survive_a_process_boundary():
    error = MissingFile("no blood", expected="*_blood.tsv", do="add it", where="sub-01")
    again = pickle.loads(pickle.dumps(error))
    assert str(again) == str(error) == "sub-01: no blood; expected *_blood.tsv. Add it."
    assert isinstance(again, FileNotFoundError) and again.do == "add it"


def test_vocabulary_is_keyed_by_symbol():
    assert all(q.symbol == k and q.low < q.high for k, q in VOCABULARY.items())


def test_unknown_quantity():
    with pytest.raises(InputError, match="vocabulary"):
        quantity("Vt")
