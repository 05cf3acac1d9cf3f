"""The cohort table on disk: Parquet and TSV with the same rows, and a data dictionary beside them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nociscope.core.citations import CITATIONS
from nociscope.core.errors import MissingFile
from nociscope.core.records import Measure
from nociscope.core.status import FitStatus
from nociscope.core.vocabulary import VOCABULARY
from nociscope.io.table import read_tsv

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = tuple(f.name for f in fields(Measure))

_DESCRIPTIONS = {
    "participant_id": "BIDS participant",
    "session_id": "BIDS session; n/a where the participant has one",
    "site": "site or scanner",
    "modality": "what was measured, such as pet:PBR28",
    "measure": "symbol, as in the vocabulary",
    "region": "region as named in the curves, body site, muscle, or scale of a questionnaire",
    "hemisphere": "L, R, or n/a where the name of the region does not say",
    "value": "the number; n/a with a status that says why",
    "se": "standard error, in the unit of the value",
    "unit": "unit of value and se; 1 is unitless",
    "method": "model or scoring rule",
    "status": "ok, or why the number needs care or is missing",
    "source_file": "derivative that holds the number, relative to the output folder",
    "low": "least that the value can be, where answers are missing or a device reached its limit",
    "high": "most that it can be",
}


def frame(rows: Iterable[Measure]) -> pd.DataFrame:
    """Rows as a data frame, statuses as plain text."""
    import pandas as pd

    return pd.DataFrame([asdict(r) | {"status": str(r.status)} for r in rows], columns=list(COLUMNS))


def write_cohort(folder: Path, rows: Sequence[Measure]) -> None:
    """Write ``measures.parquet``, ``measures.tsv`` and the rows of the data dictionary's quantities."""
    table = frame(rows)
    table.to_parquet(folder / "measures.parquet", compression="zstd", index=False)
    plain = table.replace({"source_file": {"": "n/a"}})
    plain.to_csv(folder / "measures.tsv", sep="\t", index=False, na_rep="n/a")


def dictionary(rows: Iterable[Measure]) -> dict[str, Any]:
    """Data dictionary: every column, every measure with name, unit and source, every status with its sentence."""
    units = {r.measure: r.unit for r in rows}
    described: dict[str, Any] = {c: {"Description": _DESCRIPTIONS[c]} for c in COLUMNS}
    described["measure"]["Levels"] = {s: _entry(s, units[s]) for s in sorted(units)}
    described["status"]["Levels"] = {str(s): s.sentence for s in FitStatus}
    return described


def _entry(symbol: str, unit: str) -> dict[str, Any]:
    """What a symbol means; one that another program brought is described by its table alone."""
    if symbol not in VOCABULARY:
        return {"LongName": symbol, "Units": unit, "Source": ["a table of the study file; see source_file"]}
    known = VOCABULARY[symbol]
    cites = [str(CITATIONS[key]) for key in known.cites]
    return {"LongName": known.name, "Units": known.unit, "Range": [known.low, known.high], "Source": cites}


def read_measures(path: Path) -> list[Measure]:
    """Rows of a ``measures.tsv`` that `write_cohort` wrote."""
    table = read_tsv(path, COLUMNS)
    numbers = {name: table.numbers(name) for name in ("value", "se", "low", "high")}
    texts = {name: table.text(name) for name in COLUMNS if name not in numbers}
    return [
        Measure(
            **{n: column[i] or ("" if n == "source_file" else "n/a") for n, column in texts.items() if n != "status"},
            **{name: float(column[i]) for name, column in numbers.items()},
            status=FitStatus(texts["status"][i] or ""),
        )
        for i in range(len(table.rows))
    ]


def read_cohort(output_dir: str | Path) -> pd.DataFrame:
    """Read the cohort table of a finished run.

    Parameters
    ----------
    output_dir : the folder given to ``nociscope run``.

    Returns
    -------
    One row per number with the columns of `nociscope.core.records.Measure`; missing numbers are ``nan`` beside a
    status that says why.

    Raises
    ------
    MissingFile
        The group level has not run in this folder.
    """
    import pandas as pd

    path = Path(output_dir) / "cohort" / "measures.parquet"
    if not path.is_file():
        raise MissingFile(
            "no cohort table", expected=str(path), do="run `nociscope run BIDS_DIR OUTPUT_DIR group` first"
        )
    return pd.read_parquet(path)
