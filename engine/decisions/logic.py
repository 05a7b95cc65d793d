"""What turns the logic of a model into closures, and the run that remembers which rules matched."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from engine.decisions.errors import DecisionModelError
from engine.decisions.items import ItemTypes, compile_tests
from engine.decisions.model import Boxed, DecisionTable, Place, Rule
from engine.feel.compiler import Compiler
from engine.feel.errors import FeelError
from engine.feel.expression import compile_expression
from engine.feel.frame import Code, Frame, Test
from engine.feel.limits import Budget, Run
from engine.feel.values import Value, kind


@dataclass(frozen=True, slots=True)
class Match:
    """A rule that matched: of which decision and table, its id ("" if none) and its number from 1."""

    decision: str
    table: str
    rule: str
    number: int
    note: str


class DecisionRun(Run):
    """An evaluation that also knows which decision is being made and which rules matched."""

    trusted = True  # everything in a model's scopes was converted when it came in

    def __init__(self, now: dt.datetime | None = None, budget: Budget | None = None) -> None:
        super().__init__(now, budget)
        self.decision = ""
        self.matches: list[Match] = []

    def matched(self, table: DecisionTable, rules: Sequence[Rule]) -> None:
        """Remember the rules whose results were used."""
        self.charge(len(rules))
        for rule in rules:
            self.matches.append(Match(self.decision, table.place.id, rule.place.id, rule.number, rule.note))


Compile = Callable[["Logic", Boxed], Code]


class Logic:
    """Compiles the texts of one model against its names and types."""

    def __init__(self, names: frozenset[str], types: ItemTypes, compile_boxed: Compile) -> None:
        self.names = names
        self.types = types
        self._compile_boxed = compile_boxed

    def boxed(self, source: Boxed) -> Code:
        """The closure of a boxed expression, typed if it names a type."""
        return self.typed(self._compile_boxed(self, source), source.type, source.place)

    def text(self, text: str, place: Place) -> Code:
        """The closure of FEEL text; no text is null. Raises DecisionModelError."""
        if not text:
            return lambda _: None
        try:
            return compile_expression(text, self.names).code
        except FeelError as error:
            raise DecisionModelError(
                f"{error}",
                element_id=place.id,
                line=place.line,
                advice=f"Sửa biểu thức / Correct the expression: {text[:80]}",
            ) from None

    def tests(self, text: str, place: Place) -> Test:
        """The closure of a cell of unary tests."""
        tests = compile_tests(text, place, self.names)
        return tests.test if tests else lambda _frame, _value: True

    def separate_tests(self, text: str, place: Place) -> tuple[Test, ...]:
        """The closures of the single tests of a list of values, in order."""
        tests = compile_tests(text, place, self.names)
        nodes = tests.node.tests if tests else None
        compiler = Compiler(self.names)
        return tuple(compiler.test(node) for node in nodes or ())

    def typed(self, code: Code, type_name: str, place: Place) -> Code:
        """The closure with its value converted to a type; null with a problem when it does not fit."""
        self.types.require(type_name, place)
        if not type_name or type_name in ("Any", "any"):
            return code
        types = self.types

        def converted(frame: Frame) -> Value:
            value = code(frame)
            if value is None:
                return None
            made = types.coerce(type_name, value, frame.run)
            if made is None:
                frame.run.null(
                    f"Giá trị kiểu {kind(value)} không phải `{type_name}`. / "
                    f"A value of type {kind(value)} is no `{type_name}`."
                )
            return made

        return converted
