"""The program as a stranger calls it, and a look at what it leaves."""

from __future__ import annotations

import csv
import json
import math
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from nociscope.core.status import FitStatus

LINKS = re.compile(r'\b(?:src|href)\s*=\s*"([^"]*)"')


def nociscope(*argv: object, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """Call the command line in a process of its own."""
    command = [sys.executable, "-m", "nociscope.cli.main", *map(str, argv)]
    return subprocess.run(
        command, capture_output=True, text=True, check=False, encoding="utf-8", env={**os.environ, **(env or {})}
    )


@dataclass(frozen=True)
class Whole:
    """A dataset, where its results go, and the study file."""

    data: Path
    out: Path
    study: Path | str

    def run(self, level: str, *more: object) -> subprocess.CompletedProcess[str]:
        """Run one level."""
        return nociscope("run", self.data, self.out, level, "--study", self.study, *more)

    def both(self, *more: object) -> tuple[int, int]:
        """Run the participants, two at a time, and the group; return both exit codes."""
        codes = self.run("participant", "--jobs", 2, *more).returncode, self.run("group").returncode
        assert (self.out / "report" / "index.html").is_file(), "no report"
        return codes

    def done(self, level: str) -> list[str]:
        """Names of the tasks that another run really does."""
        answer = self.run(level)
        return re.findall(r"^\s*\d+/\d+ (\S+) done", answer.stdout + answer.stderr, re.MULTILINE)

    def rows(self, **where: str) -> list[dict[str, str]]:
        """Rows of the cohort table."""
        with (self.out / "cohort" / "measures.tsv").open(encoding="utf-8", newline="") as file:
            found = list(csv.DictReader(file, delimiter="\t"))
        return [r for r in found if all(r[k] == v for k, v in where.items())]

    def findings(self, hypothesis: str) -> dict[str, dict]:
        """Findings of a hypothesis by region."""
        path = self.out / "group" / hypothesis / "finding.json"
        return {f["region"]: f for f in json.loads(path.read_text(encoding="utf-8"))["Findings"]}

    def page(self, name: str = "index") -> str:
        """A page of the report."""
        return (self.out / "report" / f"{name}.html").read_text(encoding="utf-8")


def copied(source: Path, target: Path, keep: tuple[str, ...] = ()) -> Path:
    """A dataset of one's own, of a few people where they are named."""
    shutil.copytree(source, target)
    if keep:
        for folder in [*target.glob("sub-*"), *target.glob("derivatives/*/sub-*")]:
            if folder.name not in keep:
                shutil.rmtree(folder)
        table = target / "participants.tsv"
        header, *rows = table.read_text(encoding="utf-8").splitlines()
        table.write_text("\n".join([header, *(r for r in rows if r.split("\t")[0] in keep)]) + "\n", encoding="utf-8")
    return target


def written(path: Path, text: str) -> Path:
    """A study file."""
    path.write_text(text, encoding="utf-8")
    return path


def check_rows(whole: Whole) -> None:
    """Every number has unit, status and a source that is there; a missing one has a status that denies it."""
    rows = whole.rows()
    assert rows
    for row in rows:
        status, value = FitStatus(row["status"]), float("nan") if row["value"] == "n/a" else float(row["value"])
        assert row["unit"], row
        assert math.isfinite(value) == status.keeps_value, row
        if status is not FitStatus.STEP_FAILED:
            assert (whole.out / row["source_file"]).is_file(), row


def check_page(whole: Whole, name: str = "index") -> None:
    """The page needs no network, and what it links to is there."""
    folder, text = whole.out / "report", whole.page(name)
    assert not re.search(r"<(?:script|link|img|iframe)[^>]+https?:", text)
    assert not re.search(r"(?:url\(|@import)\s*['\"]?https?:", text)
    for link in LINKS.findall(text):
        if not link.startswith(("#", "https://doi.org/", "data:")):
            assert (folder / link.partition("#")[0]).exists(), link
    for word in ("microglial activation", "neuroinflammation"):
        assert word not in re.sub(r"<li[^>]*id=\"ref.*?</li>", "", text, flags=re.DOTALL).lower() or "not" in text
