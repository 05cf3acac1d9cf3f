"""What is wrong with a dataset, what that blocks, and how to mend it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One trouble found while looking at data; never raised, always shown.

    Parameters
    ----------
    code : short name, such as ``dose-implausible``.
    where : file, person or field.
    message : what is wrong: expected and got.
    blocks : measures or models that cannot be made because of it, such as ``("SUV",)``; empty where nothing is blocked.
    mend : what to do.
    severity : ``note``, ``warn`` or ``error``; an error stops the participant.
    """

    code: str
    where: str
    message: str
    blocks: tuple[str, ...] = ()
    mend: str = ""
    severity: str = "warn"
