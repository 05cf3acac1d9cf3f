"""Data do not belong in the repository: ``python -m tools.large_files FILE…`` refuses a file above half a megabyte."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path

LIMIT_BYTES = 512 * 1024
ALLOWED = ("uv.lock",)


def too_large(paths: Iterable[Path]) -> list[Path]:
    """Files above the limit."""
    return [p for p in paths if p.name not in ALLOWED and p.is_file() and p.stat().st_size > LIMIT_BYTES]


if __name__ == "__main__":
    found = too_large(Path(p) for p in sys.argv[1:])
    for path in found:
        print(
            f"{path}: {path.stat().st_size / 1024:.0f} KiB is more than {LIMIT_BYTES // 1024} KiB; keep data elsewhere"
        )
    sys.exit(int(bool(found)))
