"""Hooks of mkdocs: the generated pages of the reference join the written ones."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from mkdocs.structure.files import File

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files

# mkdocs loads this file by path, so the root of the repository is not on the path yet
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tools.reference import PAGES


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Write every generated page; a page that cannot be made stops the build."""
    for address, write in PAGES.items():
        files.append(File.generated(config, address, content=write()))
    return files
