"""Study files that ship, as data: ``NAME.toml``, and beside some ``NAME.simulate.toml`` with a truth to simulate."""

from __future__ import annotations

from pathlib import Path

from nociscope.core.errors import MissingFile

FOLDER = Path(__file__).parent
SIMULATION = ".simulate.toml"


def names() -> list[str]:
    """Names of the study files that ship."""
    return sorted(p.stem for p in FOLDER.glob("*.toml") if not p.name.endswith(SIMULATION))


def shipped(name: str, suffix: str = ".toml") -> Path:
    """Path of a study file that ships.

    Parameters
    ----------
    name : as `names` lists it.
    suffix : ``.toml`` for the study, ``.simulate.toml`` for the truth to simulate.

    Raises
    ------
    MissingFile
        There is no such study.
    """
    known = [p.name.removesuffix(suffix) for p in sorted(FOLDER.glob(f"*{suffix}"))]
    if name not in known or (suffix == ".toml" and name.endswith(".simulate")):
        offered = [k for k in known if not k.endswith(".simulate")]
        raise MissingFile(
            "no such study file",
            expected=f"a path, or one of {', '.join(offered)}",
            got=name,
            do="check the path; nociscope studies lists what ships",
        )
    return FOLDER / f"{name}{suffix}"


def title(name: str) -> str:
    """One line about a study file that ships."""
    import tomllib

    about = tomllib.loads(shipped(name).read_text(encoding="utf-8")).get("study", {})
    return str(about.get("title", ""))
