"""Take the picture of a report that the documentation shows: places of one page side by side.

``python -m tools.screenshot OUT/report/index.html docs/images/report.png``, after
``nociscope run BIDS_DIR OUT participant`` and ``group`` with ``--study pbr28-test-retest``. Needs Chromium or Chrome.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import shutil
import tempfile
from pathlib import Path
from types import ModuleType

from PIL import Image

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
DRIVER = Path(__file__).resolve().parents[1] / "tests" / "browser" / "chrome.py"
ABOVE = 24
"""Pixels left above a place."""


def browser() -> str:
    """Return the program named by ``BROWSER_PATH``, else the first that is installed."""
    found = os.environ.get("BROWSER_PATH") or next((b for b in map(shutil.which, BROWSERS) if b), None)
    if not found:
        raise SystemExit(f"no browser: install one of {', '.join(BROWSERS)}, or set BROWSER_PATH")
    return found


def driver() -> ModuleType:
    """Return the browser of the page tests; tests are not a package, so it is loaded by its path."""
    spec = importlib.util.spec_from_file_location("chrome", DRIVER)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def columns(page: Path, places: list[str], width: int, height: int) -> list[Image.Image]:
    """Return one column for each place of the page; the empty place is its top."""
    chrome = driver().Chrome(browser())
    try:
        chrome.size(width, height)
        chrome.open(page)
        tops = [
            int(chrome.run(f"document.getElementById({p!r}).getBoundingClientRect().top")) if p else 0 for p in places
        ]
        with tempfile.TemporaryDirectory() as folder:
            whole = Image.open(chrome.screenshot(Path(folder) / "page.png")).convert("RGB")
    finally:
        chrome.close()
    starts = [max(0, top - ABOVE) for top in tops]
    return [whole.crop((0, start, width, start + height)) for start in starts]


def main() -> None:
    """Paste one column for each place of the page and write the picture."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("page", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--places", nargs="+", default=["", "h-1"], help="ids of the page, each a column")
    parser.add_argument("--width", type=int, default=1280)
    parser.add_argument("--height", type=int, default=1490)
    chosen = parser.parse_args()
    each = chosen.width // len(chosen.places)
    picture = Image.new("RGB", (each * len(chosen.places), chosen.height), "white")
    for i, column in enumerate(columns(chosen.page, chosen.places, each, chosen.height)):
        picture.paste(column, (i * each, 0))
    picture.save(chosen.out, optimize=True)
    print(f"{chosen.out}: {picture.width} x {picture.height}, {chosen.out.stat().st_size // 1000} kB")


if __name__ == "__main__":
    main()
