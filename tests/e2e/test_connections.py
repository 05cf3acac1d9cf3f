"""Hypotheses over connections, from matrices of everybody to the table and the page, through the command line."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest

from tests.e2e.whole import Whole, check_page, nociscope, written
from tools.pain_sensitivity import cohort, write, write_matrices

NODES = tuple(f"n{i}" for i in range(8))
STUDY = """
[study]
name = "connections"
[[hypothesis]]
name = "h"
question = "Do people with pain differ in a network?"
measure = "z"
contrast = ["a", "b"]
[hypothesis.map]
files = "{participant}/{participant}_z.tsv"
"""
NETWORK = ((0, 1), (0, 2), (0, 3), (2, 3))


def matrices(folder, groups="aaaaaabbbbbb", effect=4.0):
    """Noise, the first group higher in a network about one node."""
    rng, data = np.random.default_rng(3), folder / "data"
    data.mkdir(parents=True)
    written(data / "dataset_description.json", '{"Name": "connections", "BIDSVersion": "1.10.0"}')
    rows = [f"sub-{i:02}\t{group}" for i, group in enumerate(groups, 1)]
    written(data / "participants.tsv", "\n".join(["participant_id\tgroup", *rows]) + "\n")
    for row, group in zip(rows, groups, strict=True):
        z = rng.normal(size=(8, 8))
        for a, b in NETWORK:
            z[a, b] += effect * (group == "a")
        z = np.triu(z, 1) + np.triu(z, 1).T
        who = row.split("\t")[0]
        (data / who).mkdir()
        save(data / who / f"{who}_z.tsv", z)
    return data


def save(path, z, nodes=NODES):
    lines = ["\t".join(nodes), *("\t".join(f"{v:.6f}" for v in row) for row in z)]
    written(path, "\n".join(lines) + "\n")


def table(whole, name="connections.tsv", hypothesis="h"):
    with (whole.out / "group" / hypothesis / name).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream, delimiter="\t"))


def about(whole, hypothesis="h"):
    return json.loads((whole.out / "group" / hypothesis / "finding.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("statistic", "column"), [("cluster-extent", "p_cluster"), ("max-t", "p_fwe"), ("tfce", "p_tfce")]
)
def test_a_network_that_differs_is_found_by_its_nodes(tmp_path, statistic, column):
    study = STUDY + f'statistic = "{statistic}"\nforming_p = 0.01\n'
    whole = Whole(matrices(tmp_path), tmp_path / "out", written(tmp_path / "s.toml", study))
    answer = whole.run("group")
    assert answer.returncode == 0, answer.stderr
    rows = table(whole)
    assert len(rows) == 8 * 7 // 2
    true = {(NODES[a], NODES[b]) for a, b in NETWORK}
    passed = {(r["from"], r["to"]) for r in rows if float(r[column]) <= 0.05}
    assert len(passed & true) >= 3
    assert not {pair for pair in passed - true if not set(pair) & {"n0", "n2", "n3"}}
    found = about(whole)
    assert found["Findings"][0]["n_permutations"] == 924
    assert "between 8 nodes" in found["Notes"]["elements"]
    assert set(found["Maps"]) == {"connections.tsv"}
    check_page(whole)
    assert "Connections of z" in whole.page()
    assert "n0 – n" in whole.page()
    if statistic == "cluster-extent":
        (largest, *_) = found["Clusters"]
        assert (largest["extent_unit"], largest["p_adjusted"] <= 2 / 924 + 1e-12) == ("1", True)
        members = [r for r in rows if r["clusters"] == str(largest["label"])]
        assert len(members) == largest["elements"] == largest["extent"]
        assert table(whole, "clusters.tsv")[0]["peak"] == ", ".join(largest["peak_place"])


def test_one_broken_matrix_is_left_out_by_name_and_the_others_go_on(tmp_path):
    data = matrices(tmp_path)
    read = np.loadtxt(data / "sub-01" / "sub-01_z.tsv", skiprows=1)
    bent = read.copy()
    bent[2, 5] += 1
    save(data / "sub-01" / "sub-01_z.tsv", bent)
    save(data / "sub-02" / "sub-02_z.tsv", read, (*NODES[:-1], "other"))
    save(data / "sub-08" / "sub-08_z.tsv", np.full((8, 8), np.nan))
    np.fill_diagonal(read, np.nan)
    save(data / "sub-09" / "sub-09_z.tsv", read)
    whole = Whole(data, tmp_path / "out", written(tmp_path / "s.toml", STUDY))
    assert whole.run("group").returncode == 0
    why = dict(about(whole)["Findings"][0]["excluded"])
    assert set(why) == {"sub-01", "sub-02", "sub-08"}
    assert "not symmetric" in why["sub-01"]
    assert "n2 – n5" in why["sub-01"]
    assert "lacks n7 and also has other" in why["sub-02"]
    assert "no finite connection" in why["sub-08"]
    checked = nociscope("check", data, "--study", whole.study)
    assert checked.returncode == 0, checked.stdout


def test_each_person_against_controls(tmp_path):
    study = STUDY.replace('contrast = ["a", "b"]', 'single_case = { cases = "a", controls = "b" }')
    data = matrices(tmp_path, "abbbbbbb", effect=9.0)
    whole = Whole(data, tmp_path / "out", written(tmp_path / "s.toml", study))
    answer = whole.run("group")
    assert answer.returncode == 0, answer.stderr
    rows = table(whole, "sub-01_connections.tsv")
    best = max(rows, key=lambda r: float(r["t"]))
    assert (NODES.index(best["from"]), NODES.index(best["to"])) in NETWORK


@pytest.mark.slow
def test_connections_of_the_thalamus_with_pain_sensitivity_in_two_cities(open_data, tmp_path):
    source = Path(open_data("pain-sensitivity-rsfmri"))
    found, nodes = cohort(source), ("THAL_d", "THAL_v", "PINS_d", "PINS_v", "AINS_ad", "ACcor_d", "PCsul_d")
    write(found, tmp_path / "data")
    write_matrices(source, found, tmp_path / "data", nodes)
    study = """
[study]
name = "thalamus"
[groups]
variable = "site"
levels = ["bochum", "essen"]
[[hypothesis]]
name = "h"
measure = "z"
modality = "func"
correlate = "pain_sensitivity"
covariates = ["age", "sex", "mean_fd", "site"]
stratify = "site"
permutations = 500
[hypothesis.map]
derivative = "connections"
entities = { suffix = "relmat" }
statistic = "cluster-extent"
forming_p = 0.05
"""
    whole = Whole(tmp_path / "data", tmp_path / "out", written(tmp_path / "s.toml", study))
    answer = whole.run("group")
    assert answer.returncode == 0, answer.stderr
    finding = about(whole)["Findings"][0]
    assert (finding["status"], sum(finding["n"].values())) == ("ok", 72)
    rows = {(r["from"], r["to"]): r for r in table(whole)}
    assert len(rows) == 21
    column = found.regions.index("ACcor_d")
    values = np.array([p.connectivity[0, column] for p in found.people])
    hold = [[1, p.age, p.sex == "M", p.mean_fd, p.site == "essen"] for p in found.people]
    design = np.column_stack([[p.pain_sensitivity for p in found.people], np.array(hold, float)])
    inverse = np.linalg.inv(design.T @ design)
    leverage = np.einsum("ij,jk,ik->i", design, inverse, design)
    left = values - design @ (inverse @ design.T @ values)
    spread = inverse @ (design.T * (left**2 / (1 - leverage))) @ design @ inverse  # HC2
    t = (inverse @ design.T @ values)[0] / np.sqrt(spread[0, 0])
    assert float(rows["THAL_d", "ACcor_d"]["t"]) == pytest.approx(t, rel=1e-3)
    check_page(whole)
