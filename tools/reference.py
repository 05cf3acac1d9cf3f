"""Pages of the reference, written from the tables that the program itself uses.

Each function returns the Markdown of one page; `PAGES` lists them. Nothing here is a copy of something that is true
elsewhere: a quantity, model or tracer that is added appears on its page at the next build.
"""

from __future__ import annotations

import inspect
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from typing import Any, get_args, get_origin

from nociscope.core.vocabulary import VOCABULARY, quantity
from tools.figures import ROOT
from tools.markdown import cited, code, number, page, table
from tools.reference_instruments import instruments

EDIT_NOTE = "*Made from `{source}` when this documentation was built.*"


def measures() -> str:
    """Every quantity of the vocabulary."""
    rows = [
        (code(q.symbol), q.name, q.unit, number(q.low), number(q.high), cited(q.cites)) for q in VOCABULARY.values()
    ]
    return page(
        "Measures",
        "Every quantity that nociscope reads, computes, writes or draws. The symbol is the name in code, in columns "
        "and on axes; the unit belongs to the quantity and never changes. A value outside the plausible range keeps "
        "its place and gets the status `implausible`.",
        table(("symbol", "name", "unit", "from", "to", "source"), rows),
        EDIT_NOTE.format(source="core/vocabulary.py"),
    )


def statuses() -> str:
    """Every status, by whether it keeps its value."""
    from nociscope.core.status import FitStatus

    def rows(*, keeps: bool) -> list[tuple[str, str]]:
        return [(code(s.value), s.sentence) for s in FitStatus if s.keeps_value is keeps]

    return page(
        "Statuses",
        "A status stands beside every estimated number. Only `ok` enters a hypothesis, unless the study file accepts "
        "another status by name.",
        "## The number exists",
        table(("status", "meaning"), rows(keeps=True)),
        "## There is no number",
        "The cell holds `n/a`, in Python `nan`; the row stays.",
        table(("status", "meaning"), rows(keeps=False)),
        EDIT_NOTE.format(source="core/status.py"),
    )


def errors() -> str:
    """The tree of errors, as its module draws it, and what each is besides."""
    from nociscope.core import errors as module

    tree = inspect.getdoc(module) or ""
    kinds = [c for c in vars(module).values() if inspect.isclass(c) and issubclass(c, module.NociscopeError)]
    rows = [(code(c.__name__), (inspect.getdoc(c) or "").split("\n")[0], code(_builtin(c))) for c in kinds]
    return page(
        "Errors",
        "What is wrong with a call or a dataset raises; what is wrong with one curve becomes a "
        "[status](statuses.md). Every message says what was expected, what was found and what to do.",
        "```text\n" + tree.split("\n\n")[1] + "\n```",
        table(("error", "meaning", "also caught as"), rows),
        EDIT_NOTE.format(source="core/errors.py"),
    )


def _builtin(kind: type) -> str:
    return next(c.__name__ for c in kind.__mro__ if c.__module__ == "builtins")


def study_file() -> str:
    """Every key of the study file."""
    from nociscope.core.study import RESERVED_SECTIONS, Study

    return page(
        "Study file",
        "TOML. Every section has a default, so an empty file is a valid study. An unknown key is an error with its "
        "line, never ignored. How to write one: [Write a study file](../how-to/write-a-study-file.md).",
        *_sections(Study, ""),
        "## Not built yet",
        "Naming one of these sections is an error that says so: " + ", ".join(code(s) for s in RESERVED_SECTIONS) + ".",
        EDIT_NOTE.format(source="core/study.py"),
    )


def _sections(model: Any, prefix: str) -> Iterator[str]:
    """Describe a section, then the sections inside it."""
    plain, inner = [], []
    for name, field in model.model_fields.items():
        (inner if _section_of(field.annotation) else plain).append((name, field))
    if plain:
        rows = [(code(n), code(_type(f.annotation)), code(_default(f)), f.description or "") for n, f in plain]
        yield f"## {code(prefix)}"
        yield (inspect.getdoc(model) or "").partition(": ")[2]
        yield table(("key", "type", "default", "meaning"), rows)
    for name, field in inner:
        kind, many = _section_of(field.annotation)  # type: ignore[misc]
        yield from _sections(kind, _header(prefix, name, many))


def _header(prefix: str, name: str, many: str) -> str:
    path = ".".join([p for p in (prefix.strip("[]"), name) if p]) + (".<tracer>" if many == "dict" else "")
    return f"[[{path}]]" if many == "list" else f"[{path}]"


def _section_of(annotation: Any) -> tuple[Any, str] | None:
    """Find the section that a field holds, alone, in a list or in a table of names."""
    from nociscope.core.study import Section

    if inspect.isclass(annotation) and issubclass(annotation, Section):
        return annotation, ""
    inside = [a for a in get_args(annotation) if inspect.isclass(a) and issubclass(a, Section)]
    return (inside[0], get_origin(annotation).__name__) if inside else None


def _type(annotation: Any) -> str:
    text = annotation.__name__ if inspect.isclass(annotation) and not get_args(annotation) else str(annotation)
    text = text.replace("typing.", "").replace("NoneType", "None")
    if text.startswith("Literal["):
        return " | ".join(repr(a) for a in get_args(annotation))
    return text


def _default(field: Any) -> str:
    if field.is_required():
        return "required"
    value = field.get_default(call_default_factory=True)
    return "" if value is None else json.dumps(value, ensure_ascii=False)


def models() -> str:
    """Every kinetic model: equation, parameters with bounds, what it assumes and when it misleads."""
    from nociscope.models.pet import MODELS

    needs = {"arterial": "arterial input", "reference": "reference region", "none": "neither input nor reference"}
    overview = [(f"[{m.name}](#{m.name.lower()})", needs[m.needs], code(m.outcome)) for m in MODELS.values()]
    return page(
        "Kinetic models",
        "More on what they assume: [Kinetic models](../explanation/kinetic-models.md). To add one: "
        "[Add a model](../how-to/add-a-model.md).",
        table(("model", "needs", "gives"), overview),
        *(_model(m) for m in MODELS.values()),
        EDIT_NOTE.format(source="models/pet/"),
    )


def _model(model: Any) -> str:
    fitted = {p.symbol: p for p in getattr(model, "params", ())}
    rows = []
    for symbol in model.symbols:
        q, p = quantity(symbol), fitted.get(symbol)
        bounds = f"{number(p.low)} to {number(p.high)}" if p else ""
        rows.append((code(symbol), q.name, q.unit, bounds))
    return "\n\n".join(
        (
            f"## {model.name} {{ #{model.name.lower()} }}",
            f"```text\n{model.equation}\n```",
            table(("symbol", "quantity", "unit", "bounds of the fit"), rows),
            f"**Assumes:** {model.assumes}.",
            f"**Misleads:** {model.lies}.",
            f"Source: {cited(model.cites)}.",
        )
    )


def tracers() -> str:
    """Every tracer, with its sources and what is open."""
    from nociscope.io.tracers import tracers as known

    overview = [
        (f"[{t.name}](#{t.label.lower()})", t.target, t.radionuclide, ", ".join(t.models), t.genotype or "–")
        for t in known().values()
    ]
    return page(
        "Tracers",
        "What is known of each tracer, and what the literature leaves open. A statement without a source that could "
        "be checked is marked *unverified*. A tracer that is not here runs with nothing assumed, and the report says "
        "so. To add one: [Add a tracer](../how-to/add-a-tracer.md).",
        table(("tracer", "target", "nuclide", "preferred models", "genotype"), overview),
        *(_tracer(t) for t in known().values()),
        EDIT_NOTE.format(source="io/tracer_files/"),
    )


def _tracer(t: Any) -> str:
    facts = [
        ("target", "target", t.target),
        ("its signal means", "means", t.means),
        ("it does not mean", "does_not_mean", t.does_not_mean),
        ("radionuclide", "radionuclide", f"{t.radionuclide}, half-life {t.half_life_min:g} min"),
        ("window of SUV and SUVR", "window_min", _span(t.window_min, "min")),
        ("length of a dynamic scan", "scan_min", "" if t.scan_min is None else f"{t.scan_min:g} min"),
        ("preferred models", "models", ", ".join(t.models)),
        ("reference regions", "reference", "; ".join(_reference(r) for r in t.references)),
        ("genotype", "genotype", " – ".join(p for p in (t.genotype, t.genotype_note) if p)),
        ("age", "age", t.age),
        ("sex", "sex", t.sex),
        ("usual dose", "dose_MBq", _span(t.dose_MBq, "MBq")),
        ("usual V<sub>T</sub>", "vt_range", _span(t.vt_range, "mL/cm³")),
        ("left open", "open", "; ".join(t.open)),
    ]
    rows = [(name, text, _sources(t.sources.get(key, ()))) for name, key, text in facts if text]
    warning = f"!!! warning\n    {' '.join(t.warning.split())}" if t.warning else ""
    heading = f"## {t.name} {{ #{t.label.lower()} }}"
    return "\n\n".join(p for p in (heading, warning, table(("", "", "source"), rows)) if p)


def _span(span: tuple[float, float] | None, unit: str) -> str:
    return "" if span is None else f"{span[0]:g} to {span[1]:g} {unit}"


def _reference(reference: Any) -> str:
    return f"{reference.place} ({reference.kind}{': ' + reference.note if reference.note else ''})"


def _sources(keys: Sequence[str]) -> str:
    parts = ["*unverified*" if k == "unverified" else cited((k,)) for k in keys]
    return ", ".join(parts)


def steps() -> str:
    """Every step in order, with what it needs."""
    from nociscope.pipeline.steps.table import STEPS

    per = {"scan": "once per scan", "participant": "once per person", "group": "once for the group"}
    parts = []
    for step in STEPS:
        rows = [
            (code(role), " or ".join(str(s) for s in need.choices), "no" if need.optional else "yes")
            for role, need in step.needs.items()
        ]
        doc = (inspect.getdoc(inspect.getmodule(step.run)) or "").split("\n\n")[0]
        parts += [f"## {step.name}", f"{doc} Done {per[step.level]}.", table(("needs", "from", "required"), rows)]
    return page(
        "Steps",
        "What `nociscope run` does, in order. Needs and makes are the whole graph; there is no wiring. "
        "`--steps NAME…` runs only these and what they need.",
        *parts,
        EDIT_NOTE.format(source="pipeline/steps/"),
    )


def citations() -> str:
    """Every source."""
    from nociscope.core.citations import CITATIONS

    def entry(key: str) -> str:
        c = CITATIONS[key]
        link = f" [doi:{c.doi}](https://doi.org/{c.doi})" if c.doi else ""
        return f'- <span id="{key}">`{key}`</span> {c.authors} ({c.year}). {c.title}. *{c.journal}*.{link}'

    return page(
        "Citations",
        "The sources of models, tracers, ranges and methods, by the key that stands in the code.",
        "\n".join(entry(key) for key in sorted(CITATIONS)),
        EDIT_NOTE.format(source="core/citations.py"),
    )


def figures() -> str:
    """Every measured figure, reached or not."""
    return page(
        "Figures",
        "What was promised and what is reached. `make validate` and `make bench` measure these again; the command "
        "beside a figure measures that one. A goal that is not reached stays here as such. Times are processor "
        "time with one thread.",
        "## Being right",
        _figures("validation"),
        "## Being quick",
        _figures("benchmarks"),
    )


def _figures(folder: str) -> str:
    path = ROOT / folder / "results.json"
    rows = json.loads(path.read_text(encoding="utf-8")) if path.exists() else []
    if not rows:
        return f"Nothing has been measured yet; `make {'validate' if folder == 'validation' else 'bench'}` does."
    verdict = {True: "yes", False: "**no**", None: ""}
    cells = [
        (
            f"{r['what']}<br>`{r['command']}`",
            _quantity(r["value"], r["unit"]),
            r["goal"],
            verdict[r["ok"]],
            " ".join(str(p) for p in (r["peer"], _quantity(r["peer_value"], r["unit"])) if p),
        )
        for r in rows
    ]
    machines = sorted({r["machine"] for r in rows})
    drawn = table(("figure", "value", "goal", "reached", "beside"), cells)
    return f"{drawn}\n\nMeasured on: {'; '.join(machines)}."


def _quantity(value: float | None, unit: str) -> str:
    if value is None:
        return ""
    return f"{value:g}" if unit == "1" else f"{value:g} {unit}"


def command_line() -> str:
    """Every verb, in the words of its own ``--help``."""
    from nociscope.cli.main import COMMANDS

    verbs = [f"## {name}\n\n```text\n{_help(name)}\n```" for name in COMMANDS]
    return page(
        "Command line",
        "Exit codes: 0 all done; 1 some participants failed, the rest is done and the failures are listed at the end "
        "and in `logs/`; 2 the call or the dataset is unusable.",
        "As BIDS-Apps do, `nociscope BIDS_DIR OUTPUT_DIR participant` works without the verb `run`.",
        *verbs,
        EDIT_NOTE.format(source="nociscope --help"),
    )


def _help(verb: str) -> str:
    command = [sys.executable, "-m", "nociscope.cli.main", verb, "--help"]
    plain = os.environ | {"COLUMNS": "100", "TERM": "dumb", "NO_COLOR": "1"}
    return subprocess.run(command, capture_output=True, text=True, check=True, env=plain).stdout.strip()


PAGES: dict[str, Callable[[], str]] = {
    "reference/command-line.md": command_line,
    "reference/study-file.md": study_file,
    "reference/measures.md": measures,
    "reference/models.md": models,
    "reference/tracers.md": tracers,
    "reference/instruments.md": instruments,
    "reference/steps.md": steps,
    "reference/statuses.md": statuses,
    "reference/errors.md": errors,
    "reference/figures.md": figures,
    "reference/citations.md": citations,
}
"""Address of each generated page and what writes it."""
