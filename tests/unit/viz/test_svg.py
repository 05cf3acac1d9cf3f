"""Inline SVG: text stays text, ids are its own, the same record gives the same bytes, nothing reaches out."""

import re

import pytest

from nociscope.viz.curves import curves
from nociscope.viz.style import CSS_NAMES, house
from nociscope.viz.svg import inline


@pytest.fixture(scope="module")
def svg(made_up):
    with house():
        return inline(curves(made_up.fits("2TCM"), "sub-01 <b>"), "x")


def test_same_record_gives_same_bytes(svg, made_up):
    with house():
        again = inline(curves(made_up.fits("2TCM"), "sub-01 <b>"), "x")
    assert svg == again


def test_two_figures_share_no_id(svg, made_up):
    with house():
        other = inline(curves(made_up.fits("2TCM"), "sub-01 <b>"), "y")
    ids = [set(re.findall(r' id="([^"]+)"', s)) for s in (svg, other)]
    assert ids[0]
    assert not ids[0] & ids[1]
    assert all(name.startswith("x-") for name in ids[0])


def test_every_reference_inside_resolves(svg):
    ids = set(re.findall(r' id="([^"]+)"', svg))
    pointed = {a or b for a, b in re.findall(r'href="#([^"]+)"|url\(#([^)]+)\)', svg)}
    assert pointed
    assert pointed <= ids


def test_text_stays_text_and_is_escaped(svg):
    assert re.search(r"<text[^>]*>STR</text>", svg)
    assert "<b>" not in svg
    assert "sub-01 &lt;b&gt;" in svg


def test_it_names_itself_to_a_screen_reader(svg):
    assert 'role="img"' in svg
    labelled = re.search(r'aria-labelledby="([^"]+)"', svg)[1].split()
    assert all(f'id="{name}"' in svg for name in labelled)
    assert re.search(r"<desc[^>]*>6 regions, 30 frames each\. FC: a parameter rests on its bound\.", svg)


def test_colours_follow_the_page(svg):
    for colour, name in CSS_NAMES.items():
        bare = re.findall(rf"(?<!, ){colour}", svg)
        assert not bare, (colour, name)
    assert "var(--c1, #0072b2)" in svg


def test_no_metadata_no_date_no_address_no_page_wide_style(svg):
    for unwanted in ("<metadata", "http", "<style", "<!--", "xlink", "Matplotlib"):
        assert unwanted not in svg


def test_numbers_between_tags_are_not_rounded(made_up):
    from nociscope.viz.graphical import graphical

    with house():
        svg = inline(graphical(made_up.fits("Logan"), "x"), "x")
    assert "slope 3.672" in svg


def test_a_dollar_in_a_name_is_a_dollar(made_up):
    with house():
        svg = inline(curves((made_up.fit("2TCM", "a$b$_{c}", 1.0),), "x"), "x")
    assert ">a$b$_{c}</text>" in svg
