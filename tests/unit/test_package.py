"""The package as its users and packagers meet it: surface, imports, metadata, texts."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
import zipfile
from importlib import metadata
from pathlib import Path

import numpy as np
import pytest
import yaml

import nociscope as noci

ROOT = Path(__file__).resolve().parents[2]
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PROJECT = PYPROJECT["project"]

TRUTH = ((0.1, 2.0), (0.08, 3.0))  # K1 in mL/cm3/min, VT in mL/cm3

HEAVY = ("numpy", "pandas", "numba", "scipy", "matplotlib", "pyarrow", "duckdb", "bids2table", "dask")
NUMERIC_GUESTS = ("numpy", "scipy", "numba", "llvmlite", "pydantic")


def python(code: str) -> str:
    """Run code in a fresh interpreter; return what it printed."""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    return done.stdout


# --- surface ---------------------------------------------------------------------------------------------------


def test_public_names_are_these():
    assert sorted(noci.__all__) == [
        "Blood",
        "Estimate",
        "Finding",
        "FitStatus",
        "Frames",
        "InputFunction",
        "KineticFit",
        "Samples",
        "Scan",
        "Tacs",
        "__version__",
        "blood",
        "pet",
        "qst",
        "read_cohort",
        "score",
        "stats",
        "tms",
        "to_frame",
    ]


@pytest.mark.parametrize("name", noci.__all__)
def test_every_public_name_can_be_had_and_is_documented(name):
    thing = getattr(noci, name)
    if name != "__version__":
        assert thing.__doc__
    assert name in dir(noci)


def test_promised_calls_exist():
    assert callable(noci.pet.fit)
    assert callable(noci.stats.compare)
    assert callable(noci.read_cohort)


def test_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="nothing_of_the_kind"):
        noci.nothing_of_the_kind


# --- imports ---------------------------------------------------------------------------------------------------

CLI_IMPORTS = """
import sys
from nociscope.cli.main import main
try:
    main({argv!r})
except SystemExit as leaving:
    assert leaving.code in (0, None), leaving.code
print('|', *sorted(set({heavy!r}) & set(sys.modules)))
"""


@pytest.mark.parametrize(
    "argv", [["--help"], ["run", "--help"], ["check", "--help"], ["demo", "--help"], ["--version"]]
)
def test_help_imports_nothing_heavy(argv):
    assert python(CLI_IMPORTS.format(argv=argv, heavy=HEAVY)).rsplit("|", 1)[1].split() == []


def test_import_of_the_package_imports_nothing_heavy():
    code = f"import nociscope, sys; print(*sorted(set({HEAVY!r}) & set(sys.modules)))"
    assert python(code).split() == []


PURE_IMPORTS = """
import importlib, pkgutil, re, sys
from importlib.metadata import packages_distributions, requires

places = packages_distributions()


def plain(name):
    return name.replace('-', '_').replace('.', '_').lower()


def needs(distribution):
    names = [n.split(';')[0] for n in requires(distribution) or [] if 'extra ==' not in n]
    return {{plain(re.match('[A-Za-z0-9_.-]+', n)[0]) for n in names}}


guests = {{plain(d) for top in {guests!r} for d in places[top]}}
for guest in [d for top in {guests!r} for d in places[top]]:
    guests |= needs(guest)


class Doorkeeper:
    def find_spec(self, name, path=None, target=None):
        owners = {{plain(d) for d in places.get(name.split('.')[0], [])}}
        if owners and not owners & (guests | {{'nociscope'}}):
            raise ImportError(f'{{name}} is not a guest of the numeric layers')


sys.meta_path.insert(0, Doorkeeper())
for layer in ('core', 'models', 'stats'):
    package = importlib.import_module(f'nociscope.{{layer}}')
    for module in pkgutil.walk_packages(package.__path__, f'nociscope.{{layer}}.'):
        importlib.import_module(module.name)
        print(module.name)
"""


def test_numeric_layers_need_numpy_scipy_numba_and_pydantic_only():
    assert len(python(PURE_IMPORTS.format(guests=NUMERIC_GUESTS)).split()) > 10


def test_the_doorkeeper_keeps_the_door():
    code = PURE_IMPORTS.format(guests=NUMERIC_GUESTS).split("for layer in")[0] + "import pandas"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.returncode != 0
    assert "not a guest" in done.stderr


# --- metadata --------------------------------------------------------------------------------------------------


def test_version_is_one():
    cff = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    codemeta = json.loads((ROOT / "codemeta.json").read_text(encoding="utf-8"))
    labels = [
        re.search(r"image\.version[= ]\"?([\w.]+)", (ROOT / name).read_text(encoding="utf-8"))[1]
        for name in ("Dockerfile", "apptainer.def")
    ]
    assert {noci.__version__, metadata.version("nociscope"), cff["version"], codemeta["version"], *labels} == {
        noci.__version__
    }


def test_citation_and_codemeta_agree_with_the_project():
    cff = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    codemeta = json.loads((ROOT / "codemeta.json").read_text(encoding="utf-8"))
    assert PROJECT["name"] == cff["title"] == codemeta["name"]
    assert PROJECT["description"] == " ".join(cff["abstract"].split()) == codemeta["description"]
    assert PROJECT["license"] == cff["license"] == codemeta["license"].rsplit("/", 1)[1]
    assert PROJECT["keywords"] == cff["keywords"] == codemeta["keywords"]
    assert [a["name"] for a in PROJECT["authors"]] == [a["name"] for a in cff["authors"]]
    assert [a["name"] for a in PROJECT["authors"]] == [a["name"] for a in codemeta["author"]]
    assert PROJECT["urls"]["Documentation"] == cff["url"] == codemeta["url"]
    assert codemeta["runtimePlatform"] == f"Python {PROJECT['requires-python']}"


def test_changelog_has_a_place_for_the_next_change():
    assert re.search(r"^## \[Unreleased\]$", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)


def test_lock_is_of_these_dependencies():
    lock = tomllib.loads((ROOT / "uv.lock").read_text(encoding="utf-8"))
    (own,) = [p for p in lock["package"] if p["name"] == "nociscope"]

    def names(requirements: list[str]) -> set[str]:
        return {re.split(r"[\[><=~! ;]", r)[0] for r in requirements}

    assert {d["name"] for d in own["dependencies"]} == names(PROJECT["dependencies"])
    for extra, needs in PROJECT.get("optional-dependencies", {}).items():
        assert {d["name"] for d in own["optional-dependencies"][extra]} == names(needs)


def test_every_dependency_is_permissive():
    lock = tomllib.loads((ROOT / "uv.lock").read_text(encoding="utf-8"))
    locked = {p["name"] for p in lock["package"]}
    gpl = {d.metadata["Name"] for d in metadata.distributions() if d.metadata["Name"] in locked and _is_gpl(d)}
    assert gpl == set()


def _is_gpl(dist: metadata.Distribution) -> bool:
    stated = dist.metadata.get("License-Expression") or ""
    classifiers = " ".join(dist.metadata.get_all("Classifier") or [])
    return bool(re.search(r"(?<!L)GPL-", stated)) or "GNU General Public License" in classifiers


# --- texts -----------------------------------------------------------------------------------------------------


def test_every_citation_of_the_vocabulary_exists():
    from nociscope.core.citations import CITATIONS
    from nociscope.core.vocabulary import VOCABULARY

    assert {key for q in VOCABULARY.values() for key in q.cites} <= set(CITATIONS)


def test_every_citation_has_what_a_reader_needs_to_find_it():
    from nociscope.core.citations import CITATIONS

    for key, c in CITATIONS.items():
        assert re.fullmatch(r"[a-z]+\d{4}[a-z]*", key), key
        assert key.rstrip("abcdefghijklmnopqrstuvwxyz").endswith(str(c.year)), key
        assert c.authors and c.title and c.journal, key
        assert not c.doi or c.doi.startswith("10."), key


def _nav(entry: object) -> list[str]:
    if isinstance(entry, str):
        return [entry]
    return [page for part in (entry.values() if isinstance(entry, dict) else entry) for page in _nav(part)]


def test_every_page_of_the_documentation_is_in_the_navigation_and_the_other_way():
    class Loader(yaml.SafeLoader):
        """mkdocs' own tags are not YAML's."""

    Loader.add_multi_constructor("", lambda *_: None)
    nav = _nav(yaml.load((ROOT / "mkdocs.yml").read_text(encoding="utf-8"), Loader)["nav"])
    from tools.reference import PAGES

    written = {p.relative_to(ROOT / "docs").as_posix() for p in (ROOT / "docs").rglob("*.md")}
    assert len(nav) == len(set(nav))
    assert set(nav) == written | set(PAGES)
    assert not written & set(PAGES)


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md"])
def test_links_inside_the_repository_lead_somewhere(name):
    text = (ROOT / name).read_text(encoding="utf-8")
    targets = [t.split("#")[0] for t in re.findall(r"\]\(([^)]+)\)", text) if not t.startswith(("http", "#"))]
    assert targets
    assert [t for t in targets if not (ROOT / t).exists()] == []


def test_readme_names_the_two_commands_and_make_has_them():
    readme, makefile = (ROOT / "README.md").read_text(encoding="utf-8"), (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in ("demo", "test"):
        assert f"```sh\nmake {target}\n```" in readme
        assert re.search(rf"^{target}:", makefile, re.MULTILINE)
    for target in ("help", "setup", "demo", "test", "check", "docs", "bench", "validate"):
        assert re.search(rf"^{target}:.*## ", makefile, re.MULTILINE), target


def test_example_of_the_readme_runs_and_finds_the_truth(capsys):
    """The curves are those of one compartment in equilibrium with a constant input: VT is their ratio."""
    example = re.search(r"```python\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL)[1]
    time_min = np.linspace(0, 90, 901)
    aif = 100 * time_min * np.exp(-time_min / 2) + 5 * np.exp(-time_min / 60) * (time_min > 0)
    start_min = np.array([0, 0.5, 1, 1.5, 2, 3, 4, 6, 8, 10, 15, 20, 30, 40, 50, 60, 70, 80])
    end_min = np.append(start_min[1:], 90)
    cell = time_min[1] - time_min[0]
    curves = [k1 * np.convolve(aif, np.exp(-k1 / vt * time_min))[: time_min.size] * cell for k1, vt in TRUTH]
    frames = [(time_min >= a) & (time_min < b) for a, b in zip(start_min, end_min, strict=True)]
    activity = np.array([[0.95 * c[f].mean() + 0.05 * aif[f].mean() for f in frames] for c in curves])
    people = {"values": [4.1, 4.4, 3.9, 4.6, 2.8, 3.1, 3.4, 2.9, 3.3], "groups": ["p"] * 4 + ["c"] * 5,
              "genotype": ["HAB", "MAB", "HAB", "MAB", "HAB", "MAB", "HAB", "MAB", "HAB"],
              "answers": [3, 2, 4, 3, 1, 2, 2, "attacks_pain_between", "yes"]}  # fmt: skip
    exec(example, {"activity": activity, "start_min": start_min, "end_min": end_min, "time_min": time_min,
                   "aif": aif, "whole_blood": aif} | people)  # fmt: skip
    *rows, finding, score = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert float(finding[0]) > 0
    assert "likely" in " ".join(score)
    assert [row[0] for row in rows] == ["thalamus", "insula"]
    assert [float(row[1]) for row in rows] == pytest.approx([vt for _, vt in TRUTH], rel=0.03)  # a 0.1 min grid


def test_every_file_of_the_package_travels_in_the_wheel(tmp_path):
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(command, check=True, capture_output=True, cwd=ROOT)
    (wheel,) = tmp_path.glob("*.whl")
    packed = set(zipfile.ZipFile(wheel).namelist())
    package = ROOT / "src"
    files = {
        p.relative_to(package).as_posix() for p in package.rglob("*") if p.is_file() and p.parent.name != "__pycache__"
    }
    assert files - packed == set()
    assert "nociscope/py.typed" in packed
