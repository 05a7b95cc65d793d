"""FEEL, the expression language of DMN 1.5: one language for conditions, tables, forms and terms.

Compile once, evaluate often. Nothing here reads a clock, a file or the network, and no host object
can be reached from an expression.
"""

from __future__ import annotations

from engine.feel.builtins_all import BUILTINS
from engine.feel.errors import EvaluationProblem, FeelError, FeelLimitError, FeelSyntaxError, FeelTypeError
from engine.feel.expression import (
    Expression,
    UnaryTests,
    compile_expression,
    compile_unary_tests,
    evaluate_traced,
)
from engine.feel.limits import DEFAULT_BUDGET, Budget
from engine.feel.names import nearest_name
from engine.feel.text import text_of
from engine.feel.values import Range, Value, YearsMonths, from_feel, to_feel

BUILTIN_NAMES = frozenset(BUILTINS)
"""The names of all built-in functions."""

__all__ = [
    "BUILTIN_NAMES",
    "DEFAULT_BUDGET",
    "Budget",
    "EvaluationProblem",
    "Expression",
    "FeelError",
    "FeelLimitError",
    "FeelSyntaxError",
    "FeelTypeError",
    "Range",
    "UnaryTests",
    "Value",
    "YearsMonths",
    "compile_expression",
    "compile_unary_tests",
    "evaluate_traced",
    "from_feel",
    "nearest_name",
    "text_of",
    "to_feel",
]
