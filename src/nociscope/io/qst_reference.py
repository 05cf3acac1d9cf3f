"""Reference values from a table: one row a cell, its licence and origin in a file beside it."""

from __future__ import annotations

import math
import tomllib
from importlib import resources
from pathlib import Path

from nociscope.core.errors import InputError, MalformedFile, RangeError
from nociscope.io.table import Table, read_tsv
from nociscope.io.write import write_text, write_tsv
from nociscope.models.psychophysics.reference import ALL, FEWEST, Reference, ReferenceCell

COLUMNS = (
    "test", "body_site", "sex", "age_min", "age_max", "n", "mean_t", "sd_t", "transform", "unit", "source_doi",
    "page_or_table", "transcribed_by", "checked_by", "licence",
)  # fmt: skip
SYNTHETIC, TEMPLATE = "synthetic", "template"
_FOLDER = "qst_references"


def shipped_reference(name: str = SYNTHETIC) -> Path:
    """A reference that ships: ``synthetic``, made up for tests and marked so, or the empty ``template``.

    Raises
    ------
    InputError
        There is none of this name.
    """
    path = Path(str(resources.files(__package__) / _FOLDER / f"ref_{name}.tsv"))
    if not path.is_file():
        raise InputError("no such reference ships", expected=f"{SYNTHETIC} or {TEMPLATE}", got=name)
    return path


def read_reference(path: Path, fewest: int = FEWEST) -> Reference:
    """Read a table of cells.

    Parameters
    ----------
    fewest : people that a cell must have; say a smaller number to accept smaller cells.

    Raises
    ------
    RangeError
        A cell with fewer people.
    MalformedFile
        No cells, or cells that nobody checked: somebody who transcribes must not be the one who checks.
    InputError
        Cells that overlap, or a scale that is not the battery's.
    """
    table = read_tsv(path, COLUMNS)
    if not table.rows:
        raise MalformedFile("the reference has no cells", expected="one row a cell", where=str(path))
    about = metadata(path)
    synthetic = bool(about.get("synthetic", False))
    cells = tuple(_cell(table, i, fewest, synthetic) for i in range(len(table.rows)))
    licences = dict.fromkeys(filter(None, table.text("licence")))
    return Reference(str(about.get("id", path.stem.removeprefix("ref_"))), cells, "; ".join(licences), synthetic)


def write_reference(path: Path, reference: Reference, transcribed_by: str = "", licence: str = "") -> None:
    """Write cells, such as those of `build_reference`, as a table that `read_reference` reads.

    Parameters
    ----------
    transcribed_by : who made it. licence : of the numbers.
    """
    cells = reference.cells
    write_tsv(
        path,
        {
            "test": [c.test for c in cells], "body_site": [c.part for c in cells], "sex": [c.sex for c in cells],
            "age_min": [c.age_min for c in cells], "age_max": [c.age_max for c in cells], "n": [c.n for c in cells],
            "mean_t": [c.mean for c in cells], "sd_t": [c.sd for c in cells], "transform": [c.transform for c in cells],
            "unit": [c.unit for c in cells], "source_doi": [c.source or "n/a" for c in cells],
            "page_or_table": ["computed"] * len(cells),
            "transcribed_by": [transcribed_by or "build_reference"] * len(cells),
            "checked_by": ["computed"] * len(cells), "licence": [licence or reference.licence or "n/a"] * len(cells),
        },
    )  # fmt: skip
    flag = "true" if reference.synthetic else "false"
    write_text(path.with_suffix(".toml"), f'id = "{reference.id}"\nsynthetic = {flag}\n')


def metadata(path: Path) -> dict[str, object]:
    """What the file beside a table says of it: id, and whether it is made up."""
    beside = path.with_suffix(".toml")
    return tomllib.loads(beside.read_text(encoding="utf-8")) if beside.is_file() else {}


def _cell(table: Table, i: int, fewest: int, synthetic: bool) -> ReferenceCell:
    text = {name: (table.text(name)[i] or "") for name in COLUMNS}
    values = {name: float(table.numbers(name)[i]) for name in ("age_min", "age_max", "n", "mean_t", "sd_t")}
    where = f"{table.path}, line {i + 2}"
    if absent := [name for name, value in values.items() if not math.isfinite(value)]:
        raise MalformedFile("a cell of the reference is not complete", got=", ".join(absent), where=where)
    if values["n"] < fewest:
        raise RangeError(
            f"{text['test']} {text['body_site']}: a cell of few people", expected=f"{fewest} or more",
            got=int(values["n"]), where=where, do="join cells, or say that fewer are accepted",
        )  # fmt: skip
    if text["sex"] not in ("M", "F", ALL):
        raise MalformedFile("sex of a cell", expected=f"M, F or {ALL}", got=repr(text["sex"]), where=where)
    if not synthetic and (not text["checked_by"] or text["checked_by"] == text["transcribed_by"]):
        raise MalformedFile(
            "a cell that nobody checked", expected="checked_by another person than transcribed_by",
            got=repr(text["checked_by"]), where=f"{where}, column 'checked_by'",
        )  # fmt: skip
    try:
        return ReferenceCell(
            text["test"], text["body_site"], text["sex"], int(values["age_min"]), int(values["age_max"]),
            int(values["n"]), values["mean_t"], values["sd_t"], text["transform"], text["unit"],
            " ".join(filter(None, (text["source_doi"], text["page_or_table"]))),
        )  # fmt: skip
    except (InputError, RangeError) as error:
        error.where = where
        raise
