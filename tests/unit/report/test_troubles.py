"""Problems: what stops something first, and the lines that mend it ready to copy."""

from nociscope.core.problem import Problem
from nociscope.report import troubles


def test_what_blocks_is_parted_from_what_does_not_and_the_worst_leads():
    note = Problem("combined", "a", "m", severity="note")
    caution = Problem("outlier", "b", "m")
    blocked = Problem("dose", "c", "m", ("SUV",))
    fatal = Problem("frames", "d", "m", severity="error")
    problems = (note, caution, blocked, fatal)
    assert troubles.stopping(problems) == (fatal, blocked)
    assert troubles.further(problems) == (caution, note)


def test_settings_are_lines_of_their_own():
    found = troubles.mend(
        'if right, write in the study file: [[pet.MC1.correction]] field = "Units", value = "kBq", reason = "…"'
    )
    assert found.words == "if right, write in the study file:"
    assert found.lines == ("[[pet.MC1.correction]]", 'field = "Units"', 'value = "kBq"', 'reason = "…"')


def test_comma_inside_a_value_does_not_part_it():
    assert troubles.mend('write: [[a.b]] reason = "one, two"').lines == ("[[a.b]]", 'reason = "one, two"')


def test_plain_words_stay_words():
    assert troubles.mend("look at the early frames") == troubles.Mend("look at the early frames")
