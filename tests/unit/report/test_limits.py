"""What a study cannot show: the strongest first, regions and hypotheses gathered."""

import dataclasses

from nociscope.core.finding import Safeguard
from nociscope.report import limits
from nociscope.report.model import HypothesisReport


def study(made_up, *hypotheses):
    """Return a cohort with these safeguards: a hypothesis is region → safeguards."""
    reports = tuple(
        HypothesisReport(
            f"h{i}",
            tuple(dataclasses.replace(made_up.finding(r), safeguards=tuple(g)) for r, g in regions.items()),
        )
        for i, regions in enumerate(hypotheses)
    )
    return dataclasses.replace(made_up.cohort(), hypotheses=reports, safeguards=())


def texts(found):
    return [limit.text for limit in found]


def carried(who):
    return Safeguard(
        "one-person-carries", f"Without {who} p becomes 0.2: one person carries this finding.", "warn",
        short="One person carries the finding.",
    )  # fmt: skip


def test_limits_hold_safeguards_once_and_the_meaning_of_the_signal(made_up):
    said = texts(limits.cannot_show(made_up.cohort()).open)
    assert said.count("Not separable from sex: all patients are women.") == 1
    assert limits.SIGNAL in said
    assert limits.NOT_FOUND in said


def test_tracers_caveats_replace_the_standing_one(made_up):
    report = made_up.cohort()
    report = dataclasses.replace(report, study=dataclasses.replace(report.study, caveats=("Own caveat.",)))
    assert "Own caveat." in texts(limits.cannot_show(report).open)
    assert limits.SIGNAL not in texts(limits.cannot_show(report).open)


def test_study_of_another_target_is_not_told_about_tspo(made_up):
    report = made_up.cohort()
    report = dataclasses.replace(report, study=dataclasses.replace(report.study, targets=("COX-2",)))
    assert not [t for t in texts(limits.cannot_show(report).open) if "TSPO" in t]


def test_regions_that_say_the_same_share_a_sentence(made_up):
    report = study(made_up, {"FC": [carried("sub-01")], "TC": [carried("sub-02")], "THA": []})
    assert "In 2 of 3 regions (FC, TC): one person carries the finding." in texts(limits.cannot_show(report).open)


def test_single_region_keeps_its_own_sentence(made_up):
    report = study(made_up, {"FC": [carried("sub-01")], "TC": []})
    said = texts(limits.cannot_show(report).open)
    assert "In FC: without sub-01 p becomes 0.2: one person carries this finding." in said


def test_an_override_is_said(made_up):
    guard = Safeguard("x", "Site and group are one.", "refuse", overridden=True)
    said = texts(limits.cannot_show(study(made_up, {"FC": [guard], "TC": []})).open)
    assert said[0] == "In FC: site and group are one. (Overruled by the study file.)"


def test_strongest_stand_first_and_the_rest_is_folded(made_up):
    note = Safeguard("different-people", "Regions lack different people.", "note")
    caution = Safeguard("variances-unequal", "Groups differ in spread.", "warn")
    floor = Safeguard("floor", "The smallest p is 0.03.", "note")
    refused = Safeguard("genotype-missing", "Genotype is unknown.", "refuse")
    found = limits.cannot_show(study(made_up, {"FC": [note, caution, floor, carried("sub-01"), refused]}))
    assert texts(found.open)[:3] == [refused.message, floor.message, carried("sub-01").message]
    assert texts(found.folded) == [caution.message, note.message]


def test_limit_of_some_hypotheses_names_them_and_one_of_all_does_not(made_up):
    floor = Safeguard("floor", "The smallest p is 0.03.", "note")
    report = study(made_up, {"FC": [floor, carried("sub-01")]}, {"FC": [floor]})
    where = {limit.text: limit.hypotheses for limit in limits.cannot_show(report).open}
    assert where["The smallest p is 0.03."] == ()
    assert where[carried("sub-01").message] == ("h0",)


def test_floors_that_differ_by_their_number_become_one_range(made_up):
    one, two = (
        dataclasses.replace(
            made_up.finding("FC"), details={"smallest_attainable_p": p},
            safeguards=(Safeguard("floor", f"The smallest p is {p}.", "note", short="There is a smallest p."),),
        )
        for p in (0.002, 0.004)
    )  # fmt: skip
    report = dataclasses.replace(
        made_up.cohort(), hypotheses=(HypothesisReport("a", (one,)), HypothesisReport("b", (two,)))
    )
    said = [t for t in texts(limits.cannot_show(report).open) if "smallest p" in t]
    assert len(said) == 1
    assert "0.00200 to 0.00400" in said[0]


def test_safeguards_are_split_into_shared_and_own(made_up):
    extra = Safeguard("selected", "Picked by its p.", "warn")
    one = dataclasses.replace(made_up.finding("FC"), safeguards=(*made_up.finding().safeguards, extra))
    shared = limits.shared_safeguards((one, made_up.finding("TC")))
    assert shared == made_up.finding().safeguards
    assert limits.own_safeguards(one, shared) == (extra,)
    assert limits.shared_safeguards((one,)) == ()
