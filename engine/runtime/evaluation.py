"""What a process asks while it moves: conditions, scripts, decisions, services. Only FEEL is evaluated.

One `Evaluation` serves one command. It reads the dossier's data by name; what scripts and decisions give goes into
`results`, never into SpiffWorkflow's task data, which 3.2.0 mixes up between branches.
"""

from collections import ChainMap
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any

from SpiffWorkflow.task import Task

from engine.clock import stopwatch
from engine.decisions import DecisionModel, DecisionModelError
from engine.errors import EngineError
from engine.feel import Budget, FeelError, compile_expression, evaluate_traced, from_feel, to_feel
from engine.model import Element, ElementKind
from engine.runtime.failures import ConditionNotBoolean, DecisionFailure, ExpressionFailure, ServiceFailure

BUDGET = Budget(seconds=2.0, stopwatch=stopwatch)  # a designer's mistake must not hold a dossier's lock for long

Service = Callable[["Evaluation", Element], Mapping[str, Any]]


class Evaluation:
    """Answers a process's questions from a dossier's data at one moment."""

    def __init__(
        self,
        elements: Mapping[str, Element],
        data: Mapping[str, Any],
        now: datetime,
        decisions: Callable[[str], DecisionModel],
        services: Mapping[str, Service],
    ) -> None:
        """`data` holds JSON values by data key; `decisions` loads a DMN file of the bundle by its path."""
        self.elements = elements
        self.now = now
        self.results: dict[str, Any] = {}
        self.decisions: list[tuple[str, tuple[str, ...]]] = []
        self.data: Mapping[str, Any] = ChainMap(self.results, data)  # type: ignore[arg-type]  # read only
        self._names = _FeelNames(self.data)
        self._load_decisions = decisions
        self._services = services

    def evaluate(self, task: Task, expression: str, external_context: object = None) -> bool:
        """Whether a condition holds (called by SpiffWorkflow's gateways).

        Raises:
            ConditionNotBoolean: it is neither true nor false; going the default way would hide a mistake.
        """
        value = self.value(expression, self.elements.get(task.task_spec.bpmn_id))
        if isinstance(value, bool):
            return value
        raise ConditionNotBoolean(
            f"expected the condition '{expression}' behind '{task.task_spec.name}' to be true or false, "
            f"found {value!r}; check that the forms before it always give what it compares",
            f"Điều kiện '{expression}' không cho kết quả đúng hoặc sai.",
        )

    def value(self, expression: str, element: Element | None = None) -> Any:
        """The JSON value of a FEEL expression over the dossier's data; null when an operand is missing.

        `element` is where it stands: inside a call with a scope, the call's own data go by their local names.

        Raises:
            ExpressionFailure: it is not FEEL, or exceeds its budget.
        """
        text = expression.strip().removeprefix("=")
        try:
            result, _problems = evaluate_traced(
                compile_expression(text), self._names_at(element), now=self.now, budget=BUDGET
            )
            return from_feel(result)
        except FeelError as error:
            raise ExpressionFailure(f"expected '{text}' to be evaluated, found: {error}") from error

    def _names_at(self, element: Element | None) -> Mapping[str, object]:
        return _LocalNames(self._names, element.names) if element and element.names else self._names

    def perform(self, task: Task) -> None:
        """Carry out a script, decision or service task (called by `specs.AutomaticTask`)."""
        element = self.elements[task.task_spec.bpmn_id]
        if element.kind is ElementKind.SCRIPT_TASK:
            self.results[element.result] = self.value(element.script, element)
        elif element.kind is ElementKind.DECISION_TASK:
            self._decide(element)
        else:
            self._serve(element)

    def _decide(self, element: Element) -> None:
        path, name = element.decision
        try:
            decision = self._load_decisions(path).decide(name, self._names_at(element), now=self.now, budget=BUDGET)
            value = from_feel(decision.value)
        except (FeelError, DecisionModelError) as error:
            raise DecisionFailure(f"expected the decision '{name}' in {path} to be made, found: {error}") from error
        if value is None:
            raise DecisionFailure(
                f"expected the decision '{name}' in {path} to give an answer for this dossier, found no matching rule; "
                "add a rule or a default",
                f"Bảng quyết định '{name}' không có quy tắc nào phù hợp với hồ sơ này.",
            )
        self.results[element.result] = value
        self.decisions.append((element.id, tuple(f"{where}/{rule}" for where, rule in decision.matched_rules)))

    def _serve(self, element: Element) -> None:
        service = self._services.get(element.service)
        if service is None:
            raise ServiceFailure(f"expected a service registered as '{element.service}', found none; register it")
        try:
            given = {name: from_feel(to_feel(value)) for name, value in service(self, element).items()}
        except EngineError:
            raise
        except Exception as error:  # whatever a service does, what a person has done before it stays done
            raise ServiceFailure(
                f"expected the service '{element.service}' to give results by name, found {error!r}"
            ) from error
        self.results.update(given)


class _LocalNames(Mapping[str, object]):
    """The data as a call with a scope sees it: its own by their local names, then everything else."""

    def __init__(self, data: Mapping[str, object], local: Mapping[str, str]) -> None:
        self._data, self._local = data, local

    def __getitem__(self, name: str) -> object:
        return self._data[self._local.get(name, name)]

    def __iter__(self) -> Iterator[str]:
        yield from (name for name, key in self._local.items() if key in self._data)
        yield from (name for name in self._data if name not in self._local)

    def __len__(self) -> int:
        return sum(1 for _ in self)


class _FeelNames(Mapping[str, object]):
    """The data as FEEL sees it, each name converted when it is first asked for."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        self._data = data
        self._converted: dict[str, tuple[Any, object]] = {}

    def __getitem__(self, name: str) -> object:
        value = self._data[name]
        known = self._converted.get(name)
        if known is None or known[0] is not value:
            known = self._converted[name] = (value, to_feel(value))
        return known[1]

    def __iter__(self) -> Iterator[str]:
        return iter(self._data)

    def __len__(self) -> int:
        return len(self._data)
