"""Two sites through files against all rows at once; a table of summaries to a page."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import statsmodels.api as sm

from nociscope.cli.main import main
from nociscope.cohort.files import write_cohort
from nociscope.core.records import Measure
from nociscope.core.status import FitStatus

STUDY = """
[groups]
variable = "group"

[[hypothesis]]
name = "thalamus"
measure = "SUVR"
contrast = ["pain", "control"]
covariates = ["age", "sex"]
"""


def finished_run(root: Path, site: str, n: int, seed: int) -> tuple[Path, np.ndarray, np.ndarray]:
    """Results of one site with its dataset beside them; design and values of its people."""
    rng = np.random.default_rng(seed)
    raw, out = root / f"{site}-raw", root / f"{site}-out"
    (out / "cohort").mkdir(parents=True)
    raw.mkdir()
    age, first = rng.integers(20, 70, n), np.arange(n) < n // 2
    female = np.arange(n) % 2 == 0
    y = 1 + 0.3 * first + 0.01 * age + seed + rng.normal(0, 0.2, n)
    people = ["participant_id\tgroup\tage\tsex\tsite"]
    for i in range(n):
        people.append(
            f"sub-{site}{i:02d}\t{'pain' if first[i] else 'control'}\t{age[i]}\t{'MF'[int(female[i])]}\t{site}"
        )
    (raw / "participants.tsv").write_text("\n".join(people) + "\n", encoding="utf-8")
    rows = [
        Measure(f"sub-{site}{i:02d}", "n/a", site, "pet:PK11195", "SUVR", "thalamus", "n/a", float(y[i]), 0.01, "1",
                "SUVR", FitStatus.OK, "x")
        for i in range(n)
    ]  # fmt: skip
    write_cohort(out / "cohort", rows)
    description = {"Name": "d", "SourceDatasets": [{"URL": raw.absolute().as_uri()}]}
    (out / "dataset_description.json").write_text(json.dumps(description), encoding="utf-8")
    return out, np.column_stack([first, age, ~female]).astype(float), y


def test_two_sites_through_files_equal_all_rows(tmp_path, capsys):
    (tmp_path / "study.toml").write_text(STUDY, encoding="utf-8")
    designs, values = [], []
    for k, (site, n) in enumerate((("Bo", 16), ("Es", 22))):
        out, x, y = finished_run(tmp_path, site, n, k)
        call = ["federate", "export", str(out), "--study", str(tmp_path / "study.toml"), "--hypothesis", "thalamus"]
        with pytest.raises(SystemExit) as left:
            main([*call, "--out", str(tmp_path / f"{site}.json")])
        assert left.value.code in (0, None), capsys.readouterr().err
        own = np.zeros((n, 2))
        own[:, k] = 1
        designs.append(np.column_stack([x, own]))
        values.append(y)
    text = (tmp_path / "Bo.json").read_text(encoding="utf-8")
    assert "sub-" not in text and "Bo00" not in text, "nobody is named"
    with pytest.raises(SystemExit) as left:
        main(
            [
                "federate",
                "combine",
                *(str(tmp_path / f"{s}.json") for s in ("Bo", "Es")),
                "--out",
                str(tmp_path / "fit.json"),
            ]
        )
    assert left.value.code in (0, None)
    ols = sm.OLS(np.concatenate(values), np.vstack(designs)).fit()
    fit = json.loads((tmp_path / "fit.json").read_text(encoding="utf-8"))
    region = fit["Regions"][0]
    assert (region["Estimate"], region["SE"], region["P"]) == pytest.approx(
        (ols.params[0], ols.bse[0], ols.pvalues[0]), rel=1e-10
    )
    assert fit["N"] == 38
    told = capsys.readouterr().out
    assert "permutation within sites" in told
    unit = json.loads((tmp_path / "Bo.json").read_text(encoding="utf-8"))["Question"]["unit"]
    assert fit["Unit"] == unit
    assert f" in {unit}: " in told
    assert "38 people, sites Bo, Es; intervals of 95%." in told


def test_export_says_what_is_missing(tmp_path, capsys):
    (tmp_path / "study.toml").write_text(STUDY, encoding="utf-8")
    out, _, _ = finished_run(tmp_path, "Bo", 16, 0)
    call = ["federate", "export", str(out), "--study", str(tmp_path / "study.toml"), "--out", str(tmp_path / "a.json")]
    with pytest.raises(SystemExit) as left:
        main([*call, "--hypothesis", "s1"])
    assert left.value.code == 2
    assert "no such hypothesis" in capsys.readouterr().err
    with pytest.raises(SystemExit) as left:
        main(["federate", "export", str(tmp_path / "none"), *call[3:], "--hypothesis", "thalamus"])
    assert left.value.code == 2
    assert "run the group level first" in capsys.readouterr().err


def test_export_refuses_a_small_cell(tmp_path, capsys):
    (tmp_path / "study.toml").write_text(STUDY, encoding="utf-8")
    out, _, _ = finished_run(tmp_path, "Bo", 8, 0)
    with pytest.raises(SystemExit) as left:
        main(["federate", "export", str(out), "--study", str(tmp_path / "study.toml"), "--hypothesis", "thalamus",
              "--out", str(tmp_path / "a.json")])  # fmt: skip
    assert left.value.code == 2
    assert "sums over them" in capsys.readouterr().err
    assert not (tmp_path / "a.json").exists()


def test_meta_writes_tables_forests_and_a_page(tmp_path, capsys):
    lines = ["study\toutcome\tg\tse\tn1\tn2", *(f"S<{i}>\tthalamus\t0.{i}\t0.2\t10\t12" for i in range(1, 6))]
    lines += ["A\tS1\t0.5\t0.2\t9\t9", "B\tS1\t0.9\t0.3\t9\t9"]
    (tmp_path / "s.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    with pytest.raises(SystemExit) as left:
        main(["meta", str(tmp_path / "s.tsv"), "--out", str(tmp_path / "out")])
    assert left.value.code in (0, None)
    printed = capsys.readouterr().out
    assert "thalamus\t5\trandom\t0.300" in printed
    assert "Two studies cannot estimate" in printed
    page = (tmp_path / "out" / "meta.html").read_text(encoding="utf-8")
    assert "S&lt;1&gt;" in page and "S<1>" not in page
    assert page.count("<svg") == 2 and "10 + 12" in page
    svg = (tmp_path / "out" / "forest-01.svg").read_text(encoding="utf-8")
    assert svg.startswith("<svg xmlns=")
    assert {p.name for p in (tmp_path / "out").iterdir()} == {
        "effects.tsv", "pooled.tsv", "pooled.json", "meta.html", "forest-01.svg", "forest-02.svg",
    }  # fmt: skip


def test_meta_names_line_and_column(tmp_path, capsys):
    (tmp_path / "s.tsv").write_text("study\tg\tse\nA\t0,5\t0.2\n", encoding="utf-8")
    with pytest.raises(SystemExit) as left:
        main(["meta", str(tmp_path / "s.tsv")])
    assert left.value.code == 2
    assert "line 2, column 'g'" in capsys.readouterr().err
