"""Decision models at work: requirements followed, decisions made, the matching rules told."""

from __future__ import annotations

import datetime as dt
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass

from engine.decisions.boxed import boxed_code, function_value
from engine.decisions.errors import DecisionModelError, UnknownDecisionError
from engine.decisions.items import ItemTypes
from engine.decisions.logic import DecisionRun, Logic, Match
from engine.decisions.model import (
    DecisionNode,
    DecisionService,
    Definitions,
    Drg,
    InputData,
    KnowledgeModel,
)
from engine.decisions.names import names_of
from engine.decisions.parser import parse
from engine.decisions.reader import read
from engine.feel.errors import EvaluationProblem, FeelLimitError
from engine.feel.frame import Code, Frame, Values
from engine.feel.functions import invoke
from engine.feel.limits import Budget, Run
from engine.feel.names import nearest_name
from engine.feel.values import Function, Value, to_feel


@dataclass(frozen=True, slots=True)
class Step:
    """One decision on the way: what it was given, what it gave, and the rules that matched in it."""

    decision: str
    name: str
    inputs: Mapping[str, Value]
    value: Value
    rules: tuple[Match, ...]


@dataclass(frozen=True, slots=True)
class Decision:
    """The outcome: `value` as FEEL value, `matched_rules` as (decision id, rule id or number), the steps."""

    value: Value
    matched_rules: tuple[tuple[str, str], ...]
    trace: tuple[Step, ...]
    problems: tuple[EvaluationProblem, ...]


def load(xml: bytes, *, imports: Iterable[DecisionModel] = ()) -> DecisionModel:
    """The model of a DMN 1.1 to 1.5 file. `imports` are the models it imports, found by namespace.

    Raises DecisionModelError, with the element's id, its line and what to do.
    """
    return DecisionModel(read(parse(xml)), tuple(imports))


Key = tuple["DecisionModel", str]
"""A node of the graph: the model it stands in and its id."""


class DecisionModel:
    """A decision model, compiled; immutable, and safe to share between threads."""

    def __init__(self, definitions: Definitions, imports: tuple[DecisionModel, ...] = ()) -> None:
        self.definitions = definitions
        self.imports = {
            entry.namespace: (entry.name, _imported(entry.namespace, imports, definitions))
            for entry in definitions.imports
            if "/DMN/" in entry.namespace or _is_given(entry.namespace, imports) or entry.name
        }
        self.nodes: dict[str, Drg] = {node.place.id or node.variable.name: node for node in definitions.nodes}
        names = names_of(definitions).union(*(model.names for _, model in self.imports.values()))
        self.names: frozenset[str] = names
        self.types = ItemTypes(definitions.items, names)
        for alias, model in self.imports.values():
            self.types.include(alias, model.types)
        self.types.check()
        logic = Logic(names, self.types, boxed_code)
        self._functions: dict[str, Function] = {}
        self._codes = {key: _decision_code(logic, node) for key, node in self.nodes.items()}
        self._link(logic)
        checked: set[Key] = set()
        for key in self.nodes:
            if (self, key) not in checked:
                checked.update(plan((self, key), checked))

    # --- building ----------------------------------------------------------------------------
    def _link(self, logic: Logic) -> None:
        scopes: list[tuple[KnowledgeModel, Values]] = []
        for key, node in self.nodes.items():
            if isinstance(node, KnowledgeModel):
                scope = Values()
                scopes.append((node, scope))
                self._functions[key] = _knowledge(logic, node, scope, self)
            elif isinstance(node, DecisionService):
                self._functions[key] = self._service(node)
        for node, scope in scopes:
            for href in node.requires:
                model, key = self.resolve(href, node)
                self._put(scope, model, key, model.function(key))

    def _service(self, node: DecisionService) -> Function:
        keys = [self.resolve(href, node) for href in (*node.input_data, *node.input_decisions)]
        parameters = tuple((model.nodes[key].variable.name, None) for model, key in keys)

        def apply(run: Run, arguments: list[Value]) -> Value:
            types = [model.nodes[key].variable.type for model, key in keys]
            typed = [
                model.types.coerce(name, value, run)
                for (model, _), name, value in zip(keys, types, arguments, strict=True)
            ]
            if any(new is None and old is not None for new, old in zip(typed, arguments, strict=True)):
                run.null(
                    f"Đối số của {node.variable.name} sai kiểu. / "
                    f"An argument of {node.variable.name} is not of its type ({', '.join(types)})."
                )
                return None
            run.enter()
            value = self._outputs(node, Evaluation(run, Values(), dict(zip(keys, typed, strict=True))))
            run.leave()
            return self.types.coerce(node.variable.type, value, run)

        return Function(node.variable.name, parameters, apply)

    def _outputs(self, node: DecisionService, evaluation: Evaluation) -> Value:
        keys = [self.resolve(href, node) for href in node.outputs]
        values = {model.nodes[key].variable.name: evaluation.value((model, key)) for model, key in keys}
        return next(iter(values.values())) if len(keys) == 1 else values

    # --- the graph ---------------------------------------------------------------------------
    def resolve(self, href: str, source: Drg) -> Key:
        """The node that an href means: `#id`, or `namespace#id` in an imported model."""
        namespace, _, key = href.rpartition("#")
        model = self
        if namespace and namespace != self.definitions.namespace:
            model = self.imports.get(namespace, ("", None))[1] or self
        if key not in model.nodes:
            raise DecisionModelError(
                f"`{source.variable.name}` cần {href}, không có. / `{source.variable.name}` requires {href}, "
                "which does not exist",
                element_id=source.place.id,
                line=source.place.line,
                advice="Vẽ lại liên kết hoặc nhập mô hình còn thiếu. / Draw the link again or import the model.",
            )
        return model, key

    def requirements(self, key: str) -> list[Key]:
        """The nodes that a node requires directly."""
        node = self.nodes[key]
        if isinstance(node, DecisionService):
            return [self.resolve(href, node) for href in node.outputs]
        return [self.resolve(href, node) for href in getattr(node, "requires", ())]

    def function(self, key: str) -> Function:
        """The function of a knowledge model or decision service."""
        return self._functions[key]

    def _put(self, scope: Values, model: DecisionModel, key: str, value: Value) -> None:
        """Make a required node's value known by its name, under the import's name if it is imported."""
        name = model.nodes[key].variable.name
        alias = next((alias for alias, other in self.imports.values() if other is model), "")
        if model is self or not alias:
            scope[name] = value
        else:
            scope[alias] = {**scope.get(alias, {}), name: value}

    def scope(self, key: str, evaluation: Evaluation) -> Values:
        """The values of everything a decision requires, by name."""
        scope = Values()
        for model, required in self.requirements(key):
            self._put(scope, model, required, evaluation.value((model, required)))
        return scope

    def scope_names(self, key: str) -> Iterable[str]:
        """The names that the logic of a decision or knowledge model can use."""
        for model, required in self.requirements(key):
            alias = next((alias for alias, other in self.imports.values() if other is model), "")
            yield alias if alias and model is not self else model.nodes[required].variable.name

    def code(self, key: str) -> Code | None:
        """The compiled logic of a decision."""
        return self._codes[key]

    # --- asking ------------------------------------------------------------------------------
    @property
    def decisions(self) -> tuple[DecisionNode, ...]:
        """The decisions of this model, in the order of the file."""
        return tuple(node for node in self.definitions.nodes if isinstance(node, DecisionNode))

    @property
    def inputs(self) -> tuple[InputData, ...]:
        """The input data of this model, in the order of the file."""
        return tuple(node for node in self.definitions.nodes if isinstance(node, InputData))

    def find(self, name: str) -> str:
        """The key of the node with that id or name. Raises UnknownDecisionError."""
        if name in self.nodes and not isinstance(self.nodes[name], InputData):
            return name
        wanted = " ".join(name.split())
        callable_nodes = {n.variable.name: key for key, n in self.nodes.items() if not isinstance(n, InputData)}
        if wanted in callable_nodes:
            return callable_nodes[wanted]
        near = nearest_name(wanted, callable_nodes)
        raise UnknownDecisionError(
            f"Không có quyết định `{name}`. / There is no decision `{name}`",
            advice=f"Có phải / Did you mean `{near}`?" if near else f"Có / There are: {', '.join(callable_nodes)}.",
        )

    def decide(
        self,
        decision: str,
        inputs: Mapping[str, object],
        *,
        now: dt.datetime | None = None,
        budget: Budget | None = None,
    ) -> Decision:
        """Make a decision, or call a service or knowledge model, by name or id with `inputs` by name.

        Raises UnknownDecisionError, FeelTypeError for an input without FEEL meaning, FeelLimitError.
        """
        key = self.find(decision)
        run = DecisionRun(now, budget)
        given = Values({" ".join(name.split()): to_feel(value) for name, value in inputs.items()})
        evaluation = Evaluation(run, given, {})
        try:
            value = self._answer(key, evaluation)
        except RecursionError:
            raise FeelLimitError("Quyết định tự gọi quá sâu. / The decision calls itself too deeply.") from None
        matched = tuple((match.decision, match.rule or str(match.number)) for match in run.matches)
        return Decision(value, matched, tuple(evaluation.steps), tuple(run.problems))

    def _answer(self, key: str, evaluation: Evaluation) -> Value:
        function = self._functions.get(key)
        if function is None:
            return evaluation.value((self, key))
        names = [name for name, _ in function.parameters]
        _name_decision(evaluation.run, key)
        return invoke(function, [evaluation.inputs.get(name) for name in names], None, evaluation.run)


def _is_given(namespace: str, imports: tuple[DecisionModel, ...]) -> bool:
    return any(model.definitions.namespace == namespace for model in imports)


def _imported(namespace: str, imports: tuple[DecisionModel, ...], source: Definitions) -> DecisionModel:
    for model in imports:
        if model.definitions.namespace == namespace:
            return model
    entry = next(entry for entry in source.imports if entry.namespace == namespace)
    raise DecisionModelError(
        f"Thiếu mô hình được nhập {namespace}. / The imported model {namespace} was not given",
        element_id=entry.place.id,
        line=entry.place.line,
        advice="Đưa kèm tệp ấy. / Give that file as well.",
    )


def _decision_code(logic: Logic, node: Drg) -> Code | None:
    if isinstance(node, InputData):
        return logic.typed(lambda frame: frame.scope["value"], node.variable.type, node.place)
    if not isinstance(node, DecisionNode) or node.logic is None:
        return None
    return logic.typed(logic.boxed(node.logic), node.variable.type, node.place)


def _knowledge(logic: Logic, node: KnowledgeModel, scope: Values, model: DecisionModel) -> Function:
    if node.logic is None:
        return Function(node.variable.name, (), _nothing)
    make = function_value(logic, node.logic, node.variable.name)
    inner = make(Frame(scope, None, Run()))

    def apply(run: Run, arguments: list[Value]) -> Value:
        before, run.types = run.types, model.types.by_name
        value = inner.apply(run, arguments)
        run.types = before
        return value

    return Function(node.variable.name, inner.parameters, apply)


def _nothing(run: Run, _: list[Value]) -> None:
    run.null("Mô hình tri thức này chưa có nội dung. / This knowledge model has no logic.")


def plan(target: Key, given: Container[Key]) -> list[Key]:
    """The nodes to evaluate for `target`, requirements first. Raises DecisionModelError for a circle."""
    order: list[Key] = []
    state: dict[Key, bool] = {}
    stack: list[tuple[Key, bool]] = [(target, False)]
    while stack:
        place, done = stack.pop()
        if done:
            state[place] = True
            order.append(place)
        elif place not in state:
            state[place] = False
            stack.append((place, True))
            stack.extend((need, False) for need in _needs(place, given, state))
    return order


def _needs(place: Key, given: Container[Key], state: dict[Key, bool]) -> list[Key]:
    model, key = place
    node = model.nodes[key]
    if place in given or not isinstance(node, DecisionNode):
        return []
    needs = model.requirements(key)
    for need in needs:
        if state.get(need) is False:
            raise DecisionModelError(
                f"`{node.variable.name}` cần chính nó qua một vòng. / "
                f"`{node.variable.name}` requires itself in a circle",
                element_id=node.place.id,
                line=node.place.line,
                advice="Bỏ một liên kết của vòng. / Remove one link of the circle.",
            )
    return [need for need in needs if need not in state]


class Evaluation:
    """The values of the graph's nodes for one set of inputs."""

    def __init__(self, run: Run, inputs: Values, given: dict[Key, Value]) -> None:
        self.run = run
        self.inputs = inputs
        self.known: dict[Key, Value] = dict(given)
        self.steps: list[Step] = []

    def value(self, target: Key) -> Value:
        """The value of a node, with everything it requires evaluated first."""
        if target not in self.known:
            for place in plan(target, self.known):
                if place not in self.known:
                    self.known[place] = self._evaluate(*place)
        return self.known[target]

    def _evaluate(self, model: DecisionModel, key: str) -> Value:
        node = model.nodes[key]
        if isinstance(node, InputData):
            return self._input(model, key, node)
        if not isinstance(node, DecisionNode):
            return model.function(key)
        return self._decide(model, key, node)

    def _input(self, model: DecisionModel, key: str, node: InputData) -> Value:
        code, name = model.code(key), node.variable.name
        given = name if name in self.inputs else key
        if given not in self.inputs:
            self.run.null(f"Thiếu đầu vào `{name}`. / The input `{name}` was not given.")
            return None
        frame = Frame(Values(value=self.inputs[given]), None, self.run)
        return code(frame) if code else None

    def _decide(self, model: DecisionModel, key: str, node: DecisionNode) -> Value:
        code, run = model.code(key), self.run
        scope = model.scope(key, self)
        outer, types = getattr(run, "decision", ""), run.types
        first = len(run.matches) if isinstance(run, DecisionRun) else 0
        run.types = model.types.by_name
        _name_decision(run, key)
        value = code(Frame(scope, None, run)) if code else None
        _name_decision(run, outer)
        run.types = types
        rules = tuple(run.matches[first:]) if isinstance(run, DecisionRun) else ()
        self.steps.append(Step(key, node.variable.name, _data(scope), value, rules))
        return value


def _name_decision(run: Run, key: str) -> None:
    if isinstance(run, DecisionRun):
        run.decision = key


def _data(scope: Values) -> dict[str, Value]:
    return {name: value for name, value in scope.items() if not isinstance(value, Function)}
