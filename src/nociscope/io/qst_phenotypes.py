"""Models of sensory phenotypes from a table: one row a phenotype and test."""

from __future__ import annotations

import math
from importlib import resources
from pathlib import Path

import numpy as np

from nociscope.core.errors import MalformedFile
from nociscope.io.qst_reference import metadata
from nociscope.io.table import read_tsv
from nociscope.models.psychophysics.phenotypes import PhenotypeModel

COLUMNS = ("phenotype", "parameter", "mean_z", "sd_z", "prior", "threshold")


def shipped_phenotypes() -> Path:
    """The made-up model for tests."""
    return Path(str(resources.files(__package__) / "qst_references" / "phenotypes_synthetic.tsv"))


def read_phenotype_model(path: Path) -> PhenotypeModel:
    """Read a model; what the priors leave to 1 is the prior of being healthy.

    Raises
    ------
    MalformedFile
        A phenotype that lacks a test, has one twice, or names two priors or thresholds; priors of 1 or more.
    InputError
        A spread that is not above zero.
    """
    table = read_tsv(path, COLUMNS)
    names, tests = (tuple(dict.fromkeys(t or "" for t in table.text(c))) for c in ("phenotype", "parameter"))
    keys = list(zip(table.text("phenotype"), table.text("parameter"), strict=True))
    numbers = {c: table.numbers(c) for c in COLUMNS[2:]}
    if not keys or sorted(keys, key=str) != sorted(((n, t) for n in names for t in tests), key=str):
        raise MalformedFile("a phenotype lacks a test, or has one twice", expected=", ".join(tests), where=str(path))
    place = np.array([[keys.index((n, t)) for t in tests] for n in names])
    for column in ("prior", "threshold"):
        held = numbers[column][place]
        if not (np.isfinite(held).all() and (held == held[:, :1]).all()):
            raise MalformedFile(f"a phenotype needs one {column}", where=f"{path}, column {column!r}")
    prior = numbers["prior"][place[:, 0]]
    rest = 1 - float(prior.sum())
    if not rest > 0 or math.isnan(rest):
        raise MalformedFile(
            "nothing is left for the healthy", expected="priors that sum to less than 1", where=str(path)
        )
    about = metadata(path)
    return PhenotypeModel(
        str(about.get("id", path.stem)), names, tests, numbers["mean_z"][place], numbers["sd_z"][place],
        np.append(prior, rest), numbers["threshold"][place[:, 0]], bool(about.get("synthetic", False)),
    )  # fmt: skip
