"""Tables of published summaries: every route, and every fault with its line and column."""

from __future__ import annotations

import numpy as np
import pytest

from nociscope.core.errors import MalformedFile, MissingMetadata
from nociscope.io.summaries import ROUTES, number_columns, read_summaries
from nociscope.stats.sites import summaries as made


@pytest.fixture
def table(tmp_path):
    def write(*rows: dict[str, object]):
        columns = list(dict.fromkeys(c for row in rows for c in row))
        lines = ["\t".join(columns), *("\t".join(str(r.get(c, "n/a")) for c in columns) for r in rows)]
        path = tmp_path / "studies.tsv"
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return path

    return write


NUMBERS = {
    "mean1": 61, "sd1": 13, "n1": 45, "mean2": 44, "sd2": 10, "n2": 45, "pairs": 20, "r_pairs": 0.5, "t": 2.5,
    "difference": 4, "low": 1, "high": 7, "level": 0.9, "g": 4, "se": 0.2, "d": 4, "odds_ratio": 4, "r": 0.4, "n": 30,
    "held": 2, "p": 0.02, "sign": -1, "tails": 1,
}  # fmt: skip


@pytest.mark.parametrize("name", list(ROUTES))
def test_every_route_is_taken_when_only_its_numbers_are_there(table, name):
    route = ROUTES[name]
    row = {"study": "A", **{c: NUMBERS[c] for c in (*route.needs, *route.may)}}
    found = read_summaries(table(row))[0]
    assert found.route == name
    assert np.isfinite(found.effect.value) and found.effect.variance > 0


def test_all_number_columns_are_of_some_route():
    assert set(number_columns()) == set(NUMBERS)


def test_the_first_route_counts_and_the_rest_is_named(table):
    found = read_summaries(
        table({"study": "A", **{c: NUMBERS[c] for c in ("mean1", "sd1", "n1", "mean2", "sd2", "n2", "p")}})
    )
    assert found[0].effect == made.from_means(61, 13, 45, 44, 10, 45)
    assert found[0].unused == ("p",)


@pytest.mark.parametrize(
    ("row", "match"),
    [
        ({"study": "A", "g": 1, "se": -2}, r"line 2, columns g, se"),
        ({"study": "A", "t": "2,5", "n1": 4, "n2": 4}, r"line 2, column 't'"),
        ({"study": "A", "t": 2, "n1": 4.5, "n2": 4}, r"line 2, column 'n1'"),
        ({"study": "A", "t": 2}, r"no effect follows.*line 2|line 2.*no effect follows"),
        ({"study": "A", "gee": 2}, "unknown column 'gee'"),
        ({"study": "n/a", "g": 1, "se": 1}, "line 2, column 'study'"),
    ],
)
def test_faults_name_line_and_column(table, row, match):
    with pytest.raises(MalformedFile, match=match):
        read_summaries(table(row))


def test_a_study_counts_once_and_scales_do_not_mix(table):
    one = {"study": "A", "outcome": "o", "g": 1, "se": 1}
    with pytest.raises(MalformedFile, match="stands twice"):
        read_summaries(table(one, one))
    with pytest.raises(MalformedFile, match="different scales"):
        read_summaries(table(one, {"study": "B", "outcome": "o", "r": 0.3, "n": 20}))
    both = read_summaries(table(one, {"study": "A", "outcome": "other", "r": 0.3, "n": 20}))
    assert len(both) == 2


def test_study_is_needed(tmp_path):
    (tmp_path / "t.tsv").write_text("g\tse\n1\t1\n", encoding="utf-8")
    with pytest.raises(MissingMetadata):
        read_summaries(tmp_path / "t.tsv")
