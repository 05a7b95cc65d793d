"""A decision model as it was drawn: frozen dataclasses, nothing evaluated yet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Place:
    """Where an element stands: its id ("" when it has none) and its line in the file."""

    id: str
    line: int


@dataclass(frozen=True, slots=True)
class Variable:
    """A name and its type's name ("" when it has none)."""

    name: str
    type: str = ""


@dataclass(frozen=True, slots=True)
class ItemDefinition:
    """A type: a base with allowed values, a structure of components, or a function's signature.

    `allowed` are unary tests for each item, `constraint` for the collection as a whole.
    """

    place: Place
    name: str
    base: str
    is_collection: bool
    allowed: str
    constraint: str
    components: tuple[ItemDefinition, ...]
    parameters: tuple[Variable, ...] | None = None
    result: str = ""


# --- boxed expressions ---------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class LiteralExpression:
    """FEEL text."""

    place: Place
    text: str
    type: str = ""


@dataclass(frozen=True, slots=True)
class ContextEntry:
    """`name: value`; without a name it is the context's result."""

    variable: Variable | None
    value: Boxed


@dataclass(frozen=True, slots=True)
class ContextExpression:
    """Entries that see the ones before them."""

    place: Place
    entries: tuple[ContextEntry, ...]
    type: str = ""


@dataclass(frozen=True, slots=True)
class Invocation:
    """A call of a knowledge model or service with its parameters bound by name."""

    place: Place
    function: Boxed
    bindings: tuple[tuple[str, Boxed | None], ...]
    type: str = ""


@dataclass(frozen=True, slots=True)
class FunctionDefinition:
    """A function: parameters and body. `kind` is FEEL, Java or PMML; only FEEL is evaluated."""

    place: Place
    kind: str
    parameters: tuple[Variable, ...]
    body: Boxed | None
    type: str = ""


@dataclass(frozen=True, slots=True)
class Relation:
    """A list of contexts written as a grid."""

    place: Place
    columns: tuple[str, ...]
    rows: tuple[tuple[Boxed, ...], ...]
    type: str = ""


@dataclass(frozen=True, slots=True)
class ListExpression:
    """A list of boxed expressions."""

    place: Place
    items: tuple[Boxed, ...]
    type: str = ""


@dataclass(frozen=True, slots=True)
class Conditional:
    """if, then, else."""

    place: Place
    condition: Boxed
    then: Boxed
    otherwise: Boxed
    type: str = ""


@dataclass(frozen=True, slots=True)
class FilterExpression:
    """A list and the condition its elements must meet."""

    place: Place
    source: Boxed
    match: Boxed
    type: str = ""


@dataclass(frozen=True, slots=True)
class Iterator:
    """for, some or every over a list."""

    place: Place
    kind: str
    variable: str
    source: Boxed
    body: Boxed
    type: str = ""


@dataclass(frozen=True, slots=True)
class InputClause:
    """A column of conditions: what is tested, its type and the values it may take."""

    place: Place
    label: str
    expression: str
    type: str
    allowed: str


@dataclass(frozen=True, slots=True)
class OutputClause:
    """A column of results: its name, type, the values it may give (in order of priority), the default."""

    place: Place
    name: str
    type: str
    allowed: str
    default: str


@dataclass(frozen=True, slots=True)
class Rule:
    """A row: unary tests, then results; `number` counts from 1."""

    place: Place
    number: int
    tests: tuple[LiteralExpression, ...]
    results: tuple[LiteralExpression, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class DecisionTable:
    """Rules under a hit policy (U, A, P, F, R, O, C) and, for C, an aggregator (SUM, MIN, MAX, COUNT)."""

    place: Place
    hit_policy: str
    aggregation: str
    inputs: tuple[InputClause, ...]
    outputs: tuple[OutputClause, ...]
    rules: tuple[Rule, ...]
    type: str = ""


Boxed: TypeAlias = (
    LiteralExpression
    | ContextExpression
    | Invocation
    | FunctionDefinition
    | Relation
    | ListExpression
    | Conditional
    | FilterExpression
    | Iterator
    | DecisionTable
)


# --- the requirements graph ----------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class InputData:
    """A value the model is given."""

    place: Place
    variable: Variable


@dataclass(frozen=True, slots=True)
class DecisionNode:
    """A decision, what it requires (hrefs), and its logic (None when undefined)."""

    place: Place
    variable: Variable
    requires: tuple[str, ...]
    logic: Boxed | None


@dataclass(frozen=True, slots=True)
class KnowledgeModel:
    """A business knowledge model: a reusable function."""

    place: Place
    variable: Variable
    requires: tuple[str, ...]
    logic: FunctionDefinition | None


@dataclass(frozen=True, slots=True)
class DecisionService:
    """Decisions offered as a function of input decisions and input data (hrefs)."""

    place: Place
    variable: Variable
    outputs: tuple[str, ...]
    encapsulated: tuple[str, ...]
    input_decisions: tuple[str, ...]
    input_data: tuple[str, ...]


Drg: TypeAlias = InputData | DecisionNode | KnowledgeModel | DecisionService


@dataclass(frozen=True, slots=True)
class Import:
    """Another model, under a name that stands before its elements' names."""

    place: Place
    name: str
    namespace: str


@dataclass(frozen=True, slots=True)
class Definitions:
    """Everything in one DMN file."""

    name: str
    namespace: str
    items: tuple[ItemDefinition, ...]
    nodes: tuple[Drg, ...]
    imports: tuple[Import, ...]
