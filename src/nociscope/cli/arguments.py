"""From argv as BIDS-Apps allow it to argv as typer wants it.

BIDS-Apps give several labels after one option (``--participant-label 01 02``) and no verb
(``app BIDS_DIR OUTPUT_DIR participant``). Both are rewritten here, before parsing; nothing else is touched.
"""

from __future__ import annotations

from collections.abc import Sequence

SEVERAL = {
    "--participant-label": "--participant-label",
    "--participant_label": "--participant-label",
    "--session-label": "--session-label",
    "--session_label": "--session-label",
    "--steps": "--steps",
    "--derivatives": "--derivatives",
}
"""Options that take one value or more, with the spelling that typer knows."""

LEVELS = ("participant", "group")


def rewritten(argv: Sequence[str], commands: Sequence[str]) -> list[str]:
    """Return argv with the verb and one option a value.

    Parameters
    ----------
    argv : arguments after the program's name.
    commands : verbs that exist; anything else in first place is the BIDS-App triple when a level stands in argv.
    """
    words = list(argv)
    if words and words[0] not in commands and any(level in words for level in LEVELS):
        words.insert(0, "run")
    return _one_value_an_option(words)


def _one_value_an_option(words: Sequence[str]) -> list[str]:
    out: list[str] = []
    i = 0
    while i < len(words):
        if words[i] == "--":
            return [*out, *words[i:]]
        name, _, value = words[i].partition("=")
        if name not in SEVERAL:
            out.append(words[i])
            i += 1
            continue
        count = _values_after(words, i + 1)
        values = ([value] if value else []) + list(words[i + 1 : i + 1 + count])
        out += [part for v in values for part in (SEVERAL[name], v)] or [SEVERAL[name]]
        i += 1 + count
    return out


def _values_after(words: Sequence[str], first: int) -> int:
    """How many words from ``first`` on are values: up to the next option, or to BIDS_DIR OUTPUT_DIR LEVEL."""
    count = 0
    while first + count < len(words) and not words[first + count].startswith("-"):
        here = first + count
        if here + 2 < len(words) and words[here + 2] in LEVELS:
            break
        count += 1
    return count
