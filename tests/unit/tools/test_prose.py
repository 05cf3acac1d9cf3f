"""The wording check finds what it should and lets through what it should."""

from __future__ import annotations

import pytest

from tools.check_site import outside
from tools.prose import faults, texts


@pytest.mark.parametrize(
    "text",
    [
        "Higher VT shows microglial activation in the thalamus.",
        "TSPO is a marker of\nneuroinflammation.",
        "Activation of microglia was found. This is not a joke.",
        "It is not high. Neuro-inflammatory signal rose.",
        "Glial activation",
        "Patients showed gliosis activation.",
    ],
)
def test_conclusion_is_found(text):
    assert list(faults(text, "docs/a.md"))


@pytest.mark.parametrize(
    "text",
    [
        "TSPO signal rose.",
        "The TSPO signal is not a measure of microglial activation.",
        "It says nothing about\nneuroinflammation.",
        "Activated microglia carry TSPO; so do resting ones.",
    ],
)
def test_denial_and_plain_words_pass(text):
    assert not list(faults(text, "docs/a.md"))


def test_line_is_that_of_the_phrase():
    (fault,) = faults("One.\n\nTwo\nshows neuroinflammation.", "docs/a.md")
    assert (fault.line, fault.phrase) == (4, "neuroinflammation")


def test_unfinished_text_is_found():
    assert [f.line for f in faults("a\nTO" + "DO b", "README.md")] == [2]


def test_titles_of_papers_are_quoted_as_printed():
    assert not list(faults("Marker of neuroinflammation.", "src/nociscope/core/citations.py"))


def test_our_texts_say_tspo_signal():
    from tools.figures import ROOT

    found = [f for p in texts() for f in faults(p.read_text(encoding="utf-8"), p.relative_to(ROOT).as_posix())]
    assert not found, "\n".join(map(str, found))
    assert len(list(texts())) > 20


@pytest.mark.parametrize(
    ("page", "loaded"),
    [
        ('<script src="https://cdn.example/x.js"></script>', ["https://cdn.example/x.js"]),
        ('<link rel="stylesheet" href="//fonts.example/x.css">', ["//fonts.example/x.css"]),
        ('<link rel="canonical" href="https://example.org/">', []),
        ('<a href="https://doi.org/10.1/x">paper</a><img src="a.png">', []),
    ],
)
def test_a_page_that_asks_the_network_is_found(page, loaded):
    assert outside(page) == loaded
