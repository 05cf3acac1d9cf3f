"""The report in a real browser: from disk, alone, at every width, in the dark and on paper."""

import struct

import pytest

pytestmark = pytest.mark.browser
NAMES = ("cohort", "participant", "kinds")
WIDTHS = (360, 768, 1280)

OVERFLOWING = """
[...document.querySelectorAll('main *')].filter(e => !e.closest('.scroll') && !e.closest('svg')
  && e.getBoundingClientRect().right > innerWidth + 1).map(e => e.outerHTML.slice(0, 120))
"""
CONTRAST = """
(() => {
  const lum = c => { const [r, g, b] = c.match(/[\\d.]+/g).map(Number).map(v => v / 255)
    .map(v => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4); return 0.2126 * r + 0.7152 * g + 0.0722 * b }
  const paper = e => { for (; e; e = e.parentElement) { const c = getComputedStyle(e).backgroundColor
    if (!c.startsWith('rgba(0, 0, 0, 0')) return c } return 'rgb(255,255,255)' }
  const worst = {}
  for (const e of document.querySelectorAll('p,li,td,th,dt,dd,a,figcaption,caption,summary,.status,h1,h2,h3,h4,b')) {
    if (!e.textContent.trim()) continue
    const a = lum(getComputedStyle(e).color), b = lum(paper(e))
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05)
    if (ratio < 4.5) worst[e.tagName + '.' + e.className] = ratio
  }
  return worst
})()
"""


@pytest.fixture(autouse=True)
def screen_again(chrome):
    chrome.media("screen", "light")
    chrome.size(1280)


@pytest.mark.parametrize("name", NAMES)
def test_it_opens_from_disk_alone_and_without_complaint(chrome, pages, name):
    chrome.open(pages[name])
    assert chrome.trouble() == []
    assert chrome.requests() == [pages[name].resolve().as_uri()]
    assert chrome.run("document.title")
    assert chrome.run("document.querySelectorAll('svg.fig').length") > 3


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", NAMES)
def test_nothing_runs_over_the_edge(chrome, pages, name, width):
    chrome.size(width)
    chrome.open(pages[name])
    chrome.run("document.querySelectorAll('details').forEach(d => d.open = true)")
    assert chrome.run("document.documentElement.scrollWidth") <= width
    assert chrome.run(OVERFLOWING) == []


def test_a_wide_table_scrolls_in_its_own_box(chrome, pages):
    chrome.size(360)
    chrome.open(pages["participant"])
    wide = chrome.run("[...document.querySelectorAll('.scroll')].filter(e => e.scrollWidth > e.clientWidth).length")
    assert wide >= 1
    boxes = chrome.run("[...document.querySelectorAll('.scroll')].every(e => e.getBoundingClientRect().right <= 361)")
    assert boxes is True


@pytest.mark.parametrize("name", NAMES)
def test_text_in_figures_is_readable_on_a_phone(chrome, pages, name):
    chrome.size(360)
    chrome.open(pages[name])
    chrome.run("document.querySelectorAll('details').forEach(d => d.open = true)")
    # a turned axis label has its scale in b, not in a
    smallest = chrome.run(
        "Math.min(...[...document.querySelectorAll('svg.fig text')].map(t => [t, t.getScreenCTM()])"
        ".map(([t, m]) => parseFloat(getComputedStyle(t).fontSize) * Math.hypot(m.a, m.b)))"
    )
    assert smallest >= 7


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", NAMES)
def test_contrast_is_enough(chrome, pages, name, scheme):
    chrome.media("screen", scheme)
    chrome.open(pages[name])
    assert chrome.run(CONTRAST) == {}


def test_figures_turn_dark_with_the_page(chrome, pages):
    def ink():
        chrome.open(pages["cohort"])
        return chrome.run("getComputedStyle(document.querySelector('svg.fig text')).fill")

    light = ink()
    chrome.media("screen", "dark")
    assert ink() != light


def test_the_keyboard_reaches_content_first(chrome, pages):
    chrome.open(pages["cohort"])
    for kind in ("keyDown", "keyUp"):
        chrome.call("Input.dispatchKeyEvent", type=kind, key="Tab", code="Tab", windowsVirtualKeyCode=9)
    assert chrome.run("document.activeElement.className") == "skip"
    assert chrome.run("document.activeElement.getBoundingClientRect().left >= 0") is True


def test_links_between_pages_lead_somewhere(chrome, pages):
    chrome.open(pages["cohort"])
    href = chrome.run("document.querySelector('a[href=\"sub-01.html\"]').href")
    assert href == pages["participant"].resolve().as_uri()
    chrome.open(pages["participant"])
    assert chrome.run("document.querySelector('.kicker a').href") == pages["cohort"].resolve().as_uri()


def test_a_hostile_name_runs_nothing(chrome, made_up, tmp_path):
    from nociscope.report import render_cohort

    page = tmp_path / "evil.html"
    page.write_text(render_cohort(made_up.cohort("<img src=x onerror=\"document.title='pwned'\">")), encoding="utf-8")
    chrome.open(page)
    assert chrome.run("document.title") != "pwned"
    assert chrome.run("document.querySelectorAll('main img').length") == 0
    assert "<img src=x" in chrome.run("document.body.innerText")


@pytest.mark.parametrize("name", NAMES)
def test_print_opens_what_is_folded_and_makes_a_pdf(chrome, pages, name):
    chrome.media("print")
    chrome.size(760)
    chrome.open(pages[name])
    hidden = chrome.run(
        "[...document.querySelectorAll('details table')].filter(t => t.getBoundingClientRect().height < 5).length"
    )
    assert hidden == 0
    assert chrome.run("getComputedStyle(document.querySelector('nav')).display") == "none"
    pdf = chrome.pdf()
    assert pdf.startswith(b"%PDF-")
    assert len(pdf) > 20_000


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (360, "light"), (1280, "dark")])
@pytest.mark.parametrize("name", NAMES)
def test_a_screenshot_is_written_and_shows_something(chrome, pages, tmp_path, name, width, scheme):
    chrome.media("screen", scheme)
    chrome.size(width)
    chrome.open(pages[name])
    data = chrome.screenshot(tmp_path / "page.png").read_bytes()
    assert data.startswith(b"\x89PNG")
    assert struct.unpack(">I", data[16:20])[0] == width
    assert len(data) > 50_000  # an empty page compresses to a few kilobytes
