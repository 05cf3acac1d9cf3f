"""The sources that models, tracers, instruments and methods point to, by key."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Citation:
    """A source: authors as printed, year, title, container, DOI (empty where there is none)."""

    authors: str
    year: int
    title: str
    journal: str
    doi: str = ""

    def __str__(self) -> str:
        link = f" https://doi.org/{self.doi}" if self.doi else ""
        return f"{self.authors} ({self.year}). {self.title}. {self.journal}.{link}"


CITATIONS: dict[str, Citation] = {
    "innis2007": Citation(
        "Innis RB, Cunningham VJ, Delforge J, et al.", 2007,
        "Consensus nomenclature for in vivo imaging of reversibly binding radioligands",
        "J Cereb Blood Flow Metab 27:1533-1539", "10.1038/sj.jcbfm.9600493",
    ),
    "owen2012": Citation(
        "Owen DR, Yeo AJ, Gunn RN, et al.", 2012,
        "An 18-kDa translocator protein (TSPO) polymorphism explains differences in binding affinity of the PET radioligand PBR28",
        "J Cereb Blood Flow Metab 32:1-5", "10.1038/jcbfm.2011.147",
    ),
    "nutma2023": Citation(
        "Nutma E, Fancy N, Weinert M, et al.", 2023,
        "Translocator protein is a marker of activated microglia in rodent models but not human neurodegenerative diseases",
        "Nat Commun 14:5247", "10.1038/s41467-023-40937-z",
    ),
}  # fmt: skip
