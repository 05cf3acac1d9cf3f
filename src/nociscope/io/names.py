"""The one table of names that nociscope writes, and what must stand beside them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path, PurePosixPath
from typing import Any

from nociscope.core.errors import InputError, UnsafeName
from nociscope.io.index import LABEL
from nociscope.io.write import write_json, write_text

_SCAN = "sub-{sub}/[ses-{ses}/]pet/sub-{sub}[_ses-{ses}][_task-{task}][_trc-{trc}][_rec-{rec}][_run-{run}]"

PATTERNS: dict[str, str] = {
    "scan": _SCAN + "_desc-scan_pet.json",
    "tacs": _SCAN + "[_seg-{seg}]_desc-preproc_tacs.tsv",
    "inputfunction": _SCAN + "_inputfunction.tsv",
    "inputfunction_draws": _SCAN + "_desc-draws_inputfunction.npy",
    "blood_fit": _SCAN + "_desc-fit_blood.json",
    "delay": _SCAN + "_desc-delay_inputfunction.json",
    "kinpar": _SCAN + "[_seg-{seg}]_model-{model}_kinpar.tsv",
    "fit": _SCAN + "[_seg-{seg}]_model-{model}_desc-fit_tacs.tsv",
    "mimap": _SCAN + "[_space-{space}]_model-{model}_meas-{meas}_mimap.nii.gz",
    "phenotype": "phenotype/{instrument}_scores.tsv",
    "scores": "sub-{sub}/beh/sub-{sub}_desc-{desc}_scores.json",
    "morph": "sub-{sub}/anat/sub-{sub}_desc-{desc}_morph.json",
    "cohort": "cohort/{table}.{extension}",
    "group": "group/{hypothesis}/{table}.{extension}",
    "report": "report/index.html",
    "report_participant": "report/sub-{sub}.html",
    "log": "logs/sub-{sub}[_ses-{ses}][_task-{task}][_trc-{trc}][_rec-{rec}][_run-{run}]_step-{step}.json",
    "description": "dataset_description.json",
}
"""Name → pattern; what stands in brackets is left out where its entity is absent."""

BIDSIGNORE = (
    "**/*_tacs.*", "**/*_kinpar.*", "**/*_mimap.*", "**/*_inputfunction.*", "**/*_desc-fit_blood.*",
    "**/*_desc-scan_pet.json",
    "**/*_scores.*", "cohort/", "group/", "report/", "logs/", ".work/", ".staging-*/", "phenotype/*_scores.*",
    "**/*_morph.*",
)  # fmt: skip
"""Suffixes of the PET derivatives proposal that the BIDS schema does not have yet, and our own folders."""

_FREE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")
_FREE_ENTITIES = frozenset({"instrument", "table", "hypothesis", "extension", "step"})
_FIELD = re.compile(r"\{(\w+)\}")
_OPTIONAL = re.compile(r"\[([^\[\]]*)\]")


def build(pattern: str, entities: Mapping[str, str]) -> str:
    """Return the path of an output, relative to the output folder.

    Parameters
    ----------
    pattern : key of `PATTERNS`.
    entities : entity → label; empty labels count as absent.

    Raises
    ------
    InputError
        No such pattern, an entity that it needs is absent, or one that it has no place for.
    UnsafeName
        A label that could leave the folder.
    """
    if pattern not in PATTERNS:
        raise InputError(f"no output name {pattern!r}", expected=", ".join(PATTERNS), do="add it to io/names.py")
    text, given = PATTERNS[pattern], {k: v for k, v in entities.items() if v}
    if foreign := sorted(set(given) - set(_FIELD.findall(text))):
        raise InputError(f"{pattern!r} has no place for {', '.join(foreign)}", expected=text, do="leave them out")
    text = _OPTIONAL.sub(lambda m: m[1] if all(f in given for f in _FIELD.findall(m[1])) else "", text)
    if absent := [f for f in _FIELD.findall(text) if f not in given]:
        raise InputError(f"{pattern!r} needs {', '.join(dict.fromkeys(absent))}", got=dict(given), do="name them")
    return text.format(**{k: _label(k, v) for k, v in given.items()})


def parse(path: str | PurePosixPath) -> tuple[str, dict[str, str]]:
    """Return pattern and entities of an output path: the inverse of `build`.

    Raises
    ------
    InputError
        No pattern fits.
    """
    for name, regex in _regexes().items():
        if match := regex.fullmatch(str(path)):
            return name, {k: v for k, v in match.groupdict().items() if v is not None}
    raise InputError(f"not an output of nociscope: {str(path)!r}", do="see PATTERNS in io/names.py")


def write_description(output_dir: Path, version: str, sources: Mapping[str, str]) -> None:
    """Write ``dataset_description.json`` and ``.bidsignore`` of the output dataset.

    Parameters
    ----------
    output_dir : root of the derivative.
    version : of nociscope.
    sources : dataset label → address or path, for ``SourceDatasets``.
    """
    content: dict[str, Any] = {
        "Name": "nociscope derivatives",
        "BIDSVersion": "1.10.0",
        "DatasetType": "derivative",
        "GeneratedBy": [{"Name": "nociscope", "Version": version}],
        "SourceDatasets": [{"URL": url} for url in sources.values()],
        "DatasetLinks": dict(sources),
    }
    write_json(output_dir / PATTERNS["description"], content)
    write_text(output_dir / ".bidsignore", "\n".join(BIDSIGNORE) + "\n")


def _label(entity: str, value: str) -> str:
    allowed = _FREE if entity in _FREE_ENTITIES else LABEL
    if not allowed.fullmatch(value):
        raise UnsafeName(
            f"not a label for {entity!r}", expected="letters and digits", got=repr(value), do="rename it"
        )  # fmt: skip
    return value


@cache
def _regexes() -> dict[str, re.Pattern[str]]:
    return {name: re.compile(_regex(pattern)) for name, pattern in PATTERNS.items()}


def _regex(pattern: str) -> str:
    """Turn a pattern into a regular expression; a repeated entity must repeat its label."""
    seen: set[str] = set()
    pieces = []
    for piece in re.split(r"(\[|\]|\{\w+\})", pattern):
        if piece == "[":
            pieces.append("(?:")
        elif piece == "]":
            pieces.append(")?")
        elif field := _FIELD.fullmatch(piece):
            pieces.append(_group(field[1], seen))
        else:
            pieces.append(re.escape(piece))
    return "".join(pieces)


def _group(field: str, seen: set[str]) -> str:
    if field in seen:
        return f"(?P={field})"
    seen.add(field)
    return f"(?P<{field}>{(_FREE if field in _FREE_ENTITIES else LABEL).pattern})"
