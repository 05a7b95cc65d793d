"""The tree of an expression: frozen nodes, each with the 1-based column it starts at."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Literal:
    """null, true, false, a number or a string."""

    value: Decimal | str | bool | None
    column: int


@dataclass(frozen=True, slots=True)
class AtLiteral:
    """`@"2026-11-23"`: a date, time, date and time or duration."""

    text: str
    column: int


@dataclass(frozen=True, slots=True)
class Name:
    """A variable or a function by name."""

    name: str
    column: int


@dataclass(frozen=True, slots=True)
class Path:
    """`base.name`."""

    base: Node
    name: str
    column: int


@dataclass(frozen=True, slots=True)
class Filter:
    """`base[condition]`."""

    base: Node
    condition: Node
    column: int


@dataclass(frozen=True, slots=True)
class Call:
    """`function(a, b)` or, with `names`, `function(p: a, q: b)`."""

    function: Node
    arguments: tuple[Node, ...]
    names: tuple[str, ...] | None
    column: int


@dataclass(frozen=True, slots=True)
class Negation:
    """`-operand`."""

    operand: Node
    column: int


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """A chain of operators of one rank, applied from the left: `first (op operand)*`."""

    first: Node
    rest: tuple[tuple[str, Node, int], ...]
    column: int


@dataclass(frozen=True, slots=True)
class Comparison:
    """`left op right` with op one of = != < <= > >=."""

    operator: str
    left: Node
    right: Node
    column: int


@dataclass(frozen=True, slots=True)
class Between:
    """`value between low and high`."""

    value: Node
    low: Node
    high: Node
    column: int


@dataclass(frozen=True, slots=True)
class In:
    """`value in tests`."""

    value: Node
    tests: tuple[Node, ...]
    column: int


@dataclass(frozen=True, slots=True)
class Logic:
    """`and` or `or` over two terms and more."""

    operator: str
    terms: tuple[Node, ...]
    column: int


@dataclass(frozen=True, slots=True)
class If:
    """`if … then … else if … then … else …`."""

    branches: tuple[tuple[Node, Node], ...]
    otherwise: Node
    column: int


@dataclass(frozen=True, slots=True)
class Iteration:
    """`name in source`, or `name in source .. end`."""

    name: str
    source: Node
    end: Node | None
    column: int


@dataclass(frozen=True, slots=True)
class For:
    """`for … return body`."""

    iterations: tuple[Iteration, ...]
    body: Node
    column: int


@dataclass(frozen=True, slots=True)
class Quantified:
    """`some` or `every` … `satisfies` condition."""

    quantifier: str
    iterations: tuple[Iteration, ...]
    condition: Node
    column: int


@dataclass(frozen=True, slots=True)
class ListNode:
    """`[a, b]`."""

    items: tuple[Node, ...]
    column: int


@dataclass(frozen=True, slots=True)
class ContextNode:
    """`{key: value}`; a later entry sees the earlier ones."""

    entries: tuple[tuple[str, Node], ...]
    column: int


@dataclass(frozen=True, slots=True)
class RangeNode:
    """`[low..high]`; an absent end is open for ever, as in `(< 5)`."""

    low: Node | None
    high: Node | None
    low_closed: bool
    high_closed: bool
    column: int


@dataclass(frozen=True, slots=True)
class OperatorTest:
    """A unary test such as `< 5`, `= 5` or `!= 5`; as a value it is the range it describes."""

    operator: str
    operand: Node
    column: int


@dataclass(frozen=True, slots=True)
class TypeRef:
    """A type as written: `list<number>`, `context<a: string>`, `function<number> -> string`, `tLoan`."""

    name: str
    arguments: tuple[TypeRef, ...] = ()
    fields: tuple[tuple[str, TypeRef], ...] = ()
    result: TypeRef | None = None


@dataclass(frozen=True, slots=True)
class InstanceOf:
    """`value instance of type`."""

    value: Node
    type: TypeRef
    column: int


@dataclass(frozen=True, slots=True)
class FunctionNode:
    """`function(a: number, b) body`; `external` bodies are accepted and answer null."""

    parameters: tuple[tuple[str, TypeRef | None], ...]
    body: Node
    external: bool
    column: int


@dataclass(frozen=True, slots=True)
class UnaryTestsNode:
    """`-`, `a, b` or `not(a, b)`; `tests` is None for the dash that always matches."""

    tests: tuple[Node, ...] | None
    negated: bool


Node = (
    Literal
    | AtLiteral
    | Name
    | Path
    | Filter
    | Call
    | Negation
    | Arithmetic
    | Comparison
    | Between
    | In
    | Logic
    | If
    | For
    | Quantified
    | ListNode
    | ContextNode
    | RangeNode
    | OperatorTest
    | InstanceOf
    | FunctionNode
)
