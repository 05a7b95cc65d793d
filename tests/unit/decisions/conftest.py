"""Shared for the tests of decisions: small DMN files written in few words."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from xml.sax.saxutils import escape, quoteattr

import pytest

from engine.decisions import DecisionModel, load

NAMESPACE = "https://www.omg.org/spec/DMN/20230324/MODEL/"


def definitions(body: str, *, namespace: str = "http://example.vn/rules", uri: str = NAMESPACE) -> bytes:
    return f'<definitions xmlns="{uri}" name="rules" namespace="{namespace}">{body}</definitions>'.encode()


def inputs(*names: str) -> str:
    """Input data: `name` or `name: type`; the id is the name with underscores."""
    made = []
    for text in names:
        name, _, kind = text.partition(": ")
        ref = f" typeRef={quoteattr(kind)}" if kind else ""
        made.append(
            f'<inputData id="{name.replace(" ", "_")}" name="{name}"><variable name="{name}"{ref}/></inputData>'
        )
    return "".join(made)


def literal(text: str) -> str:
    return f"<literalExpression><text>{escape(text)}</text></literalExpression>"


def decision(name: str, logic: str, *, needs: Sequence[str] = (), kind: str = "") -> str:
    """A decision; `needs` are input names, `decision:x` or `knowledge:x`."""
    links = []
    for need in needs:
        what, _, target = need.rpartition(":")
        tag = {"decision": "requiredDecision", "knowledge": "requiredKnowledge"}.get(what, "requiredInput")
        outer = "knowledgeRequirement" if what == "knowledge" else "informationRequirement"
        links.append(f'<{outer}><{tag} href="#{target.replace(" ", "_")}"/></{outer}>')
    ref = f" typeRef={quoteattr(kind)}" if kind else ""
    return (
        f'<decision id="{name.replace(" ", "_")}" name="{name}"><variable name="{name}"{ref}/>'
        f"{''.join(links)}{logic}</decision>"
    )


def table(
    columns: Sequence[str], outputs: Sequence[str], rules: Sequence[str], *, policy: str = "UNIQUE", also: str = ""
) -> str:
    """A table: columns `expression` or `expression [allowed]`, outputs `name [values] = default`,
    rules `cell | cell => result | result`."""
    made = [f'<decisionTable id="table" hitPolicy="{policy}"{also}>']
    for column in columns:
        text, _, allowed = column.partition(" [")
        values = f"<inputValues><text>{escape(allowed[:-1])}</text></inputValues>" if allowed else ""
        made.append(f"<input><inputExpression><text>{text}</text></inputExpression>{values}</input>")
    for output in outputs:
        head, _, default = output.partition(" = ")
        name, _, allowed = head.partition(" [")
        values = f"<outputValues><text>{escape(allowed[:-1])}</text></outputValues>" if allowed else ""
        entry = f"<defaultOutputEntry><text>{escape(default)}</text></defaultOutputEntry>" if default else ""
        made.append(f'<output name="{name}">{values}{entry}</output>')
    for number, rule in enumerate(rules, 1):
        tests, _, results = rule.partition(" => ")
        cells = "".join(f"<inputEntry><text>{escape(c.strip())}</text></inputEntry>" for c in tests.split(" | "))
        ends = "".join(f"<outputEntry><text>{escape(c.strip())}</text></outputEntry>" for c in results.split(" | "))
        made.append(f'<rule id="r{number}">{cells}{ends}</rule>')
    return "".join([*made, "</decisionTable>"])


@pytest.fixture
def model_of() -> Callable[..., DecisionModel]:
    """`model_of(*parts)`: the loaded model of XML parts."""

    def make(
        *parts: str, imports: Sequence[DecisionModel] = (), namespace: str = "http://example.vn/rules"
    ) -> DecisionModel:
        return load(definitions("".join(parts), namespace=namespace), imports=imports)

    return make


@pytest.fixture
def dmn() -> type:
    """The writers of DMN parts, as `dmn.table(…)`, `dmn.decision(…)`, `dmn.inputs(…)`, `dmn.literal(…)`."""

    class Writers:
        table = staticmethod(table)
        decision = staticmethod(decision)
        inputs = staticmethod(inputs)
        literal = staticmethod(literal)
        definitions = staticmethod(definitions)

    return Writers
