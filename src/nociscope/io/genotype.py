"""Genotype calls as ``phenotype/genotype.tsv`` has them: one row for each person and variant."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from nociscope.core.errors import MalformedFile
from nociscope.io import long_tables as rows
from nociscope.io.table import read_tsv
from nociscope.models.biosample.rs6971 import Genotype, genotype


@dataclass(frozen=True)
class Call:
    """One call: alleles as written, strand and method as the laboratory reports them (empty where it does not)."""

    participant: str
    rsid: str
    allele1: str
    allele2: str
    strand: str
    quality: str
    method: str
    where: str

    @property
    def tspo(self) -> Genotype:
        """How the person binds, of a call of rs6971."""
        return genotype(self.allele1 + self.allele2)


def read_genotypes(path: Path) -> tuple[Call, ...]:
    """Read the table.

    Raises
    ------
    MalformedFile
        A variant that stands twice for a person, one allele without the other, an allele that is no base, or alleles of
        rs6971 from different strands.
    """
    table = read_tsv(path, ("participant_id", "rsid", "allele1", "allele2"))
    people = rows.keys(table)
    one, two = table.text("allele1"), table.text("allele2")
    strand, quality, method = (rows.optional(table, c) for c in ("strand", "call_quality", "method"))
    out = []
    for i, rsid in enumerate(table.text("rsid")):
        name = rows.required(table, i, "rsid", rsid)
        _check(one[i], two[i], rows.line(table, i))
        call = Call(
            people[i][0], name, one[i] or "", two[i] or "", strand[i] or "", quality[i] or "", method[i] or "",
            rows.line(table, i),
        )  # fmt: skip
        if name == "rs6971" and call.tspo.reason:
            raise MalformedFile(call.tspo.reason, where=call.where, do="ask the laboratory which strand it reports")
        out.append(call)
    rows.once(table, [(c.participant, c.rsid) for c in out], "a genotype")
    return tuple(out)


def _check(one: str | None, two: str | None, where: str) -> None:
    if (one is None) != (two is None):
        raise MalformedFile("one allele without the other", expected="both, or n/a in both", where=where)
    for allele in (one, two):
        if allele is not None and allele.upper() not in set("ACGT"):
            raise MalformedFile("an allele that is no base", expected="A, C, G or T", got=repr(allele), where=where)
