"""What is wrong with tables of testing, answers, assays and outcomes: by the same readers as ``run``."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from nociscope.core.errors import NociscopeError
from nociscope.core.problem import Problem
from nociscope.core.study import Study
from nociscope.io.biosamples import read_biosamples
from nociscope.io.index import RAW, Index
from nociscope.io.instruments import find_instrument, instruments
from nociscope.io.long_tables import LONG_TABLES, long_table
from nociscope.io.outcomes import read_outcomes
from nociscope.io.phenotype import read_answers
from nociscope.io.qst import read_trials
from nociscope.io.qst_reference import read_reference
from nociscope.io.tms import read_pulses


def table_problems(index: Index, study: Study) -> Iterator[Problem]:
    """Everything that a reader of these tables refuses, with what it blocks, and tables that nobody reads."""
    for file in index.find(suffix="events", extension=".tsv", dataset=RAW, task="qst"):
        yield from _tried(lambda p: read_trials(p, study.qst.sites), file.path, index, "sensory testing of this person")
    for file in index.find(suffix="events", extension=".tsv", dataset=RAW, task="tms"):
        yield from _tried(read_pulses, file.path, index, "stimulation of this person")
    yield from _tried(read_biosamples, long_table(index.root, "biosamples"), index, "concentrations of everybody")
    yield from _tried(read_outcomes, long_table(index.root, "outcomes_long"), index, "outcomes of everybody")
    if study.qst.reference:
        yield from _tried(read_reference, index.root / study.qst.reference, index, "z of sensory tests", needed=True)
    for path in sorted(index.root.glob("phenotype/*.tsv")):
        if path.stem not in LONG_TABLES:
            yield from _answers(path, index, study)


def _tried(
    reader: Callable[[Path], object], path: Path, index: Index, blocks: str, needed: bool = False
) -> Iterator[Problem]:
    where = path.relative_to(index.root).as_posix() if path.is_relative_to(index.root) else str(path)
    if not path.is_file():
        if needed:
            yield Problem("table-missing", where, "there is no such file", (blocks,), "mend the path", "error")
        return
    try:
        reader(path)
    except NociscopeError as error:
        parts = [error.message]
        parts += [f"expected {error.expected}"] if error.expected is not None else []
        parts += [f"got {error.got}"] if error.got is not None else []
        place = (error.where or where).replace(f"{index.root}/", "")
        yield Problem(type(error).__name__, place, "; ".join(parts), (blocks,), error.do or "", "error")


def _answers(path: Path, index: Index, study: Study) -> Iterator[Problem]:
    """A table of answers; one of a name that is no instrument's stays a table about people."""
    own = {stem: name for name, stem in study.phenotype.files.items()}
    name = own.get(path.stem, path.stem.lower().replace("_", "-"))
    if name not in instruments():
        message = "no instrument has this name: its columns can be used as they are, nothing is scored"
        mend = "rename it as nociscope instruments has it, or name it under [phenotype.files], if it holds answers"
        yield Problem("instrument-unknown", f"phenotype/{path.name}", message, (), mend, "note")
        return
    if instruments()[name].unavailable:
        return
    settings, instrument = study.phenotype, find_instrument(name)

    def reader(path: Path) -> object:
        return read_answers(path, instrument, settings.prefix.get(name, ""), settings.columns.get(name))

    yield from _tried(reader, path, index, f"scores of {instrument.name}")
