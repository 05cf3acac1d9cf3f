"""``python -m validation [ID…]``: measure the figures of this folder and keep them in results.json."""

from tools.results import main

raise SystemExit(main("validation"))
