"""Every broken input ends in a named error, a named problem or a status; none changes a number in silence."""

from __future__ import annotations

import math
import re
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nociscope.core import errors
from nociscope.core.problem import Problem
from nociscope.core.status import FitStatus
from nociscope.core.study import Study
from nociscope.io.index import index_dataset
from nociscope.io.load import LoadedScan
from nociscope.io.people import read_people
from nociscope.io.table import read_tsv
from nociscope.models.pet import FitOptions, fit
from tests.broken import (
    REGIONS,
    START,
    Case,
    Dataset,
    column,
    constant,
    edited,
    gz_cut_short,
    problems_of,
    replaced,
    scaled,
    with_settings,
    with_study,
)

PET, TACS, MANUAL, AUTO = (
    "pet.json",
    "desc-preproc_tacs.tsv",
    "recording-manual_blood.tsv",
    "recording-autosampler_blood",
)
PARTICIPANTS = "participants.tsv"


def participants(text: str) -> Any:
    return lambda d: (d.root / PARTICIPANTS).write_text(text, encoding="utf-8")


def folder(name: str) -> Any:
    return lambda d: (d.root / name / "pet").mkdir(parents=True)


def without_people(dataset: Dataset) -> None:
    for sub in ("01", "02"):
        shutil.rmtree(dataset.root / f"sub-{sub}")


def without_session(dataset: Dataset) -> None:
    for name in (PET, TACS):
        shutil.rmtree(dataset.path(name).parent.parent)


def in_becquerel(dataset: Dataset) -> None:
    for region in REGIONS:
        column(TACS, region, scaled(1000))(dataset)


def fitted(model: str, region: str = "THA", **how: Any) -> Any:
    """A door that goes on to the kinetic model, for what only a fit can judge."""

    def door(dataset: Dataset) -> Any:
        scan = dataset.load()
        fits = fit(model, scan.tacs, scan.input_function, options=FitOptions(weights="uniform"), **how)
        return next(f for f in fits if f.region == region)

    return door


CASES = (
    # files that are not what they say
    Case("malformed JSON", lambda d: d.path(PET).write_text('{"Units": "kBq/mL",}'), errors.MalformedFile, "line 1"),
    Case("JSON that is a list", lambda d: d.path(PET).write_text("[1]"), errors.MalformedFile, "JSON object"),
    Case(
        "JSON key twice, two values",
        lambda d: d.path(PET).write_text('{"a": 1, "a": 2}'),
        errors.MalformedFile,
        "twice",
    ),
    Case("TSV with wrong columns", replaced(TACS, "frame_start", "start"), errors.MissingMetadata, "frame_start"),
    Case("TSV with a ragged row", replaced(TACS, "\n30\t", "\n30\t60\t"), errors.MalformedFile, "line 3"),
    Case("TSV with a column twice", replaced(TACS, "FC", "THA"), errors.MalformedFile, "THA"),
    Case(
        "TSV saved with commas",
        lambda d: d.path(TACS).write_text(d.path(TACS).read_text().replace("\t", ",")),
        errors.MalformedFile,
        "commas",
    ),
    Case(
        "decimal comma",
        lambda d: d.path(TACS).write_text(d.path(TACS).read_text().replace(".", ",")),
        errors.MalformedFile,
        "not a number",
    ),
    Case("empty table", lambda d: d.path(TACS).write_text(""), errors.MalformedFile, "empty"),
    Case(
        "not UTF-8",
        lambda d: d.path(TACS).write_bytes(d.path(TACS).read_bytes() + b"\xe9\t1"),
        errors.MalformedFile,
        "UTF-8",
    ),
    Case("truncated gz", gz_cut_short, errors.MalformedFile, "cut short"),
    Case("a folder in place of a file", lambda d: (d.path(PET).unlink(), d.path(PET).mkdir()), errors.MissingFile),
    # what is not there
    Case("no sidecar", lambda d: d.path(PET).unlink(), "MissingFile", "no PET sidecar", door=problems_of),
    Case("no curves", lambda d: d.path(TACS).unlink(), errors.MissingFile, "petprep"),
    Case(
        "two tables of curves",
        lambda d: d.path("seg-b_desc-preproc_tacs.tsv").write_text(d.path(TACS).read_text()),
        errors.AmbiguousQuery,
        "curves =",
    ),
    Case("empty dataset", without_people, errors.MissingFile, "sub-<label>", door=lambda d: index_dataset(d.root)),
    Case(
        "participant that was asked for is missing",
        lambda d: None,
        errors.MissingFile,
        "99",
        door=lambda d: index_dataset(d.root, participants=["sub-99"]),
    ),
    Case(
        "session that was asked for is missing",
        lambda d: None,
        errors.MissingFile,
        "week9",
        door=lambda d: index_dataset(d.root, sessions=["week9"]),
    ),
    Case(
        "session missing for one person",
        without_session,
        "session-missing",
        "pairs",
        "paired hypotheses",
        door=problems_of,
    ),
    # names
    Case(
        "path traversal in a label",
        lambda d: None,
        errors.UnsafeName,
        "../",
        door=lambda d: index_dataset(d.root, participants=["../../etc"]),
    ),
    Case(
        "path traversal in participants.tsv",
        participants("participant_id\tage\nsub-../../x\t4\n"),
        "unsafe-name",
        "sub-../../x",
        door=problems_of,
    ),
    Case(
        "HTML in a participant id",
        participants("participant_id\tage\nsub-<img src=x onerror=alert(1)>\t4\n"),
        "unsafe-name",
        "<img",
        door=problems_of,
    ),
    Case("HTML in a folder's name", folder("sub-<b>x"), "unsafe-name", "sub-<b>x", "all", door=problems_of),
    Case("space in a session's name", folder("sub-01/ses-week 1"), "unsafe-name", "week 1", door=problems_of),
    # people
    Case(
        "duplicate participant",
        participants("participant_id\tage\nsub-01\t4\nsub-01\t5\n"),
        "participant-duplicate",
        "2 times",
        "all",
    ),
    Case(
        "participant not listed",
        participants("participant_id\tage\nsub-02\t4\n"),
        "participant-not-listed",
        "sub-01",
        "SUV",
    ),
    Case(
        "participants.tsv without ids", participants("id\tage\nsub-01\t4\n"), errors.MissingMetadata, "participant_id"
    ),
    Case("no body weight", participants("participant_id\tage\nsub-01\t4\n"), "weight-missing", "body weight", "SUV"),
    Case(
        "body weight of 700",
        participants("participant_id\tbody_weight\nsub-01\t700\n"),
        "weight-implausible",
        "300",
        "SUV",
    ),
    Case(
        "body weight that is text",
        participants("participant_id\tbody_weight\nsub-01\theavy\n"),
        "weight-implausible",
        "heavy",
        "SUV",
    ),
    # time
    Case(
        "frames in minutes (sidecar)",
        edited(PET, FrameTimesStart=[t / 60 for t in START], FrameDuration=[0.5] * len(START)),
        "frames-minutes",
        "look like minutes",
        "all",
    ),
    Case(
        "frames in minutes (curves)",
        lambda d: (column(TACS, "frame_start", scaled(1 / 60))(d), column(TACS, "frame_end", scaled(1 / 60))(d)),
        errors.TimingError,
        "minutes",
    ),
    Case(
        "frames in milliseconds",
        edited(PET, FrameTimesStart=[t * 1000 for t in START], FrameDuration=[3e4] * 14),
        "frames-milliseconds",
        "milliseconds",
        "all",
    ),
    Case("overlapping frames (sidecar)", edited(PET, FrameDuration=[700] * 14), "frames-overlap", "overlap", "all"),
    Case(
        "FrameDuration holds the ends",
        edited(PET, FrameTimesStart=[0, 10, 20], FrameDuration=[10, 20, 30]),
        "frames-overlap",
        "holds the ends",
        "all",
    ),
    Case("overlapping frames (curves)", replaced(TACS, "0\t30\t", "0\t40\t"), errors.TimingError, "overlap"),
    Case(
        "frame that ends before it starts",
        replaced(TACS, "30\t60\t", "60\t30\t"),
        errors.TimingError,
        "before it starts",
    ),
    Case("frame without a time", replaced(TACS, "30\t60\t", "n/a\t60\t"), errors.TimingError, "no time"),
    Case("gap between frames", replaced(TACS, "30\t60\t", "40\t60\t"), "frames-gap", "30 to 40 s"),
    Case("lists of frames of different length", edited(PET, FrameDuration=[30, 30]), "frames-count", "14", "all"),
    Case("no FrameTimesStart", edited(PET, FrameTimesStart=None), "frames-missing", "FrameTimesStart", "all"),
    Case("no InjectionStart", edited(PET, InjectionStart=None), "injection-missing", "InjectionStart", "all"),
    Case("late scan whose frames start at 0", edited(PET, ScanStart=3000), "scan-start-contradiction", "3000", "all"),
    # decay
    Case(
        "decay correction not stated",
        edited(PET, ImageDecayCorrected=None),
        "decay-unknown",
        "ImageDecayCorrected",
        "all",
    ),
    Case(
        "decay reference not stated",
        edited(PET, ImageDecayCorrectionTime=None),
        "decay-mismatch",
        "at injection",
        "2TCM",
    ),
    Case(
        "blood decay reference unreadable",
        edited(AUTO + ".json", DecayCorrectionTime="noon"),
        "decay-mismatch",
        "noon",
        "Logan",
    ),
    Case("image corrected to another time", edited(PET, ImageDecayCorrectionTime=600), "decay-moved", "10 min"),
    Case(
        "blood not decay-corrected",
        edited(AUTO + ".json", DecayCorrected=False),
        "decay-moved",
        "not corrected on disk",
    ),
    Case(
        "half-life of another radionuclide",
        edited(PET, RadionuclideHalfLife=6586.2),
        "half-life-contradiction",
        "6586.2",
        "all",
    ),
    Case(
        "radionuclide of another tracer",
        edited(PET, TracerRadionuclide="F18"),
        "radionuclide-contradiction",
        "C11",
        "all",
    ),
    Case("unknown radionuclide", edited(PET, TracerRadionuclide="X99"), "radionuclide-unknown", "X99"),
    Case("unknown tracer", edited(PET, TracerName="MYSTERY-1"), "tracer-unknown", "MYSTERY-1", "genotype rules"),
    # dose
    Case(
        "dose a thousand times too small",
        edited(PET, InjectedRadioactivity=653790, InjectedRadioactivityUnits="Bq", RadionuclideTotalDose=654160000),
        "dose-implausible",
        "RadionuclideTotalDose 654160000",
        "SUV",
    ),
    Case("dose of 400 GBq", edited(PET, InjectedRadioactivityUnits="GBq"), "dose-implausible", "400000 MBq", "SUV"),
    Case("negative dose", edited(PET, InjectedRadioactivity=-3), "dose-implausible", "-3", "SUV"),
    Case("no dose", edited(PET, InjectedRadioactivity="n/a"), "dose-missing", "InjectedRadioactivity", "SUV"),
    Case("dose in mBq", edited(PET, InjectedRadioactivityUnits="mBq"), "dose-unit", "millibecquerel", "SUV"),
    Case("dose without a unit", edited(PET, InjectedRadioactivityUnits=None), "dose-unit", "unit of activity", "SUV"),
    # curves
    Case("curves without a unit", edited("desc-preproc_tacs.json", Units=None), errors.MissingMetadata, "Units"),
    Case("curves in Bq that say kBq", in_becquerel, errors.UnitError, "SUV of"),
    Case(
        "curves whose JSON has other frames",
        edited("desc-preproc_tacs.json", FrameTimesStart=[t / 60 for t in START]),
        errors.TimingError,
        "disagree",
    ),
    Case("curves in counts", edited("desc-preproc_tacs.json", Units="counts"), errors.UnitError, "counts"),
    Case("NaN curve", column(TACS, "THA", lambda v: [*v[:5], "n/a", *v[6:]]), "curve-not-finite", "THA", "THA"),
    Case(
        "NaN curve, fitted",
        column(TACS, "THA", lambda v: [*v[:5], "n/a", *v[6:]]),
        FitStatus.NOT_FINITE,
        door=fitted("SRTM", reference="CBL"),
    ),
    Case("zero curve", column(TACS, "THA", constant(0)), "curve-zero", "THA", "THA"),
    Case(
        "zero curve, fitted",
        column(TACS, "THA", constant(0)),
        FitStatus.NO_SIGNAL,
        door=fitted("SRTM", reference="CBL"),
    ),
    Case("negative curve", column(TACS, "THA", scaled(-1)), "curve-negative", "THA", "THA"),
    Case(
        "no blood, arterial model",
        lambda d: [d.path(f).unlink() for f in (MANUAL, AUTO + ".tsv")],
        FitStatus.MISSING_BLOOD,
        door=fitted("2TCM"),
    ),
    Case(
        "weights of the wrong length", edited("desc-preproc_tacs.json", FrameWeights=[1, 1]), "weights-unusable", "14"
    ),
    Case("negative weights", edited("desc-preproc_tacs.json", FrameWeights=[-1] * 14), "weights-unusable", "0 or more"),
    Case("unknown region", lambda d: None, "region-missing", "AMY", "AMY", door=with_settings(regions=["THA", "AMY"])),
    Case(
        "part of a combined region absent",
        lambda d: None,
        "region-missing",
        "AMY",
        "limbic",
        door=with_settings(combine={"limbic": ["THA", "AMY"]}),
    ),
    Case(
        "combined region that exists",
        lambda d: None,
        errors.InputError,
        "THA",
        door=with_settings(combine={"THA": ["FC"]}),
    ),
    Case(
        "reference region absent",
        lambda d: None,
        "reference-absent",
        "pons",
        "SRTM",
        door=with_settings(reference_region="pons"),
    ),
    # blood
    Case("zero blood", column(MANUAL, "plasma_radioactivity", constant(0)), "blood-zero", "zero everywhere", "2TCM"),
    Case(
        "negative blood",
        column(MANUAL, "plasma_radioactivity", lambda v: [*v[:-1], -50]),
        "blood-negative",
        "-50",
        "2TCM",
    ),
    Case(
        "parent fraction above 1",
        column(MANUAL, "metabolite_parent_fraction", scaled(1.2)),
        "parent-fraction-range",
        "1.2",
        "2TCM",
    ),
    Case(
        "parent fraction in percent",
        column(MANUAL, "metabolite_parent_fraction", scaled(100)),
        "parent-fraction-range",
        "100",
        "2TCM",
    ),
    Case("blood in minutes", column(MANUAL, "time", scaled(1 / 60)), "blood-minutes", "minutes", "2TCM"),
    Case("blood that runs backwards", column(MANUAL, "time", lambda v: v[::-1]), errors.TimingError, "backwards"),
    Case(
        "blood without a unit",
        edited("recording-manual_blood.json", plasma_radioactivity={}),
        errors.MissingMetadata,
        "plasma_radioactivity",
    ),
    Case(
        "blood in counts per second",
        edited("recording-manual_blood.json", plasma_radioactivity={"Units": "cps"}),
        errors.UnitError,
        "cps",
    ),
    Case(
        "no plasma",
        lambda d: d.table(MANUAL, lambda c: c.pop("plasma_radioactivity")),
        "blood-incomplete",
        "plasma",
        "Logan",
    ),
    Case(
        "no dispersion constant",
        edited(AUTO + ".json", DispersionConstant=None),
        "dispersion-missing",
        "DispersionConstant",
    ),
    # study file
    Case("study file that is not TOML", lambda d: None, errors.StudyError, ":2", door=with_study("[study]\nname = \n")),
    Case(
        "unknown key in the study file",
        lambda d: None,
        errors.StudyError,
        "'models'",
        door=with_study('[pet.PBR28]\nmodel = ["2TCM"]\n'),
    ),
    Case(
        "section that is not built yet",
        lambda d: None,
        errors.StudyError,
        "not built yet",
        door=with_study("[study]\n\n[spine]\nx = 1\n"),
    ),
    Case(
        "wrong value in the study file",
        lambda d: None,
        errors.StudyError,
        ":3",
        door=with_study("[pet.PBR28]\nstarts = 8\nvB = 7\n"),
    ),
)


@pytest.fixture(scope="module")
def told(request):
    """Collect one line a case and print the table at the end."""
    lines: list[tuple[str, str, str]] = []
    yield lines
    capture = request.config.pluginmanager.get_plugin("capturemanager")
    with capture.global_and_fixture_disabled():
        print(f"\n\n{len(lines)} broken inputs and how each ends")
        for name, ends, says in lines:
            print(f"  {name:<46} {ends:<34} {says[:110]}")


@pytest.mark.parametrize("case", CASES, ids=lambda c: c.name)
def test_a_broken_input_ends_in_a_name(case, tmp_path, told):
    dataset = Dataset(tmp_path / "tiny")
    case.breaks(dataset)
    if isinstance(case.ends, type):
        with pytest.raises(case.ends) as caught:
            case.door(dataset)
        assert case.says in str(caught.value)
        told.append((case.name, case.ends.__name__, str(caught.value).replace(str(tmp_path), "…")))
        return
    outcome = case.door(dataset)
    if isinstance(case.ends, FitStatus):
        assert outcome.status is case.ends
        assert all(math.isnan(e.value) for e in outcome.estimates.values())
        told.append((case.name, f"status {case.ends}", case.ends.sentence))
        return
    problem = _one(outcome, case.ends)
    assert case.says in f"{problem.where} {problem.message} {problem.mend}"
    assert not case.blocks or case.blocks in problem.blocks
    told.append((case.name, f"{problem.severity} {problem.code}", problem.message.replace(str(tmp_path), "…")))


def _one(outcome: LoadedScan | list[Problem], code: str) -> Problem:
    problems = outcome.problems if isinstance(outcome, LoadedScan) else outcome
    found = [p for p in problems if p.code == code]
    assert found, f"no problem {code!r} among {sorted({p.code for p in problems})}"
    return found[0]


def test_there_are_at_least_thirty_cases_and_no_name_twice():
    assert len(CASES) >= 30
    assert len({c.name for c in CASES}) == len(CASES)


def test_the_sound_dataset_has_no_problem_but_a_note(tmp_path):
    dataset = Dataset(tmp_path / "tiny")
    assert [p for p in problems_of(dataset) if p.severity != "note"] == []
    assert dataset.load().usable


QUIET = [c for c in CASES if isinstance(c.ends, str) and c.door is Dataset.load and "moved" not in c.ends]
"""Cases that go on: what the broken file does not touch must come out as it was."""


@pytest.mark.parametrize("case", QUIET, ids=lambda c: c.name)
def test_no_number_changes_in_silence(case, tmp_path):
    sound, broken = Dataset(tmp_path / "a"), Dataset(tmp_path / "b")
    case.breaks(broken)
    before, after = sound.load(), broken.load()
    table = read_tsv(broken.path(TACS))
    for region in before.tacs.regions:
        np.testing.assert_array_equal(after.tacs.region(region), table.numbers(region))
    if after.scan.dose_status is FitStatus.OK:
        assert after.scan.dose_MBq == before.scan.dose_MBq
    if after.blood is not None and before.blood is not None:
        np.testing.assert_array_equal(after.blood.plasma.value, before.blood.plasma.value)


def test_an_image_corrected_to_another_time_is_moved_by_its_half_life(tmp_path):
    sound, late = Dataset(tmp_path / "a"), Dataset(tmp_path / "b")
    late.edit(PET, ImageDecayCorrectionTime=20.364 * 60)
    np.testing.assert_allclose(late.load().tacs.activity, 2 * sound.load().tacs.activity)


def test_an_uncorrected_image_gets_the_mean_decay_of_each_frame(tmp_path):
    """The factor must undo the average of exp(-λt) over the frame, taken here by brute force."""
    sound, raw = Dataset(tmp_path / "a"), Dataset(tmp_path / "b")
    raw.edit(PET, ImageDecayCorrected=False)
    before, after = sound.load().tacs, raw.load().tacs
    rate = math.log(2) / 20.364
    mean = [
        np.exp(-rate * np.linspace(s, e, 20001)).mean()
        for s, e in zip(before.frames.start, before.frames.end, strict=True)
    ]
    np.testing.assert_allclose(after.activity[0] * mean, before.activity[0], rtol=1e-4)


def test_a_late_time_zero_shifts_curves_and_blood_alike(tmp_path):
    dataset = Dataset(tmp_path / "tiny")
    dataset.edit(PET, InjectionStart=60)
    scan = dataset.load()
    assert scan.tacs.frames.start[0] == -1
    assert scan.blood.plasma.time[0] == -1
    assert {p.code for p in scan.problems} >= {"decay-moved"}


def test_the_study_file_mends_a_dose_and_says_so(tmp_path):
    dataset = Dataset(tmp_path / "tiny")
    dataset.edit(PET, InjectedRadioactivity=400000, InjectedRadioactivityUnits="Bq", RadionuclideTotalDose=4e8)
    problem = _one(dataset.load(), "dose-implausible")
    assert 'field = "InjectedRadioactivityUnits", value = "kBq"' in problem.mend
    mended = with_study(
        '[[pet.PBR28.correction]]\nfield = "InjectedRadioactivityUnits"\nvalue = "kBq"\nreason = "log book"\n'
    )(dataset)
    assert mended.scan.dose_MBq == pytest.approx(400)
    assert mended.scan.dose_status is FitStatus.OK
    assert "log book" in _one(mended, "correction-applied").message
    other = dataset.load(
        Study.model_validate(
            {
                "pet": {
                    "PBR28": {
                        "correction": [
                            {
                                "field": "InjectedRadioactivityUnits",
                                "value": "kBq",
                                "reason": "x",
                                "participants": ["sub-02"],
                            }
                        ]
                    }
                }
            }
        )
    )
    assert other.scan.dose_status is FitStatus.IMPLAUSIBLE_DOSE


def test_a_person_in_the_table_without_a_folder_is_noted(tmp_path):
    dataset = Dataset(tmp_path / "tiny")
    participants("participant_id\tbody_weight\nsub-01\t70\nsub-02\t70\nsub-07\t70\n")(dataset)
    people = read_people(dataset.root, index_dataset(dataset.root))
    assert [(p.code, p.where) for p in people.problems] == [("participant-without-data", "sub-07")]


def test_every_problem_has_its_line_in_the_guide_and_the_guide_invents_none():
    root = Path(__file__).resolve().parents[2]
    guide = set(re.findall(r"`([a-z]+(?:-[a-z]+)+)`", (root / "docs" / "how-to" / "mend-a-dataset.md").read_text()))
    sources = "".join(p.read_text() for p in (root / "src" / "nociscope" / "io").glob("*.py"))
    codes = set(re.findall(r'(?:Problem|_error|_blocking)\(\s*"([a-z-]+)"', sources))
    codes |= set(re.findall(r'_no_dose\(\s*FitStatus\.\w+,\s*"([a-z-]+)"', sources))
    codes |= {"curve-not-finite", "curve-zero", "curve-negative", "weight-implausible"}
    assert guide == codes
