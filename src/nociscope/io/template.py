"""The study file that ``nociscope init`` writes: every choice with its default and what it means."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from nociscope.core.study import About, Covariates, Groups, InputFunctionSettings, PetSettings
from nociscope.io.check import check_dataset
from nociscope.io.index import RAW, Index
from nociscope.io.people import People, read_people
from nociscope.io.tracers import Tracer, find_tracer
from nociscope.io.write import write_text

_HEAD = """\
# Study file of nociscope, written from what the dataset holds.
# Everything has a default: a line that starts with # shows it. Remove the # to change it.
# Check it with: nociscope check BIDS_DIR
"""
_EXAMPLES: dict[str, Any] = {"window_min": [60, 90], "end_min": 90, "dispersion_s": 2.6, "ratio": 1.2}
"""What a key may look like that has no default of its own."""
_GROUP_COLUMNS = ("group", "diagnosis", "cohort", "arm")


def write_study_template(index: Index, path: Path, people: People | None = None) -> Path:
    """Write a commented study file and return its path.

    Parameters
    ----------
    index : of the dataset: tracers, sessions and problems that a correction mends.
    path : where to.
    people : default: read from the dataset.
    """
    people = people or read_people(index.root, index)
    lines = [_HEAD, *_section("study", About, {"name": index.root.name})]
    lines += _section("groups", Groups, _groups(people))
    lines += _section("covariates", Covariates, {})
    for tracer in _tracers(index):
        lines += _tracer(tracer, index, people)
    lines += _hypothesis(index, people)
    write_text(path, "\n".join(lines) + "\n")
    return path


def _section(name: str, model: type[BaseModel], said: dict[str, Any]) -> Iterator[str]:
    yield f"[{name}]"
    for key, field in model.model_fields.items():
        default = said.get(key, field.get_default(call_default_factory=True))
        if isinstance(default, BaseModel) or key == "correction":
            continue
        default = _EXAMPLES.get(key) if default is None else default
        yield f"# {field.description}" if field.description else f"# {key}"
        yield f"{'' if key in said else '# '}{key} = {_toml(default)}"
    yield ""


def _toml(value: Any) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{_toml(str(k))} = {_toml(v)}" for k, v in value.items()) + " }" if value else "{}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_toml, value)) + "]"
    return json.dumps(value, ensure_ascii=False)


def _groups(people: People) -> dict[str, Any]:
    column = next((c for c in _GROUP_COLUMNS if c in people.columns), None)
    if column is None:
        return {}
    return {"variable": column, "levels": _levels(people, column)}


def _levels(people: People, column: str) -> list[str]:
    values = (people.get(p, column) for p in people.participants)
    return sorted({str(v) for v in values if v is not None})


def _tracers(index: Index) -> list[Tracer]:
    found: dict[str, Tracer] = {}
    for file in index.find(dataset=RAW, datatype="pet", suffix="pet"):
        tracer = find_tracer(str(index.sidecar(file).data.get("TracerName") or file.entities.get("trc", "unknown")))
        found[tracer.name] = tracer
    return list(found.values())


def _tracer(tracer: Tracer, index: Index, people: People) -> Iterator[str]:
    label = tracer.label or "unknown"
    known = f"{tracer.name}: {tracer.target}" if tracer.known else f"{tracer.name}: not known, nothing is assumed"
    yield f"# {known}. Its signal means: {tracer.means or 'unknown'}."
    if tracer.warning:
        yield f"# Warning: {tracer.warning}"
    yield f"# Preferred models: {', '.join(tracer.models) or 'none'}; reference: {tracer.reference_region or 'none'}"
    yield from _section(f"pet.{label}", PetSettings, {})
    yield from _section(f"pet.{label}.input", InputFunctionSettings, {})
    yield from _corrections(label, index, people)


def _corrections(label: str, index: Index, people: People) -> Iterator[str]:
    """A correction that would mend what the sidecars get wrong, commented: a person must decide."""
    broken = [p for p in check_dataset(index, people=people) if p.code == "dose-implausible"]
    mends = {p.mend for p in broken if f"[[pet.{label}." in p.mend}
    if not mends:
        return
    unit = sorted(mends)[0].partition('value = "')[2].partition('"')[0]
    yield f"# {len(broken)} scans declare an impossible dose, for example: {broken[0].message}."
    yield from (
        "# If you know better, say so here; the report prints it:",
        f"# [[pet.{label}.correction]]",
        '# field = "InjectedRadioactivityUnits"',
        f"# value = {_toml(unit)}",
        '# reason = "…"',
        "",
    )


def _hypothesis(index: Index, people: People) -> Iterable[str]:
    """An example that fits the dataset: groups where there are two, else two sessions."""
    groups = _groups(people).get("levels", [])
    sessions = sorted({k.ses for k in index.scans() if k.ses})
    lines = ['name = "example"', 'question = "…"', 'measure = "VT"', 'model = "2TCM"']
    if len(groups) >= 2:
        lines.append(f"contrast = {_toml(groups[:2])}")
    elif len(sessions) >= 2:
        lines.append(f"paired = {_toml(sessions[:2])}")
    else:
        lines.append('correlate = "age"')
    return ["# A hypothesis is one question: contrast, correlate, paired or retest.", "# [[hypothesis]]",
            *(f"# {line}" for line in lines)]  # fmt: skip
