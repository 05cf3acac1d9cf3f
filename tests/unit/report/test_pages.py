"""The pages as a browser, a screen reader and a hostile name would meet them."""

import dataclasses
import re
from collections import Counter
from functools import cache
from itertools import pairwise
from xml.etree.ElementTree import Element

import html5lib
import pytest

from nociscope.core.status import FitStatus
from nociscope.report import render_cohort, render_participant
from nociscope.report.model import CohortReport, ParticipantReport, Provenance, StudyFacts

HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
EVIL = 'sub-<script>alert("x")</script>&'
BANNED = ("microglial activation", "neuroinflammation", "activated microglia")


@cache
def parsed(page: str) -> Element:
    """Parse strictly: any error of the HTML is an error of the test."""
    return html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(page)


@pytest.fixture(scope="module", params=["cohort", "participant"])
def page(request, made_up):
    if request.param == "cohort":
        return render_cohort(made_up.cohort())
    return render_participant(made_up.participant(scans=1))


@pytest.fixture(scope="module")
def cohort_page(made_up):
    return render_cohort(made_up.cohort())


@pytest.fixture(scope="module")
def person_page(made_up):
    return render_participant(made_up.participant(scans=1))


@pytest.fixture(scope="module")
def tree(page):
    return parsed(page)


def text_of(element: Element) -> str:
    return re.sub(r"\s+", " ", "".join(element.itertext())).strip()


def test_html_is_strict(page):
    parsed(page)


def test_language_title_and_viewport(tree):
    html = tree if tree.tag == "html" else tree.find("html")
    assert html.get("lang") == "en"
    assert text_of(html.find("head/title"))
    assert any(m.get("name") == "viewport" for m in html.iter("meta"))


def test_landmarks_stand_once(tree):
    for tag in ("main", "nav", "footer"):
        assert len(list(tree.iter(tag))) == 1, tag
    assert [n.get("aria-label") for n in tree.iter("nav")] == ["Contents"]


def test_headings_are_in_order(tree):
    levels = [int(e.tag[1]) for e in tree.iter() if e.tag in HEADINGS]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(b <= a + 1 for a, b in pairwise(levels)), levels


def test_ids_are_unique_and_every_inner_link_resolves(tree):
    ids = Counter(e.get("id") for e in tree.iter() if isinstance(e.tag, str) and e.get("id"))
    assert not [name for name, count in ids.items() if count > 1]
    pointed = {e.get("href")[1:] for e in tree.iter("a") if (e.get("href") or "").startswith("#")}
    labels = {name for e in tree.iter() for name in (e.get("aria-labelledby") or "").split()}
    assert pointed | labels <= set(ids)
    assert "main" in pointed  # the skip link


def test_every_table_has_caption_and_scoped_heads(tree):
    tables = list(tree.iter("table"))
    assert tables
    for table in tables:
        assert text_of(table.find("caption"))
        assert all(th.get("scope") in ("col", "row") for th in table.iter("th"))
        width = len(table.findall("thead/tr/th"))
        assert {len(list(row)) for row in table.findall("tbody/tr")} == {width}


def test_every_table_scrolls_in_a_box_that_the_keyboard_reaches(tree):
    boxes = [e for e in tree.iter("div") if e.get("class") == "scroll"]
    assert len(boxes) == len(list(tree.iter("table")))
    assert all(b.get("tabindex") == "0" and b.get("role") == "region" and b.get("aria-label") for b in boxes)


def test_every_figure_says_its_numbers_in_words(tree):
    figures = list(tree.iter("figure"))
    assert figures
    for figure in figures:
        svg = next(e for e in figure.iter() if str(e.tag).endswith("svg"))
        assert svg.get("role") == "img"
        desc = next(e for e in svg if str(e.tag).endswith("desc"))
        assert re.search(r"\d", text_of(desc))
        assert text_of(figure.find("figcaption"))


def test_no_status_is_colour_alone(tree):
    spans = [e for e in tree.iter("span") if "status" in (e.get("class") or "").split()]
    assert spans
    assert all(text_of(s) for s in spans)


def test_nothing_is_fetched(page, tree):
    assert not list(tree.iter("script"))
    assert not list(tree.iter("iframe"))
    assert all(link.get("href") == "data:," for link in tree.iter("link"))
    assert not [e for e in tree.iter() if isinstance(e.tag, str) and e.get("src")]
    assert "@import" not in page
    assert "@font-face" not in page
    away = {a.get("href") for a in tree.iter("a") if re.match(r"(https?:)?//", a.get("href") or "")}
    assert all(h.startswith("https://doi.org/") for h in away)
    outside = re.sub(r'<a href="https://doi\.org/[^"]*">', "", page)
    assert "http:" not in outside
    assert "https:" not in outside


def test_content_policy_forbids_everything_but_its_own_style(tree):
    policy = next(m.get("content") for m in tree.iter("meta") if m.get("http-equiv") == "Content-Security-Policy")
    assert policy == "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
    assert not [e for e in tree.iter() if isinstance(e.tag, str) and any(k.startswith("on") for k in e.attrib)]


def test_styles_for_dark_print_motion_and_focus(page):
    for rule in ("prefers-color-scheme: dark", "@media print", "prefers-reduced-motion", ":focus-visible"):
        assert rule in page


def test_same_record_gives_same_bytes(made_up, cohort_page, person_page):
    assert render_cohort(made_up.cohort()) == cohort_page
    assert render_participant(made_up.participant(scans=1)) == person_page


def test_banned_words_are_nowhere(page):
    text = re.sub(r"<ol class=\"references\">.*?</ol>", "", page, flags=re.S)  # titles of others' papers are theirs
    for phrase in BANNED:
        assert phrase not in text.lower()
    assert "TSPO signal" in text


def test_hostile_name_shows_as_text(made_up):
    hostile = dataclasses.replace(made_up.participant(scans=1), participant_id=EVIL)
    for page in (render_participant(hostile), render_cohort(made_up.cohort(EVIL))):
        tree = parsed(page)
        assert not list(tree.iter("script"))
        assert any(EVIL in text_of(e) for e in tree.iter())


def test_hostile_texts_show_as_text(made_up):
    report = made_up.cohort()
    problem = dataclasses.replace(report.problems[0], message=EVIL, where=EVIL, mend=EVIL)
    finding = dataclasses.replace(
        report.hypotheses[0].findings[0], region=EVIL, contrast=EVIL, method=EVIL, n={EVIL: 1}, excluded=((EVIL, EVIL),)
    )
    hypothesis = dataclasses.replace(report.hypotheses[0], findings=(finding,), question=EVIL)
    tree = parsed(render_cohort(dataclasses.replace(report, problems=(problem,), hypotheses=(hypothesis,))))
    assert not list(tree.iter("script"))


def test_every_number_of_a_fit_links_to_its_file(person_page):
    tree = parsed(person_page)
    tables = [t for t in tree.iter("table") if "estimate ± standard error" in text_of(t.find("caption"))]
    assert len(tables) == 3
    for table in tables:
        model = text_of(table.find("caption")).split(",")[0]
        for cell in (td for td in table.iter("td") if td.get("class") == "n"):
            assert cell.find("a").get("href").endswith(f"_model-{model}_kinpar.tsv")
            assert cell.find("a").get("href").startswith("../sub-01/")


def test_every_number_of_the_cohort_table_links_to_its_file(cohort_page):
    tree = parsed(cohort_page)
    cells = [a for a in tree.iter("a") if re.fullmatch(r"\.\./sub-\d\d/pet/.*_kinpar\.tsv", a.get("href") or "")]
    assert len(cells) == 17 * 3 * 6


def test_every_estimate_of_a_finding_links_to_its_file(cohort_page):
    tree = parsed(cohort_page)
    table = next(t for t in tree.iter("table") if "finding.json" in text_of(t.find("caption")))
    links = [td.find("a").get("href") for td in table.iter("td") if td.find("a") is not None]
    assert links == ["../group/contrast-vt/finding.json"] * 6


def test_no_number_stands_without_its_unit(person_page):
    tree = parsed(person_page)
    table = next(t for t in tree.iter("table") if text_of(t.find("caption")).startswith("2TCM,"))
    heads = {text_of(th).split()[0]: text_of(th) for th in table.findall("thead/tr/th")}
    assert heads["VT"] == "VT mL/cm³"
    assert heads["K1"] == "K1 mL/cm³/min"
    assert heads["k2"] == "k2 1/min"


def test_values_are_rounded_by_their_error(person_page):
    assert ">3.41 ± 0.12</a>" in person_page
    assert "3.412" not in re.sub(r"<svg.*?</svg>", "", person_page, flags=re.S)


def test_status_sentence_is_visible_and_a_tooltip(person_page):
    sentence = FitStatus.AT_BOUND.sentence
    assert f'title="{sentence}"' in person_page
    assert f"<dt>at bound:</dt> <dd>{sentence}.</dd>" in person_page


def test_failed_model_is_shown_with_its_reason(person_page):
    assert FitStatus.NOT_CONVERGED.sentence in person_page
    assert "n/a" in person_page


def test_unusable_dose_says_why_in_place_of_a_number(person_page):
    assert "RadionuclideTotalDose 654 MBq" in person_page
    assert "nan MBq" not in person_page


def test_nan_never_reaches_the_reader(page):
    text = re.sub(r"<[^>]*>", " ", page)
    assert not re.search(r"(?<![A-Za-z])(nan|NaN|None|inf)(?![A-Za-z])", text)


def test_safeguards_stand_on_the_page_with_their_severity(cohort_page):
    assert "Not separable from sex: all patients are women." in cohort_page
    assert 'class="guard refuse"' in cohort_page
    assert 'class="guard warn"' in cohort_page


def test_failures_are_listed_with_step_cause_memory_and_log(cohort_page):
    row = re.search(r'<tr><th scope="row">sub-18</th>.*?</tr>', cohort_page, re.S)[0]
    for said in ("fit-kinetics", "out of memory", "3.95 GB", "../logs/sub-18.log"):
        assert said in row


def test_excluded_people_are_named_with_the_reason(cohort_page):
    assert re.search(r'<th scope="row">sub-11</th><td>no rs6971 genotype</td><td>all regions</td>', cohort_page)


def test_citations_are_numbered_as_they_are_read(page):
    tree = parsed(page)
    numbers = [text_of(a) for a in tree.iter("a") if (a.get("href") or "").startswith("#ref-")]
    first_seen = list(dict.fromkeys(numbers))
    assert sorted(first_seen, key=int) == [str(i + 1) for i in range(len(first_seen))]
    references = [li for li in tree.iter("li") if (li.get("id") or "").startswith("ref-")]
    assert [li.get("id") for li in references] == [f"ref-{i + 1}" for i in range(len(references))]


def test_unknown_citation_is_named_not_dropped(made_up):
    report = made_up.participant(scans=1)
    paragraph = dataclasses.replace(
        report.methods[0], sentences=(type(report.methods[0].sentences[0])("X.", ("zz9",)),)
    )
    assert "zz9 (not in the table of sources)" in render_participant(dataclasses.replace(report, methods=(paragraph,)))


def test_empty_reports_are_whole_pages():
    study, provenance = StudyFacts("empty"), Provenance("0.1.0")
    cohort = render_cohort(CohortReport(study, provenance))
    person = render_participant(ParticipantReport("sub-01", study, provenance))
    for page in (cohort, person):
        parsed(page)
        assert "None was found." in page
    assert "The study file asks nothing" in cohort
    assert "Nothing of this person could be read." in person


def test_hypothesis_without_findings_is_said(made_up):
    report = made_up.cohort()
    bare = dataclasses.replace(report.hypotheses[0], findings=())
    assert "No region was tested." in render_cohort(dataclasses.replace(report, hypotheses=(bare,)))


def test_blood_that_gave_no_input_is_said(made_up):
    report = made_up.participant(scans=1)
    blood = dataclasses.replace(report.scans[0].blood, input_function=None, parts={}, estimates={})
    page = render_participant(dataclasses.replace(report, scans=(dataclasses.replace(report.scans[0], blood=blood),)))
    parsed(page)
    assert "No input function could be made" in page


def test_long_atlas_stays_small_and_links_by_row(made_up):
    fits = tuple(made_up.fit("2TCM", f"region-{i:03d}", 1.0) for i in range(110))
    report = made_up.participant(scans=1)
    scan = dataclasses.replace(
        report.scans[0], fits=dict.fromkeys(("2TCM", "1TCM", "MA1", "SRTM"), fits), preferred=("2TCM",)
    )
    page = render_participant(dataclasses.replace(report, scans=(scan,)))
    tree = parsed(page)
    assert len(page) < 1_000_000
    rows = [th for th in tree.iter("th") if th.get("scope") == "row" and th.find("a") is not None]
    assert len(rows) >= 110
    assert "98 further regions not drawn" in page


def test_pages_are_small(page):
    assert len(page.encode()) < 3_000_000


def test_page_says_what_is_blocked_and_the_mend_can_be_copied(made_up):
    problem = dataclasses.replace(
        made_up.PROBLEM, mend='if right, write: [[pet.X.correction]] field = "Units", value = "<b>kBq</b>"'
    )
    page = render_cohort(dataclasses.replace(made_up.cohort(), problems=(problem,)))
    tree = parsed(page)
    assert "SUV is blocked by dose-implausible" in text_of(tree)
    assert [text_of(p) for p in tree.iter("pre")] == ['[[pet.X.correction]] field = "Units" value = "<b>kBq</b>"']


def test_heading_of_a_finding_names_measure_model_and_tracer(made_up):
    report = made_up.cohort()
    one = dataclasses.replace(report.hypotheses[0], tracers=("[11C]<PBR28>",))
    said = text_of(parsed(render_cohort(dataclasses.replace(report, hypotheses=(one,)))))
    assert "VT (2TCM) · [11C]<PBR28> · hypothesis" in said
    assert "VT (2TCM) in FC" in said


def test_person_without_numbers_or_with_a_failure_says_so(made_up):
    report = made_up.cohort()
    people = tuple(
        dataclasses.replace(report.people[0], numbers=n, missing=m, failed=f)
        for n, m, f in ((84, 0, ()), (84, 3, ()), (0, 0, ()), (9, 0, ("fit-kinetics",)))
    )
    said = text_of(parsed(render_cohort(dataclasses.replace(report, people=people))))
    for words in ("all 84 numbers", "3 of 84 numbers missing", "no number", "failed: fit-kinetics"):
        assert words in said


def test_atlas_draws_twelve_regions_and_says_so(made_up):
    report = made_up.cohort()
    wide = dataclasses.replace(report.hypotheses[0], findings=tuple(made_up.finding(f"r{i}") for i in range(15)))
    page = render_cohort(dataclasses.replace(report, hypotheses=(wide,), measures=(), truth=()))
    assert page.count("<svg") == 13  # twelve regions and the forest
    assert "3 further regions without a figure of their own" in text_of(parsed(page))
