"""``nociscope check``: what a dataset holds, what is wrong with it, what that blocks and how to mend it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace

from nociscope.core.errors import NociscopeError
from nociscope.core.problem import Problem
from nociscope.core.study import Study
from nociscope.io.check_questions import question_problems
from nociscope.io.check_tables import table_problems
from nociscope.io.index import RAW, Index, ScanKey
from nociscope.io.load import load_scan, raw_sidecar
from nociscope.io.maps import chosen
from nociscope.io.people import People, read_people
from nociscope.io.sidecar import UPTAKE, read_scan
from nociscope.io.study import pet_settings
from nociscope.io.table import read_tsv
from nociscope.io.tracers import find_tracer, key


def inventory(index: Index) -> dict[str, str]:
    """Return what is there: people, sessions, scans by tracer, blood, and every derivative dataset."""
    scans = index.scans()
    found = {
        "participants": _participants(index),
        "sessions": ", ".join(sorted({k.ses for k in scans if k.ses})) or "none",
        "PET scans": str(len(scans)),
        "tracers": _counted(_tracer(index, k) for k in scans) or "none",
        "manual blood": str(len(index.find(suffix="blood", recording="manual", extension=[".tsv", ".tsv.gz"]))),
        "autosampler blood": str(len(index.find(suffix="blood", recording="autosampler"))),
    }
    for label, folder in index.datasets.items():
        if label != RAW:
            kinds = Counter(f.suffix for f in index.find(dataset=label))
            listed = ", ".join(f"{n} {suffix}" for suffix, n in sorted(kinds.items()))
            found[f"derivative {label}"] = f"{listed or 'nothing'} ({folder})"
    return found


def _participants(index: Index) -> str:
    """How many people there are; where folders are empty and all is in tables, how many are listed."""
    found = len(index.participants())
    folders = sum(p.is_dir() for p in index.root.glob("sub-*"))
    table = index.root / "participants.tsv"
    try:
        listed = len(read_tsv(table).rows) if table.is_file() else 0
    except NociscopeError:
        listed = 0  # what is wrong with the table is told by whoever reads it
    if found or not max(folders, listed):
        return str(found)
    return f"{listed or folders} ({'in participants.tsv' if listed else 'folders'}, without a file of their own)"


def check_dataset(index: Index, study: Study | None = None, people: People | None = None) -> list[Problem]:
    """Return everything that is wrong, by going through the same door as ``run``.

    What would raise there is a problem of severity ``error`` here, so that one broken file does not hide the next.
    Notes that say the same of many scans are said once.

    Parameters
    ----------
    index : of the dataset.
    study : default: an empty study file.
    people : default: read from the dataset.
    """
    plan = study or Study()
    problems = list(index.problems)
    if people is None:
        try:
            people = read_people(index.root, index)
        except NociscopeError as error:
            problems.append(_as_problem(error, "participants.tsv"))
            people = People({})
    problems += people.problems
    for scan in index.scans():
        problems += _scan(index, scan, people, plan)
    problems += table_problems(index, plan)
    problems += question_problems(plan, people)
    return [*_unique(problems), *_sessions(index), *_study(index, plan), *_unsaid(index, plan), *_maps(index, plan)]


def _scan(index: Index, scan: ScanKey, people: People, study: Study) -> list[Problem]:
    """Everything wrong with one scan; a sidecar is still read where the curves cannot be."""
    try:
        return list(load_scan(index, scan, people, study).problems)
    except NociscopeError as error:
        found = [_as_problem(error, scan.label, "" if error.where == str(index.root) else error.where)]
    try:
        about = raw_sidecar(index, scan)
        corrections = pet_settings(study, _tracer(index, scan)).correction
        return [*read_scan(about, scan, people, corrections)[1], *found]
    except NociscopeError:
        return found


def _as_problem(error: NociscopeError, place: str, named: str | None = None) -> Problem:
    """An error as a problem; ``place`` stands where the error names no file."""
    parts = [error.message]
    parts += [f"expected {error.expected}"] if error.expected is not None else []
    parts += [f"got {error.got}"] if error.got is not None else []
    where = (error.where if named is None else named) or place
    return Problem(type(error).__name__, where, "; ".join(parts), ("all",), error.do or "", "error")


def _unique(problems: Iterable[Problem]) -> list[Problem]:
    """Each problem once; a note that several scans share is counted instead of repeated."""
    once = list(dict.fromkeys(problems))
    shared = Counter((p.code, p.message) for p in once if p.severity == "note")
    out, told = [], set[tuple[str, str]]()
    for p in once:
        same = (p.code, p.message)
        if p.severity != "note" or shared[same] == 1:
            out.append(p)
        elif same not in told:
            told.add(same)
            out.append(Problem(p.code, f"{shared[same]} scans", p.message, p.blocks, p.mend, p.severity))
    return out


def _sessions(index: Index) -> Iterator[Problem]:
    """People who lack a session that at least half of the others have: pairs and retests lose them."""
    visits: dict[str, set[str]] = {}
    for file in index.find(dataset=RAW):
        visits.setdefault(file.entities["sub"], set()).add(file.entities.get("ses", ""))
    count = Counter(s for seen in visits.values() for s in seen if s)
    for session, n in sorted(count.items()):
        for person, seen in sorted(visits.items()):
            if session not in seen and n * 2 >= len(visits):
                message = f"no session {session!r}, which {n} of {len(visits)} have"
                mend = "add it, or expect the person to be left out of pairs"
                yield Problem("session-missing", f"sub-{person}", message, ("paired hypotheses",), mend)


def _study(index: Index, study: Study) -> Iterator[Problem]:
    """Sections of the study file that no scan answers to."""
    there = {key(_tracer(index, k)) for k in index.scans()}
    for name in study.pet:
        if key(name) not in there and key(find_tracer(name).name) not in there:
            message = f"[pet.{name}] names a tracer that no scan has; there are {', '.join(sorted(there)) or 'none'}"
            yield Problem("tracer-unused", "study file", message, (), "mend the name of the section")


def _maps(index: Index, study: Study) -> Iterator[Problem]:
    """Hypotheses whose maps, mask or surface are not there, and people who have no map."""
    for hypothesis in study.hypothesis:
        if hypothesis.map is None:
            continue
        where, blocks = f"hypothesis {hypothesis.name}", ("hypotheses with a map",)
        try:
            found = {f.entities.get("sub") for f in chosen(index, hypothesis.map)}
        except NociscopeError as error:
            yield replace(_as_problem(error, where, where), blocks=blocks)
            continue
        if lacking := sorted(set(index.participants()) - found):
            message = f"no map of {', '.join(f'sub-{s}' for s in lacking)}"
            yield Problem(
                "map-missing", where, message, ("their part in it",), "add them, or expect to lose them", "note"
            )


def _unsaid(index: Index, study: Study) -> Iterator[Problem]:
    """What neither the tracer's own file nor the study file says, and a model needs."""
    for name in sorted({_tracer(index, k) for k in index.scans()}):
        tracer, chosen = find_tracer(name), pet_settings(study, name)
        asked, window = chosen.models or tracer.models, chosen.window_min or tracer.window_min
        where = f"[pet.{tracer.label}] of the study file"
        uptake = tuple(m for m in asked if m in UPTAKE)
        if uptake and not window:
            message = f"no usual window of {name} is known, and the study file names none"
            yield Problem("window-missing", where, message, uptake, "write window_min = [from, to] there, min")
        if not asked and not window:
            message = f"no model is known for {name}, and the study file names none: nothing will be estimated"
            yield Problem("models-missing", where, message, ("all",), "name models there, or a window_min for the SUV")


def _tracer(index: Index, scan: ScanKey) -> str:
    files = index.for_scan(scan, "pet", dataset=RAW)
    try:
        name = index.sidecar(files[0]).data.get("TracerName") if files else None
    except NociscopeError:
        name = None
    return find_tracer(str(name or scan.trc or "unknown")).name


def _counted(names: Iterable[str]) -> str:
    return ", ".join(f"{n} {name}" for name, n in sorted(Counter(names).items()))
