"""The open recruitment curves of Parchure et al.: 27 people, single potentials, and the fits that came with them.

The workbooks are read as what they are, zipped XML, so that no spreadsheet library is needed. ``BME-02`` and ``BME02``
are one person.
"""

from __future__ import annotations

import re
import zipfile
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

_SPACE = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


@dataclass(frozen=True, eq=False)
class Person:
    """Pulses of one person: % of the resting motor threshold and mV; the published A, S50, SE of S50, or nan."""

    label: str
    intensity: Array
    mep: Array
    published: tuple[float, float, float]

    @property
    def published_is_poor(self) -> bool:
        """Whether the fit shows that it is none: A below zero or on a round bound, or S50 open by 20 % RMT."""
        a, _, se = self.published
        return bool(a <= 0 or abs(a - round(a)) < 1e-9 or se > 20)


def people(folder: Path) -> list[Person]:
    """Everybody of the raw workbook, in order of label."""
    rows = [r for r in sheet(folder / "IO MEPs DataLong raw.xlsx")[1:] if "A" in r]
    fits = {label(r["A"]): r for r in sheet(folder / "Subject_RMT_MEP final.xlsx")[1:] if "A" in r}
    labels = np.array([label(r["A"]) for r in rows])
    intensity, mep = (np.array([float(r[c]) for r in rows]) for c in "EC")
    found = []
    for name in sorted(set(labels)):
        fit = fits.get(name)
        published = tuple(float(fit[c]) for c in "DEJ") if fit else (np.nan,) * 3
        found.append(Person(name, intensity[labels == name], mep[labels == name], published))
    return found


def label(text: str) -> str:
    """One spelling of a participant."""
    return text.replace("-", "").strip()


def sheet(path: Path) -> list[dict[str, str]]:
    """Cells of the first sheet by column letter, one row each."""
    with zipfile.ZipFile(path) as book:
        strings = ElementTree.fromstring(book.read("xl/sharedStrings.xml"))
        shared = ["".join(t.text or "" for t in item.iter(f"{_SPACE}t")) for item in strings]
        root = ElementTree.fromstring(book.read("xl/worksheets/sheet1.xml"))
    rows = []
    for row in root.iter(f"{_SPACE}row"):
        cells = {}
        for cell in row:
            value = cell.find(f"{_SPACE}v")
            if value is None or value.text is None:
                continue
            letters = re.match("[A-Z]+", cell.get("r", ""))
            assert letters is not None  # every cell has an address
            cells[letters[0]] = shared[int(value.text)] if cell.get("t") == "s" else value.text
        rows.append(cells)
    return rows
