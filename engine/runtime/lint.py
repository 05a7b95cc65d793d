"""Everything that can be said against a bundle before it is deployed, in the order of its files."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from engine.model import Finding
from engine.runtime import (
    lint_bundle,
    lint_calls,
    lint_expressions,
    lint_forms,
    lint_graph,
    lint_law,
    lint_letters,
    lint_shape,
    lint_soundness,
    lint_terms,
    parser,
)
from engine.runtime.bundle import MAIN, Bundle
from engine.runtime.expressions import Names
from engine.runtime.subject import Subject


def findings(bundle: Bundle, services: frozenset[str] | None = None) -> tuple[Finding, ...]:
    """What is wrong with a bundle. `services` are the registered names; without it they are not checked.

    Findings with `error` stop a deployment; the others are advice. A diagram with elements that cannot be run is
    not judged by its ways: that comes when they are mended.
    """
    return _sorted(_all(Subject(bundle, services)))


def diagram_findings(source: bytes, path: str) -> tuple[Finding, ...]:
    """What is wrong with one diagram on its own, whatever the rest of its procedure says."""
    try:
        reading = parser.read(source, path)
    except parser.ParseRefused as refusal:
        return refusal.findings
    subject = Subject(Bundle({MAIN: source}))
    own = (lint_shape, lint_graph, lint_soundness) if not subject.too_large else ()
    found = [replace(one, path=path) for module in own for one in module.findings(subject)]
    return _sorted([*reading.findings, *found])


def _sorted(found: Iterable[Finding]) -> tuple[Finding, ...]:
    return tuple(sorted(dict.fromkeys(found), key=lambda one: (one.path, one.line, one.element_id, one.code)))


def _all(subject: Subject) -> Iterator[Finding]:
    names = Names(subject)
    yield from subject.reading_findings
    yield from lint_bundle.findings(subject)
    if subject.too_large:
        return
    yield from lint_calls.findings(subject)
    yield from lint_shape.findings(subject)
    yield from lint_graph.findings(subject)
    yield from lint_soundness.findings(subject)
    yield from lint_forms.findings(subject, names)
    yield from lint_expressions.findings(subject, names)
    yield from lint_law.findings(subject, names.coming)
    yield from lint_terms.findings(subject, names.coming)
    yield from lint_letters.findings(subject, names.coming)
