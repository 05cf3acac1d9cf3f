"""What every figure function returns."""

from __future__ import annotations

from dataclasses import dataclass

from matplotlib.figure import Figure


@dataclass(frozen=True, eq=False)
class Drawing:
    """A figure with its title and its content in words.

    Parameters
    ----------
    figure : with its own canvas, free of global state.
    title : short; becomes ``<title>`` and the caption's first words.
    words : what the figure shows, numbers included, for whoever cannot see it; becomes ``<desc>``.
    caption : what is printed below; the words themselves where it is empty.
    """

    figure: Figure
    title: str
    words: str
    caption: str = ""
