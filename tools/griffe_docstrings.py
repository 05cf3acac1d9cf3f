"""Teach the documentation our docstrings: ``name : what it is, shape, unit``, with types in annotations only.

numpydoc reads what follows the colon as a type. Here it is the description, and the type stands in the signature.
"""

from __future__ import annotations

from typing import Any

import griffe

KINDS = {griffe.DocstringSectionKind.parameters, griffe.DocstringSectionKind.other_parameters}
PROSE = {griffe.DocstringSectionKind.returns, griffe.DocstringSectionKind.yields}


class DescriptionsAfterTheColon(griffe.Extension):
    """Move what stands after a colon from the type to the description."""

    def on_object(self, *, obj: griffe.Object, **_: Any) -> None:
        """Mend the docstring of one object; mkdocstrings reads the parsed sections later."""
        if obj.docstring is None:
            return
        sections = obj.docstring.parse("numpy", warn_unknown_params=False)
        for section in sections:
            if section.kind in KINDS:
                _mend_parameters(section.value, obj)
            if section.kind in PROSE:
                _mend_prose(section.value)
        vars(obj.docstring)["parsed"] = sections  # a cached property, filled before it is asked for


def _mend_parameters(parameters: list[griffe.DocstringParameter], obj: griffe.Object) -> None:
    for parameter in parameters:
        text = str(parameter.annotation or "")
        if " " in text or text.startswith("("):
            parameter.description = f"{text} {parameter.description}".strip()
            parameter.annotation = _annotation(parameter.name, obj)


def _annotation(name: str, obj: griffe.Object) -> Any:
    if isinstance(obj, griffe.Function):
        return obj.parameters[name].annotation if name in obj.parameters else None
    member = obj.members.get(name)
    return getattr(member, "annotation", None)


def _mend_prose(returned: list[griffe.DocstringReturn]) -> None:
    """Join the lines of a paragraph, which numpydoc takes for one type a line."""
    texts = [f"{item.annotation or ''} {item.description}".strip() for item in returned]
    if returned and any(" " in str(item.annotation or "") for item in returned):
        returned[0].annotation, returned[0].description = None, " ".join(texts)
        del returned[1:]
