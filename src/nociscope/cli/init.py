"""``nociscope init``: a commented study file, from what a dataset holds."""

from __future__ import annotations

from nociscope.cli.run import BidsDir
from nociscope.core.errors import InputError


def command(bids_dir: BidsDir) -> None:
    """Write a commented study file.

    It goes to BIDS_DIR/code/nociscope.toml and is made from what the dataset holds.
    """
    from nociscope.io.index import index_dataset
    from nociscope.io.study import write_study_template

    path = bids_dir / "code" / "nociscope.toml"
    if path.exists():
        raise InputError(
            "there is a study file already", where=str(path), do="edit it, or move it away and call init again"
        )
    path.parent.mkdir(parents=True, exist_ok=True)
    write_study_template(index_dataset(bids_dir), path)
    print(f"Wrote {path}. Edit it, then: nociscope check {bids_dir}")
