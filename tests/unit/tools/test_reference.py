"""The generated reference says what the tables say."""

from __future__ import annotations

import pytest

from nociscope.core.citations import CITATIONS
from nociscope.core.status import FitStatus
from nociscope.core.study import RESERVED_SECTIONS, Hypothesis, PetSettings
from nociscope.core.vocabulary import VOCABULARY
from tools import reference
from tools.markdown import cited, number, page, table


@pytest.fixture(scope="module")
def pages() -> dict[str, str]:
    return {address: write() for address, write in reference.PAGES.items()}


@pytest.mark.parametrize("address", reference.PAGES)
def test_page_has_one_title_and_whole_tables(pages, address):
    lines = pages[address].split("\n")
    assert lines[0].startswith("# ")
    in_table = [line for line in lines if line.startswith("|")]
    assert all(line.endswith("|") for line in in_table)
    assert "None" not in " ".join(in_table).split()


def test_every_entry_of_a_table_is_on_its_page():
    assert all(f"| `{symbol}` |" in reference.measures() for symbol in VOCABULARY)
    assert all(f"| `{status.value}` | {status.sentence} |" in reference.statuses() for status in FitStatus)
    assert all(f'id="{key}"' in reference.citations() for key in CITATIONS)


def test_study_file_page_has_every_key_under_its_section():
    text = reference.study_file()
    for header, model in (("[[hypothesis]]", Hypothesis), ("[pet.<tracer>]", PetSettings)):
        section = text.split(f"## `{header}`")[1].split("\n## ")[0]
        inner = {n for n, f in model.model_fields.items() if reference._section_of(f.annotation)}
        assert all(f"| `{name}` |" in section for name in set(model.model_fields) - inner)
    assert "## `[[pet.<tracer>.correction]]`" in text
    assert "## `[pet.<tracer>.input]`" in text
    assert all(f"`{name}`" in text for name in RESERVED_SECTIONS)


def test_models_and_tracers_are_all_there(pages):
    from nociscope.io.tracers import tracers
    from nociscope.models.pet import MODELS

    assert all(f"## {name} " in pages["reference/models.md"] for name in MODELS)
    assert all(f"## {name} " in pages["reference/tracers.md"] for name in tracers())


def test_steps_are_all_there_with_their_needs(pages):
    from nociscope.pipeline.steps.table import STEPS

    text = pages["reference/steps.md"]
    assert all(f"## {step.name}\n" in text for step in STEPS)
    assert all(f"| `{role}` |" in text for step in STEPS for role in step.needs)


def test_command_line_page_has_every_verb(pages):
    from nociscope.cli.main import COMMANDS

    text = pages["reference/command-line.md"]
    assert all(f"## {name}\n" in text for name in COMMANDS)
    assert "--participant-label" in text


def test_figures_page_shows_a_missed_goal(monkeypatch, tmp_path):
    (tmp_path / "validation").mkdir()
    (tmp_path / "validation" / "results.json").write_text(
        '[{"id": "a.b", "what": "error", "value": 2.0, "unit": "%", "goal": "<= 1", "ok": false, "peer": "other 1",'
        ' "peer_value": 3.0, "command": "python -m validation a.b", "commit": "x", "machine": "m"}]'
    )
    monkeypatch.setattr(reference, "ROOT", tmp_path)
    text = reference.figures()
    assert "| error<br>`python -m validation a.b` | 2 % | <= 1 | **no** | other 1 3 % |" in text
    assert "`make bench`" in text


def test_cell_with_a_bar_or_a_line_break_stays_one_cell():
    assert table(("a",), [("x | y\nz",)]).split("\n")[-1] == "| x \\| y z |"


def test_open_end_is_a_dash_and_a_page_leaves_out_nothing_else():
    assert (number(float("-inf")), number(0.05)) == ("–", "0.05")
    assert page("T", "a", "", "b") == "# T\n\na\n\nb\n"


def test_citation_is_short_and_leads_to_its_place():
    assert cited(("innis2007",)) == "[Innis 2007](citations.md#innis2007)"
