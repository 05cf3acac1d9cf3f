"""Lists of what can be asked for: TSV in a pipe, a table on a terminal, citations in both."""

import pytest
from typer.testing import CliRunner

from nociscope.cli import table
from nociscope.cli.main import application
from nociscope.core.citations import CITATIONS
from nociscope.core.vocabulary import VOCABULARY


def lines(*argv):
    result = CliRunner().invoke(application(), list(argv), catch_exceptions=False)
    assert result.exit_code == 0
    return [row.split("\t") for row in result.stdout.splitlines()]


def test_measures_are_the_vocabulary():
    header, *rows = lines("measures")
    assert header == ["symbol", "name", "unit", "low", "high", "source"]
    assert [r[0] for r in rows] == list(VOCABULARY)
    assert all(len(r) == len(header) for r in rows)


def test_models_are_the_table_of_models_with_sources():
    from nociscope.models.pet import MODELS

    header, *rows = lines("models")
    assert [r[0] for r in rows] == list(MODELS)
    assert all(r[header.index("source")] for r in rows)
    assert all(len(r) == len(header) for r in rows)


def test_tracers_say_what_is_open():
    from nociscope.io.tracers import tracers

    header, *rows = lines("tracers")
    assert [r[0] for r in rows] == list(tracers())
    window = header.index("window_min")
    assert {r[0]: r[window] for r in rows}["[11C]PBR28"] == "60-90"
    assert "open" in {r[window] for r in rows}


def test_one_tracer_goes_by_any_spelling_and_says_what_its_signal_is_not():
    facts = {row[0]: row for row in lines("tracers", "11C-PBR28")[1:]}
    assert "does not tell" in facts["does_not_mean"][1]
    assert "Owen 2012" in facts["target"][2]
    assert facts["dose_MBq"][2] == "unverified"


def test_an_unknown_tracer_is_refused_by_name():
    result = CliRunner().invoke(application(), ["tracers", "Unobtainium"])
    assert "[11C]PBR28" in str(result.exception)


def test_studies_are_listed_and_printed():
    from nociscope.studies import names, shipped

    _, *rows = lines("studies")
    assert [r[0] for r in rows] == names()
    assert all(r[1] for r in rows)
    printed = CliRunner().invoke(application(), ["studies", "demo"]).stdout
    assert printed == shipped("demo").read_text(encoding="utf-8")


def test_a_terminal_gets_a_table_and_markup_is_not_read(monkeypatch, capsys):
    monkeypatch.setattr(table.sys.stdout, "isatty", lambda: True)
    table.show_table(("tracer", "target"), [("[11C]PBR28", "TSPO")])
    out = capsys.readouterr().out
    assert "[11C]PBR28" in out
    assert "\t" not in out


def test_a_cell_never_breaks_its_row(capsys):
    table.show_table(("a", "b"), [("x\ty", "z\nw")])
    assert capsys.readouterr().out.splitlines()[1] == "x y\tz w"


@pytest.mark.parametrize("key", ["innis2007", "owen2012"])
def test_citations_are_short_and_carry_their_doi(key):
    assert CITATIONS[key].doi in table.cited([key])
    assert str(CITATIONS[key].year) in table.cited([key])


def test_instruments_are_listed_with_citation_and_licence():
    from nociscope.io.instruments import instruments

    header, *rows = lines("instruments")
    assert header == ["instrument", "version", "about", "items", "scores", "licence", "source"]
    assert [r[0] for r in rows] == [i.name for i in instruments().values()]
    assert all(r[5] and r[6] for r in rows)


def test_everything_about_one_instrument():
    facts = lines("instruments", "psqi")[1:]
    assert ["item", "psqi_bed_time: time of day"] in facts
    assert ["band", "total: 0 good, 6 poor"] in facts
    assert any(value.startswith("Buysse 1989 doi:10.1016/") for _, value in facts)
