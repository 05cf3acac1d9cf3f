"""What a step's code is: its module, every module of ours that it imports, and the data files beside them."""

from __future__ import annotations

import ast
import hashlib
import sys
from functools import cache
from importlib.machinery import ModuleSpec, PathFinder
from pathlib import Path

from nociscope.pipeline.step import Step

PACKAGE = "nociscope"
_ENGINE = f"{PACKAGE}.pipeline."
_WORK = (f"{PACKAGE}.pipeline.steps", f"{PACKAGE}.pipeline.tools")
_SKIPPED_ENDINGS = {".pyc", ".pyo", ".so", ".nbi", ".nbc"}


@cache
def code_hash(module: str) -> str:
    """SHA-256 over the sources behind a module, in the order of their names.

    The engine itself does not count: how a step is run does not change what it makes.
    """
    digest = hashlib.sha256()
    for name in sorted(reached(module)):
        digest.update(name.encode())
        digest.update(_contents(name))
    return digest.hexdigest()


def step_code(step: Step) -> str:
    """Hash of the code behind a step: the module of its ``run``."""
    return code_hash(step.run.__module__)


def reached(module: str) -> set[str]:
    """The module and all modules of ours that it imports, also inside functions, directly or not."""
    found: set[str] = set()
    todo = [module]
    while todo:
        name = todo.pop()
        if name not in found:
            found.add(name)
            todo += [n for n in _imports(name) if _counts(n)]
    return found


def _counts(name: str) -> bool:
    return not name.startswith(_ENGINE) or name.startswith(_WORK)


@cache
def _file(name: str) -> Path | None:
    """Source of a module, found without importing the packages above it: a plan must not load what only steps need."""
    known = getattr(sys.modules.get(name), "__spec__", None)
    spec = known or _spec(name)
    return Path(spec.origin) if spec and spec.origin and spec.origin.endswith(".py") else None


def _spec(name: str) -> ModuleSpec | None:
    parent = name.rpartition(".")[0]
    places = None
    if parent:
        above = getattr(sys.modules.get(parent), "__spec__", None) or _spec(parent)
        if above is None or above.submodule_search_locations is None:
            return None
        places = list(above.submodule_search_locations)
    return PathFinder.find_spec(name, places)


@cache
def _imports(name: str) -> frozenset[str]:
    """Modules of ours that a module names; ``from package import name`` counts as both."""
    path = _file(name)
    if path is None:
        return frozenset()
    package = name if path.name == "__init__.py" else name.rpartition(".")[0]
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = ".".join(package.split(".")[: len(package.split(".")) + 1 - node.level]) if node.level else ""
            source = ".".join(part for part in (base, node.module) if part)
            found.update((source, *(f"{source}.{alias.name}" for alias in node.names)))
    ours = (f"{PACKAGE}.", f"{package}.")
    return frozenset(n for n in found if n.startswith(ours) and _file(n) is not None)


@cache
def _contents(name: str) -> bytes:
    """Source of a module; for a package also the data files in its folder (tracers, instruments, templates)."""
    path = _file(name)
    if path is None:
        return b""
    parts = [path.read_bytes()]
    if path.name == "__init__.py":
        data = (p for p in sorted(path.parent.iterdir()) if p.is_file() and p.suffix not in {".py", *_SKIPPED_ENDINGS})
        parts += [part for p in data for part in (p.name.encode(), p.read_bytes())]
    return b"\0".join(parts)
