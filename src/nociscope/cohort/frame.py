"""Records as pandas tables, for notebooks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import TYPE_CHECKING, Any

from nociscope.core.errors import InputError
from nociscope.core.finding import Finding
from nociscope.core.records import KineticFit, Tacs
from nociscope.io.kinpar import kinpar_columns
from nociscope.io.tacs import frame_columns

if TYPE_CHECKING:
    import pandas as pd

_ASIDE = frozenset(
    {"n", "effect_size", "statistic", "covariates", "excluded", "safeguards", "details", "points", "cites"}
)


def to_frame(records: Tacs | KineticFit | Finding | Sequence[KineticFit] | Sequence[Finding]) -> pd.DataFrame:
    """Return records as a pandas table; missing is ``nan``, with its status beside it.

    Parameters
    ----------
    records : curves (one row a frame: ``frame_start`` and ``frame_end`` in s, regions in kBq/mL), fits (one row a model
        and region: columns as in ``_kinpar.tsv``, see the page on output), or findings (one row each: effect, interval,
        p; ``n`` and ``statistic`` become columns such as ``n.patient`` and ``statistic.t``; safeguards their codes).

    Raises
    ------
    InputError
        Nothing, or records of different kinds.

    Examples
    --------
    >>> table = noci.to_frame(noci.pet.fit("2TCM", tacs, blood))  # doctest: +SKIP
    """
    import pandas as pd

    if isinstance(records, Tacs):
        curves = zip(records.regions, records.activity, strict=True)
        return pd.DataFrame({**frame_columns(records.frames), **dict(curves)})
    several: list[Any] = [records] if isinstance(records, KineticFit | Finding) else list(records)
    if several and all(isinstance(r, KineticFit) for r in several):
        models = dict.fromkeys(f.model for f in several)
        tables = [_fits([f for f in several if f.model == model], model) for model in models]
        return pd.concat([pd.DataFrame(table) for table in tables], ignore_index=True)
    if several and all(isinstance(r, Finding) for r in several):
        return pd.DataFrame([_finding(f) for f in several])
    raise InputError(
        "these records cannot be made a table", expected="curves, fits or findings, of one kind",
        got=", ".join(sorted({type(r).__name__ for r in several})) or "nothing",
    )  # fmt: skip


def _fits(fits: Sequence[KineticFit], model: str) -> dict[str, Sequence[Any]]:
    columns = kinpar_columns(fits)
    return {"model": [model] * len(fits), **columns}


def _finding(finding: Finding) -> dict[str, Any]:
    row = {f.name: getattr(finding, f.name) for f in fields(finding) if f.name not in _ASIDE}
    effect = finding.effect_size
    row |= {
        "effect_size": effect.name,
        "effect": effect.value,
        "effect_low": effect.ci_low,
        "effect_high": effect.ci_high,
    }
    row |= _spread("n", finding.n) | _spread("statistic", finding.statistic)
    return row | {"safeguards": " ".join(s.code for s in finding.safeguards)}


def _spread(name: str, values: Mapping[str, Any]) -> dict[str, Any]:
    return {f"{name}.{key}": value for key, value in values.items()}
