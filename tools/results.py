"""Run figures, print them, and keep them in a folder's ``results.json``."""

from __future__ import annotations

import argparse
import importlib
import json
import math
import os
import platform
import subprocess
import sys
import traceback
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil
from rich.console import Console
from rich.table import Table

from tools.figures import ROOT, Figure, Skipped

KEYS = ("id", "what", "value", "unit", "goal", "ok", "peer", "peer_value", "command", "commit", "machine")

Row = dict[str, object]


@dataclass(frozen=True)
class Outcome:
    """What became of one figure: a row, or the reason why there is none."""

    figure: Figure
    row: Row | None = None
    skipped: str = ""
    failed: str = ""


# --- finding ---------------------------------------------------------------------------------------------------


def modules(folder: str) -> list[str]:
    """Names of the modules of a folder of the repository that may hold figures, in order of the alphabet."""
    return [f"{folder}.{p.stem}" for p in sorted((ROOT / folder).glob("*.py")) if not p.stem.startswith("_")]


def collect(names: Iterable[str], broken: list[str] | None = None) -> list[Figure]:
    """Gather ``FIGURES`` of the named modules; a module without figures passes.

    A module that cannot be imported raises, or, where ``broken`` is given, is told there so that the others still run.

    Raises
    ------
    ValueError
        Two figures share an id.
    """
    found: dict[str, Figure] = {}
    for name in names:
        try:
            module = importlib.import_module(name)
        except Exception:
            if broken is None:
                raise
            broken.append(f"{name}\n{traceback.format_exc(limit=-3)}")
            continue
        for figure in getattr(module, "FIGURES", []):
            if figure.id in found:
                raise ValueError(f"figure id {figure.id!r} stands twice; the second is in {name}")
            found[figure.id] = figure
    return list(found.values())


def choose(figures: Sequence[Figure], wanted: Sequence[str]) -> list[Figure]:
    """Keep the named figures; a name is an id or an area such as ``pet.regional``. No name keeps all.

    Raises
    ------
    LookupError
        A name fits no figure.
    """
    for name in wanted:
        if not any(_fits(f.id, name) for f in figures):
            raise LookupError(f"no figure is called {name!r}; known: {', '.join(f.id for f in figures)}")
    return [f for f in figures if not wanted or any(_fits(f.id, name) for name in wanted)]


def _fits(figure_id: str, name: str) -> bool:
    return figure_id == name or figure_id.startswith(f"{name}.")


# --- measuring -------------------------------------------------------------------------------------------------


def measure(figure: Figure, folder: str) -> Outcome:
    """Measure one figure; trouble becomes an outcome, so that the others still run."""
    try:
        value, peer_value = figure.run()
    except Skipped as reason:
        return Outcome(figure, skipped=str(reason))
    except Exception:
        return Outcome(figure, failed=traceback.format_exc(limit=-3))
    row = {
        "id": figure.id,
        "what": figure.what,
        "value": _number(value),
        "unit": figure.unit,
        "goal": figure.goal,
        "ok": figure.met(value),
        "peer": figure.peer,
        "peer_value": _number(peer_value),
        "command": f"python -m {folder} {figure.id}",
        "commit": commit(),
        "machine": machine(),
    }
    return Outcome(figure, row=row)


def _number(value: float | None) -> float | None:
    """Six significant digits; JSON has no nan and no infinity."""
    return float(f"{value:.6g}") if value is not None and math.isfinite(value) else None


def machine() -> str:
    """Processor, cores and memory: what a time depends on, and nothing that names the machine."""
    cpu = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.exists():
        named = [line.split(":", 1)[1].strip() for line in info.read_text().splitlines() if "model name" in line]
        cpu = named[0] if named else cpu
    return f"{cpu}, {psutil.cpu_count()} cores, {psutil.virtual_memory().total / 2**30:.0f} GiB"


def commit() -> str:
    """Short commit of the working tree, with ``-dirty`` where it differs from it; ``unknown`` outside a clone.

    Results files do not count: measuring itself writes them.
    """
    try:
        name = _git("rev-parse", "--short=7", "HEAD")
        return f"{name}-dirty" if _git("status", "--porcelain", "-uno", "--", ".", ":!*results.json") else name
    except (OSError, subprocess.CalledProcessError):
        return "unknown"


def _git(*words: str) -> str:
    command = ["git", "-C", str(ROOT), *words]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


# --- keeping ---------------------------------------------------------------------------------------------------


def load(path: Path) -> list[Row]:
    """Rows of a results file; none where the file is not there."""
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else []


def merge(path: Path, rows: Sequence[Row], known: Iterable[str] | None = None) -> None:
    """Put rows into a results file, in order of id; with ``known``, rows of figures that are gone leave it."""
    table = {str(row["id"]): row for row in (*load(path), *rows)}
    kept = set(table) if known is None else set(known)
    ordered = [{key: table[i].get(key) for key in KEYS} for i in sorted(table) if i in kept]
    draft = path.with_suffix(f".{os.getpid()}.tmp")
    draft.write_text(json.dumps(ordered, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    draft.replace(path)


# --- showing ---------------------------------------------------------------------------------------------------


def show(outcomes: Sequence[Outcome], console: Console) -> None:
    """Print one line per figure, then the figures that could not be measured, with the reason."""
    table = Table("figure", "what", "value", "goal", "ok", "peer")
    for outcome in outcomes:
        if outcome.row is not None:
            table.add_row(*_cells(outcome.row))
    console.print(table)
    for outcome in outcomes:
        if outcome.skipped:
            console.print(f"skipped {outcome.figure.id}: {outcome.skipped}", markup=False)
        if outcome.failed:
            console.print(f"FAILED {outcome.figure.id}\n{outcome.failed}", markup=False)


def _cells(row: Row) -> tuple[str, ...]:
    unit = "" if row["unit"] == "1" else f" {row['unit']}"
    ok = {True: "yes", False: "NO", None: ""}[row["ok"]]  # type: ignore[index]
    peer = f"{row['peer']}" + (f": {row['peer_value']:.4g}{unit}" if row["peer_value"] is not None else "")
    value = "missing" if row["value"] is None else f"{row['value']:.4g}{unit}"
    return str(row["id"]), str(row["what"]), value, f"{row['goal']}", ok, peer


# --- command ---------------------------------------------------------------------------------------------------


def main(folder: str, argv: Sequence[str] | None = None) -> int:
    """Run the figures of ``validation`` or ``benchmarks``.

    Exit code 1 where a figure failed to be measured, or, with ``--strict``, where a goal is missed; else 0: a goal
    that is not reached is a result, and stands in the table as one.
    """
    args = _parser(folder).parse_args(argv)
    for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(variable, "1")  # before NumPy: times are of one thread
    broken: list[str] = []
    try:
        known = collect(modules(folder), broken)
        chosen = choose(known, args.id)
    except (ValueError, LookupError) as error:
        print(error, file=sys.stderr)
        return 2
    failed = False
    if args.list:
        print("\n".join(f.id for f in chosen))
    else:
        complete = not args.id and not broken
        failed = _run(folder, chosen, known if complete else None, strict=args.strict)
    for trouble in broken:
        print(f"FAILED to import {trouble}", file=sys.stderr)
    return int(failed or bool(broken))


def _parser(folder: str) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(f"python -m {folder}", description=f"Measure the figures of {folder}/.")
    parser.add_argument("id", nargs="*", help="figures or areas; default: all")
    parser.add_argument("--list", action="store_true", help="print the ids and stop")
    parser.add_argument("--strict", action="store_true", help="exit 1 where a goal is missed")
    return parser


def _run(folder: str, chosen: Sequence[Figure], known: Sequence[Figure] | None, *, strict: bool) -> bool:
    """Measure, keep and show; True where something failed. ``known``: all figures there are; other rows go."""
    path = ROOT / folder / "results.json"
    outcomes = []
    for figure in chosen:
        print(f"{figure.id} …", file=sys.stderr, flush=True)
        outcome = measure(figure, folder)
        outcomes.append(outcome)
        if outcome.row is not None:
            merge(path, [outcome.row])
    if known:
        merge(path, [], known=[f.id for f in known])
    show(outcomes, Console(width=None if sys.stdout.isatty() else 160))
    missed = strict and any(o.row is not None and o.row["ok"] is False for o in outcomes)
    return missed or any(bool(o.failed) for o in outcomes)
