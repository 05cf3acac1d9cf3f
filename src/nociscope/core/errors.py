"""Every error that nociscope raises, each also a subclass of the built-in a newcomer would catch.

NociscopeError
├─ InputError(ValueError)        the caller's values are wrong
│  ├─ ShapeError                 arrays that do not fit together
│  ├─ UnitError                  an unknown or contradictory unit
│  ├─ TimingError                frames or samples that overlap, run backwards, or mix seconds with minutes
│  └─ RangeError                 a number outside what is possible
├─ StudyError(ValueError)        the study file: carries the line
├─ DatasetError(LookupError)     the dataset on disk
│  ├─ MissingFile(FileNotFoundError)
│  ├─ MalformedFile              unreadable JSON, TSV, gz, encoding
│  ├─ MissingMetadata            a sidecar key or a table column that is needed
│  ├─ AmbiguousQuery             more than one file where one is needed
│  └─ UnsafeName                 a label that would leave the dataset or break a page
├─ StepFailed(RuntimeError)      carries step, entities, cause; the runner goes on with other participants
├─ Refused(RuntimeError)         a safeguard: carries its code; a study file may override it by name
└─ MissingExtra(ImportError)     names the install command

A message always says what was expected, what was got, and what to do.
"""

from __future__ import annotations

from typing import Any


class NociscopeError(Exception):
    """Root of the tree.

    Parameters
    ----------
    message : what is wrong, in one clause.
    expected, got : the two sides of the contradiction.
    do : the mend, as an imperative.
    where : file, field or person that the message is about.
    """

    def __init__(
        self,
        message: str,
        *,
        expected: object = None,
        got: object = None,
        do: str | None = None,
        where: str | None = None,
    ) -> None:
        self.message, self.expected, self.got, self.do, self.where = message, expected, got, do, where
        super().__init__(self._sentence())

    def _sentence(self) -> str:
        parts = [f"{self.where}: {self.message}" if self.where else self.message]
        if self.expected is not None:
            parts.append(f"expected {self.expected}")
        if self.got is not None:
            parts.append(f"got {self.got}")
        sentence = "; ".join(parts)
        return f"{sentence}. {self.do[0].upper()}{self.do[1:]}." if self.do else f"{sentence}."

    def __reduce__(self) -> tuple[object, ...]:
        """Survive a process boundary: keyword arguments are kept as state."""
        return _rebuild, (type(self), self.message, self.__dict__.copy())


def _rebuild(kind: type[NociscopeError], message: str, state: dict[str, object]) -> NociscopeError:
    required: dict[str, Any] = {"code": state["code"]} if "code" in state else {}
    error = kind(message, **required)
    error.__dict__.update(state)
    error.args = (error._sentence(),)
    return error


class InputError(NociscopeError, ValueError):
    """The caller's values are wrong."""


class ShapeError(InputError):
    """Arrays do not fit together."""


class UnitError(InputError):
    """A unit is unknown, missing or contradicts another."""


class TimingError(InputError):
    """Frames or samples overlap, run backwards, or mix seconds with minutes."""


class RangeError(InputError):
    """A number is outside what is possible."""


class StudyError(NociscopeError, ValueError):
    """The study file is wrong; ``where`` carries file and line."""


class DatasetError(NociscopeError, LookupError):
    """Something about the dataset on disk."""


class MissingFile(DatasetError, FileNotFoundError):
    """A file that is needed is not there."""

    __str__ = NociscopeError._sentence


class MalformedFile(DatasetError):
    """A file cannot be read as what its name says it is."""


class MissingMetadata(DatasetError):
    """A sidecar key or table column that is needed is not there."""


class AmbiguousQuery(DatasetError):
    """More than one file answers where one is needed."""


class UnsafeName(DatasetError):
    """A label would leave the dataset, or is not a BIDS label."""


class StepFailed(NociscopeError, RuntimeError):
    """One step of one participant failed; others go on."""


class Refused(NociscopeError, RuntimeError):
    """A safeguard refuses an analysis.

    Parameters
    ----------
    code : name of the safeguard; writing it under ``override`` in the study file lets the analysis run,
        and the report says so.
    """

    def __init__(self, message: str, *, code: str, do: str | None = None) -> None:
        super().__init__(message, do=do)
        self.code = code


class MissingExtra(NociscopeError, ImportError):
    """An optional dependency is not installed; ``do`` names the command."""
