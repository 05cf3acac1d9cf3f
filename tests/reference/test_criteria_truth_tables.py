"""Full truth tables: the reported set is the set over all completions, by brute force written from the publications.

NeuPSIG: Finnerup 2016. Nociplastic pain: Kosek 2021, reduced to its seven questions. STarT Back: Hill 2008. Whiplash:
Ritchie 2013.
"""

from itertools import product

import numpy as np
import pytest

from nociscope.cohort.answers import decisions, numbers
from nociscope.io.instruments import find_instrument
from nociscope.models.phenotype.grading import graded

NO, YES, UNKNOWN = 0, 1, None
NEUPSIG, KOSEK, BACK, NECK = (find_instrument(k) for k in ("neupsig", "nociplastic", "start-back", "whiplash"))


def answers(instrument, **known):
    return {c: float("nan") if known.get(c) is None else float(known[c]) for c in instrument.columns}


def completed(pattern):
    return product(*[(NO, YES) if p is UNKNOWN else (p,) for p in pattern])


def neupsig(lesion, distribution, signs, test):
    if not (lesion and distribution):
        return "unlikely"
    return {0: "possible", 1: "probable", 2: "definite"}[signs + test]


def kosek(months, spread, nociception_is_not_all, neuropathy_is_not_all, history, comorbid, evoked):
    if not (months and spread and nociception_is_not_all and neuropathy_is_not_all and evoked):
        return "not_nociplastic"
    return "probable" if history and comorbid else "possible"


def test_neupsig_in_all_81_patterns():
    for pattern in product((NO, YES, UNKNOWN), repeat=4):
        found = graded(NEUPSIG, NEUPSIG.rules[0], answers(NEUPSIG, **dict(zip(NEUPSIG.columns, pattern, strict=True))))
        assert set(found.labels) == {neupsig(*world) for world in completed(pattern)}, pattern
        assert found.exact


def kosek_answers(pattern):
    """One pattern of the seven questions as the seventeen inputs: an unknown question leaves all its inputs unknown."""
    months, spread, noci, neuro, history, comorbid, evoked = pattern
    known = {"dur_months": {NO: 2, YES: 3}.get(months), "distribution": {NO: 0, YES: 2}.get(spread)}
    for name, value in (("noci", noci), ("neuro", neuro)):
        known[f"{name}_present"] = known[f"{name}_explains_all"] = {NO: 1, YES: 0}.get(value)
    for prefix, value in (("hx_", history), ("como_", comorbid), ("ev_", evoked)):
        columns = [c for c in KOSEK.columns if c.startswith(prefix)]
        known |= dict.fromkeys(columns, None if value is UNKNOWN else 0)
        if value == YES:
            known[columns[-1]] = 1
    return answers(KOSEK, **known)


@pytest.mark.parametrize("evoked", [NO, YES, UNKNOWN])
@pytest.mark.parametrize("comorbid", [NO, YES, UNKNOWN])
def test_nociplastic_in_all_2187_patterns(evoked, comorbid):
    for head in product((NO, YES, UNKNOWN), repeat=5):
        pattern = (*head, comorbid, evoked)
        found = graded(KOSEK, KOSEK.rules[0], kosek_answers(pattern))
        assert set(found.labels) == {kosek(*world) for world in completed(pattern)}, pattern
        assert found.exact


def test_plain_three_valued_logic_would_name_grades_that_nothing_can_reach():
    found = graded(NEUPSIG, NEUPSIG.rules[0], answers(NEUPSIG, hx_lesion=1, sensory_signs=1, confirmatory_test=1))
    assert found.labels == ("definite", "unlikely")


def back_risk(ticked):
    total, psych = sum(ticked), sum(ticked[4:])
    return "low" if total <= 3 else "high" if psych >= 4 else "medium"


def test_start_back_in_all_512_answers():
    rule = BACK.rules[0]
    for ticked in product((0, 1), repeat=9):
        found = graded(BACK, rule, answers(BACK, **dict(zip(BACK.columns, ticked, strict=True))))
        assert found.labels == (back_risk(ticked),)


def test_start_back_with_gaps():
    rng = np.random.default_rng(1)
    for _ in range(400):
        pattern = [None if rng.random() < 0.4 else int(rng.integers(2)) for _ in range(9)]
        found = graded(BACK, BACK.rules[0], answers(BACK, **dict(zip(BACK.columns, pattern, strict=True))))
        assert set(found.labels) == {back_risk(world) for world in completed(pattern)}, pattern


def neck_risk(ndi, age, arousal):
    if ndi >= 40 and age >= 35 and arousal >= 6:
        return "high"
    return "low" if ndi <= 32 and age <= 35 else "medium"


NDI, AGE, AROUSAL = (0, 20, 32, 33, 39, 40, 41, 100), (18, 34, 35, 36, 80), (0, 5, 6, 7, 15)


def test_whiplash_on_a_grid():
    for ndi, age, arousal in product((*NDI, None), (*AGE, None), (*AROUSAL, None)):
        found = graded(NECK, NECK.rules[0], answers(NECK, ndi_pct=ndi, age_years=age, pds_hyperarousal=arousal))
        worlds = product(
            NDI if ndi is None else (ndi,), AGE if age is None else (age,), AROUSAL if arousal is None else (arousal,)
        )
        assert set(found.labels) == {neck_risk(*world) for world in worlds}, (ndi, age, arousal)


def test_a_decision_says_why_and_what_would_decide():
    entered = numbers(KOSEK, {c: [v] for c, v in kosek_answers((1, 1, 1, 1, 1, 1, None)).items()}, ["sub-1"])
    open_ = decisions(KOSEK, entered, 0)[0]
    assert open_.grade == "probable|not_nociplastic"
    assert open_.deciding == tuple(c for c in KOSEK.columns if c.startswith("ev_"))
    assert open_.path == ("not possible: its conditions never hold together",)
    settled = decisions(NEUPSIG, numbers(NEUPSIG, {"hx_lesion": [1], "plausible_distribution": [0]}, ["sub-1"]), 0)[0]
    assert settled.path[-1] == "unlikely: none of the above"
    assert settled.path[0] == "not definite: neuroanatomically plausible distribution (no)"
    assert settled.deciding == ()


def test_the_class_names_the_grades_that_it_rests_on():
    criteria = find_instrument("mechanism")
    known = dict.fromkeys(criteria.columns, 0) | {"hx_lesion": 1, "plausible_distribution": 1, "sensory_signs": 1}
    found = decisions(criteria, {c: np.array([float(v)]) for c, v in known.items()}, 0)
    assert [d.rule for d in found] == ["neupsig", "nociplastic", "class"]
    assert found[-1].grade == "neuropathic"
    assert found[-1].path[-1] == "neuropathic: either neupsig is probable or neupsig is definite"
    assert any(line.startswith("neupsig, probable:") for line in found[-1].path)


def test_supporting_questionnaires_never_enter_the_class():
    assert not {c for c in find_instrument("mechanism").columns if c.startswith(("pd_", "csi_", "dn4_"))}
