"""The built documentation opens without a network: ``python -m tools.check_site site``."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

LOADING = {("script", "src"), ("img", "src"), ("iframe", "src"), ("source", "src"), ("video", "src"), ("embed", "src")}
# <link> loads a sheet, an icon or a font; these kinds only point somewhere.
POINTING = {"canonical", "alternate", "prev", "next", "license", "author", "edit"}
_CSS_URL = re.compile(r"(?:@import\s+|url\()\s*['\"]?(https?:)?//", re.IGNORECASE)


class _Loads(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.addresses: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if tag == "link" and not set(found.get("rel", "").split()) & POINTING:
            self.addresses.append(found.get("href", ""))
        self.addresses += [value for name, value in found.items() if (tag, name) in LOADING]


def outside(page: str) -> list[str]:
    """Return addresses elsewhere that a page would load by itself; a link to click on is not one."""
    loads = _Loads()
    loads.feed(page)
    return [a for a in loads.addresses if re.match(r"(https?:)?//", a)]


def faults(site: Path) -> Iterator[str]:
    """Find everything in a built site that would ask the network."""
    for path in sorted(site.rglob("*.html")):
        yield from (f"{path.relative_to(site)}: loads {a}" for a in outside(path.read_text(encoding="utf-8")))
    for path in sorted(site.rglob("*.css")):
        if _CSS_URL.search(path.read_text(encoding="utf-8")):
            yield f"{path.relative_to(site)}: a style sheet loads from elsewhere"


def main() -> int:
    """Print what would be loaded; exit code 1 where there is something, or no site."""
    site = Path(sys.argv[1])
    found = list(faults(site)) if (site / "index.html").exists() else [f"no site in {site}"]
    print(*found or [f"documentation: {site}/index.html"], sep="\n")
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main())
