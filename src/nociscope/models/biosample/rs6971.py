"""The TSPO polymorphism rs6971 (Ala147Thr): from what a table says to how the person binds.

The alleles are C (Ala, binds with high affinity) and T (Thr, low) on one strand of the chromosome, G and A on the
other. Two C are high-affinity binders, two T low, one of each mixed (Owen et al. 2012, 10.1038/jcbfm.2011.147).
What is not one of the known spellings stays unknown, with the reason; nothing is guessed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from nociscope.core.problem import Problem


class BindingStatus(StrEnum):
    """How a person's TSPO binds second-generation tracers."""

    HAB = "HAB"
    MAB = "MAB"
    LAB = "LAB"
    UNKNOWN = "unknown"

    @property
    def known(self) -> bool:
        """Whether what depends on the genotype may be computed."""
        return self is not BindingStatus.UNKNOWN


class Strand(StrEnum):
    """Which strand alleles were read from."""

    FORWARD = "C/T"
    REVERSE = "G/A"


@dataclass(frozen=True, slots=True)
class Genotype:
    """One person's genotype as it was understood.

    Parameters
    ----------
    status : how the person binds.
    strand : from which alleles it was read; None where it was given in words or is unknown.
    reason : why it is unknown; empty where it is known or simply not given.
    """

    status: BindingStatus
    strand: Strand | None = None
    reason: str = ""


_MISSING = frozenset({"", "n/a", "na", "nan", "none", "null", "unknown", "not available", "missing", "?", "-"})
_BY_ALLELES = {0: BindingStatus.LAB, 1: BindingStatus.MAB, 2: BindingStatus.HAB}
_STRANDS = {Strand.FORWARD: ("C", "T"), Strand.REVERSE: ("G", "A")}
_WORDS = {
    "hab": BindingStatus.HAB, "high": BindingStatus.HAB,
    "mab": BindingStatus.MAB, "mixed": BindingStatus.MAB, "medium": BindingStatus.MAB,
    "lab": BindingStatus.LAB, "low": BindingStatus.LAB,
}  # fmt: skip
_SEPARATORS = re.compile(r"[\s/|,;:_-]+")
_AFFINITY_WORDS = re.compile(r"\b(affinity|binders?)\b")


def genotype(value: str) -> Genotype:
    """Read one cell of the genotype column.

    Understood are two alleles of either strand (``CC CT TT``, ``GG GA AA``, in any order, with or without a
    separator), amino acids (``Ala/Thr``), ``HAB MAB LAB`` and words (``high-affinity binder``), in any case.

    Parameters
    ----------
    value : as it stands in the table.
    """
    text = value.strip().lower()
    if text in _MISSING:
        return Genotype(BindingStatus.UNKNOWN)
    parts = [part for part in _SEPARATORS.split(text) if part]
    words = [part for part in parts if not _AFFINITY_WORDS.fullmatch(part)]
    if len(words) == 1 and words[0] in _WORDS:
        return Genotype(_WORDS[words[0]])
    if (acids := _pair(parts, ("ala", "thr"))) is not None:
        return Genotype(_BY_ALLELES[acids])
    return _from_alleles("".join(parts).upper(), value)


def binding_status(value: str) -> BindingStatus:
    """How a person binds, from one cell of the genotype column; see `genotype`."""
    return genotype(value).status


def _pair(parts: list[str], high_low: tuple[str, str]) -> int | None:
    """Count the high-affinity copies of two; None where these are not two such copies."""
    copies = re.findall("|".join(high_low), "".join(parts))
    if len(copies) != 2 or "".join(copies) != "".join(parts):
        return None
    return copies.count(high_low[0])


def _from_alleles(letters: str, value: str) -> Genotype:
    for strand, (high, low) in _STRANDS.items():
        if len(letters) == 2 and set(letters) <= {high, low}:
            return Genotype(_BY_ALLELES[letters.count(high)], strand)
    if len(letters) == 2 and set(letters) <= set("CTGA"):
        reason = f"{value!r} mixes the strands: expected two of C and T, or two of G and A"
    else:
        reason = f"{value!r} is not a genotype of rs6971: expected CC, CT, TT, GG, GA, AA, HAB, MAB or LAB"
    return Genotype(BindingStatus.UNKNOWN, None, reason)


def column_problems(values: Mapping[str, str]) -> list[Problem]:
    """Find what is wrong with the genotype column of a dataset.

    Parameters
    ----------
    values : participant → cell.

    Returns
    -------
    list of Problem
        ``genotype-unreadable`` for each cell that is neither understood nor empty, and ``genotype-strands`` where
        some people are given on one strand and some on the other: each can be read, but a column of one assay has
        one strand, so some may have been flipped on the way.
    """
    read = {person: genotype(value) for person, value in values.items()}
    found = [
        Problem("genotype-unreadable", person, one.reason, ("VT", "SUV", "genotype"), "correct participants.tsv")
        for person, one in read.items()
        if one.reason
    ]
    by_strand = {s: sorted(p for p, one in read.items() if one.strand is s) for s in Strand}
    if all(by_strand.values()):
        fewer = min(by_strand.values(), key=len)
        shown = ", ".join(fewer[:5]) + (" …" if len(fewer) > 5 else "")
        counts = " and ".join(f"{len(people)} as {strand}" for strand, people in by_strand.items())
        found.append(
            Problem(
                "genotype-strands", "participants.tsv", f"expected one strand throughout, got {counts} ({shown})",
                (), "ask the laboratory which strand it reports; CC and GG mean the same, TT and AA too",
            )
        )  # fmt: skip
    return found
