"""Item definitions at work: is a value of a type, and what is made of it when one is asked for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from engine.decisions.errors import DecisionModelError
from engine.decisions.model import ItemDefinition, Place
from engine.feel.ast import TypeRef
from engine.feel.errors import FeelError
from engine.feel.expression import UnaryTests, compile_unary_tests
from engine.feel.frame import Frame, Values
from engine.feel.limits import Run
from engine.feel.parser_types import BUILT_IN_TYPES
from engine.feel.types import coerce as coerce_feel
from engine.feel.types import conforms as conforms_feel
from engine.feel.values import Builtin, Function, Value

_FEEL_TYPES = BUILT_IN_TYPES | {"dateTime", "dayTimeDuration", "yearMonthDuration", "any", "duration"}
_EMPTY: Mapping[str, object] = Values()


def compile_tests(text: str, place: Place, names: frozenset[str]) -> UnaryTests | None:
    """The unary tests of a text, None for no text. Raises DecisionModelError with the FEEL complaint."""
    if not text:
        return None
    try:
        return compile_unary_tests(text, names)
    except FeelError as error:
        raise DecisionModelError(
            f"{error}",
            element_id=place.id,
            line=place.line,
            advice=f"Sửa phép thử / Correct the test: {text[:80]}",
        ) from None


class ItemType:
    """One item definition; knows the other types of its model."""

    __slots__ = ("_allowed", "_components", "_constraint", "_types", "definition")

    def __init__(self, definition: ItemDefinition, types: ItemTypes, names: frozenset[str]) -> None:
        self.definition = definition
        self._types = types
        self._allowed = compile_tests(definition.allowed, definition.place, names)
        self._constraint = compile_tests(definition.constraint, definition.place, names)
        self._components = {item.name: ItemType(item, types, names) for item in definition.components}

    def references(self) -> Iterable[tuple[str, Place]]:
        """The names of types this one is made of."""
        if self.definition.base:
            yield self.definition.base, self.definition.place
        for component in self._components.values():
            yield from component.references()

    def conforms(self, value: Value, run: Run) -> bool:
        """Whether `value` is of the type's shape; allowed values do not count, as the standard has it."""
        if not self.definition.is_collection:
            return self._is_item(value, run)
        if not isinstance(value, list):
            return False
        run.charge(len(value))
        return all(self._is_item(item, run) for item in value)

    def _is_item(self, value: Value, run: Run) -> bool:
        if self.definition.parameters is not None:
            return _takes(value, len(self.definition.parameters))
        if self._components:
            fits = isinstance(value, dict) and all(
                name in value and (value[name] is None or item.conforms(value[name], run))
                for name, item in self._components.items()
            )
        else:
            fits = self._types.conforms(self.definition.base, value, run)
        return fits

    def coerce(self, value: Value, run: Run) -> Value:
        """`value` as an instance, converted where the standard converts; None when it cannot be one."""
        if value is None:
            return None
        if not self.definition.is_collection:
            opened = value[0] if isinstance(value, list) and len(value) == 1 and not self.is_list() else value
            return self._coerce_item(opened, run)
        items = value if isinstance(value, list) else [value]
        made = [self._coerce_item(item, run) for item in items]
        if any(new is None and old is not None for new, old in zip(made, items, strict=True)):
            return None
        return made if _passes(self._constraint, made, run) else None

    def is_list(self) -> bool:
        """Whether a list may be an instance."""
        base = self._types.get(self.definition.base)
        if base is not None:
            return base.definition.is_collection or base.is_list()
        return self.definition.base in ("list", "Any", "any", "")

    def _coerce_item(self, value: Value, run: Run) -> Value:
        if value is None:
            return None
        if self._components:
            made = self._coerce_components(value, run)
        elif self.definition.parameters is not None:
            made = value if self._is_item(value, run) else None
        else:
            made = self._types.coerce(self.definition.base, value, run)
        constraint = None if self.definition.is_collection else self._constraint
        fits = made is not None and _passes(self._allowed, made, run) and _passes(constraint, made, run)
        return made if fits else None

    def _coerce_components(self, value: Value, run: Run) -> Value:
        if not isinstance(value, dict):
            return None
        made = dict(value)
        for name, item in self._components.items():
            if name not in value:
                return None
            made[name] = item.coerce(value[name], run)
            if made[name] is None and value[name] is not None:
                return None
        return made


def _passes(tests: UnaryTests | None, value: Value, run: Run) -> bool:
    return tests is None or tests.test(Frame(_EMPTY, None, run), value) is True


def _takes(value: Value, arguments: int) -> bool:
    if isinstance(value, Builtin):
        return any(len(signature.parameters) == arguments for signature in value.signatures)
    return isinstance(value, Function) and len(value.parameters) == arguments


class ItemTypes:
    """The types of one model by name; those of imported models under `import.type`."""

    def __init__(self, definitions: Iterable[ItemDefinition], names: frozenset[str]) -> None:
        self.by_name: dict[str, ItemType] = {}
        self._places: list[tuple[str, Place]] = []
        for definition in definitions:
            item = ItemType(definition, self, names)
            self.by_name[definition.name] = item
            self._places.extend(item.references())

    def include(self, alias: str, types: ItemTypes) -> None:
        """Take the types of an imported model."""
        prefix = f"{alias}." if alias else ""
        self.by_name.update({f"{prefix}{name}": item for name, item in types.by_name.items()})

    def check(self) -> None:
        """Raise DecisionModelError when a type refers to one there is none of."""
        for name, place in self._places:
            self.require(name, place)

    def require(self, name: str, place: Place) -> None:
        """Raise DecisionModelError unless `name` is a type."""
        if name and name not in _FEEL_TYPES and name not in self.by_name:
            raise DecisionModelError(
                f"Không có kiểu `{name}`. / There is no type `{name}`",
                element_id=place.id,
                line=place.line,
                advice="Định nghĩa kiểu ấy hoặc chọn kiểu khác. / Define the type or choose another.",
            )

    def get(self, name: str) -> ItemType | None:
        """The item definition of that name."""
        return self.by_name.get(name)

    def conforms(self, name: str, value: Value, run: Run) -> bool:
        """Whether `value` is an instance of the type called `name`."""
        item = self.by_name.get(name)
        if item is not None:
            return item.conforms(value, run)
        return not name or name in ("Any", "any") or conforms_feel(value, TypeRef(name), run) is True

    def coerce(self, name: str, value: Value, run: Run) -> Value:
        """`value` as an instance of the type called `name`; None when it cannot be one."""
        item = self.by_name.get(name)
        if item is not None:
            return item.coerce(value, run)
        return value if not name else coerce_feel(value, TypeRef(name), run)
