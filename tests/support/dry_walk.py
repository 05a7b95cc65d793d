"""Walks a procedure's files without a database: diagram, tables and forms alone, with people from demo.toml."""

import json
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from engine import decisions
from engine.letter_requests import supplements
from engine.model import Element, ElementKind, Step
from engine.runtime import interpreter
from engine.runtime.bundle import Bundle
from engine.runtime.evaluation import Evaluation
from engine.runtime.facts import Facts, read_facts
from engine.runtime.parser import Reading, read
from engine.runtime.procedure import Procedure, load
from engine.runtime.specs import Program
from forms import answers
from forms.definition import FormDefinition
from forms.rules import AnswerContext, DocumentRef

ROOT = Path(__file__).parents[2]
KEYS = sorted(path.parent.name for path in ROOT.glob("bpmn/*/procedure.toml"))
SHARED = sorted(path.stem for path in ROOT.glob("bpmn/shared/*.bpmn"))
DEMO: dict[str, Any] = tomllib.loads((ROOT / "engine/organisation/demo.toml").read_text())
NOW = datetime(2026, 11, 23, 9, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh"))
MOST_STEPS = 60


@dataclass(frozen=True)
class SharedDiagram:
    """A process that procedures call, as it is drawn."""

    key: str

    @property
    def source(self) -> bytes:
        """The diagram."""
        return (ROOT / "bpmn/shared" / f"{self.key}.bpmn").read_bytes()


@dataclass(frozen=True)
class Files:
    """The files of one procedure as they stand in the tree."""

    key: str

    @property
    def folder(self) -> Path:
        """Where its diagram, tables and facts stand."""
        return ROOT / "bpmn" / self.key

    @cached_property
    def source(self) -> bytes:
        """The main diagram."""
        return (self.folder / "process.bpmn").read_bytes()

    @cached_property
    def reading(self) -> Reading:
        """The main diagram as it was read, with findings."""
        return read(self.source, "process.bpmn")

    @cached_property
    def procedure(self) -> Procedure:
        """The whole bundle, with the processes it calls."""
        return load(Bundle.find(ROOT, self.key))

    @cached_property
    def elements(self) -> Mapping[str, Element]:
        """Every element of the diagram and of what it calls, by id."""
        return {key: each for process in self.procedure.processes for key, each in process.elements.items()}

    @cached_property
    def facts(self) -> Facts:
        """What procedure.toml says; there must be no finding."""
        facts, found = read_facts((self.folder / "procedure.toml").read_bytes())
        assert facts is not None, found
        assert not found
        return facts

    @cached_property
    def forms(self) -> Mapping[str, bytes]:
        """The form files by key, shared ones included."""
        return self.procedure.bundle.forms

    @cached_property
    def walks(self) -> Mapping[str, dict[str, Any]]:
        """The walks by name."""
        return {path.stem: json.loads(path.read_text()) for path in sorted(self.folder.glob("walks/*.json"))}

    @cached_property
    def program(self) -> Program:
        """The compiled diagrams."""
        return self.procedure.program

    @property
    def user_tasks(self) -> list[Element]:
        """The steps that people do."""
        return [each for each in self.elements.values() if each.kind is ElementKind.USER_TASK]

    @property
    def data_keys(self) -> frozenset[str]:
        """Every name under which a dossier of this procedure keeps data, also inside a called process."""
        of_forms = {task.form.data_key for task in self.user_tasks if task.form}
        of_results = {each.result for each in self.elements.values() if each.result}
        local = {name for each in self.elements.values() for name in each.names}
        return frozenset({self.facts.start_form, *of_forms, *of_results, *local})

    def check(self, form: str, raw: Mapping[str, Any], data: Mapping[str, Any], unit: str = "") -> dict[str, Any]:
        """Clean answers to a form; raises InvalidAnswers."""
        definition = FormDefinition.parse(self.forms[form], form)
        context = AnswerContext(
            now=NOW, zone=ZoneInfo("Asia/Ho_Chi_Minh"), documents=a_paper, data={**data, "people": people_in(unit)}
        )
        return answers.check(definition, filled(raw), context)

    def decision_model(self, path: str) -> decisions.DecisionModel:
        """A decision table of the procedure."""
        return decisions.load((self.folder / path).read_bytes())


@dataclass
class DryWalk:
    """One dossier on its way through a procedure's files."""

    files: Files
    walk: Mapping[str, Any]
    passed: list[str] = field(default_factory=list)
    data: dict[str, Any] = field(default_factory=dict)
    rounds: dict[str, int] = field(default_factory=dict)
    tasks: dict[UUID, str] = field(default_factory=dict)
    timers: dict[UUID, str] = field(default_factory=dict)

    def go(self) -> Step:
        """Walk to the end; every answer is checked by its form on the way."""
        start = self.files.facts.start_form
        self.data["dossier"] = {"supplement_requests": 0}
        self.data[start] = self.files.check(start, self.walk["application"], {})
        step = self._take(interpreter.start(self.files.program, self._evaluation()))
        for _ in range(MOST_STEPS):
            if step.ended_at:
                return step
            step = self._take(self._next(step))
        raise AssertionError(f"no end within {MOST_STEPS} steps; open: {sorted(self.tasks.values())}")

    def _next(self, step: Step) -> Step:
        program, evaluation = self.files.program, self._evaluation()
        message = self.walk.get("message")
        if message and message["at"] in self.tasks.values():
            return interpreter.send(program, step.snapshot, evaluation, message["name"])
        left = self.walk.get("leave", ())
        for task_id, element_id in self.tasks.items():
            if element_id not in left:
                self._answer(self.files.elements[element_id])
                return interpreter.complete(program, step.snapshot, evaluation, task_id)
        return interpreter.fire(program, step.snapshot, evaluation, next(iter(self.timers)))

    def _answer(self, element: Element) -> None:
        assert element.form is not None
        key = element.form.data_key
        given = self.walk["answers"][key]
        turn = self.rounds[key] = self.rounds.get(key, -1) + 1
        competent = self.walk["expect"].get("competent_unit")
        asked = self.files.procedure.place(element.unit) == "competent" and competent
        unit = competent if asked else self.files.procedure.unit(element.unit)
        raw = given[min(turn, len(given) - 1)]
        local = {name: self.data.get(key) for name, key in element.names.items()}
        self.data[key] = self.files.check(element.form.key, raw, {**self.data, **local}, unit)

    def _evaluation(self) -> Evaluation:
        return Evaluation(self.files.elements, self.data, NOW, self.files.decision_model, {})

    def _take(self, step: Step) -> Step:
        assert not step.failures
        self.tasks |= {opened.id: opened.element_id for opened in step.tasks_opened}
        self.timers |= {opened.id: opened.element_id for opened in step.timers_opened}
        self.tasks = {key: value for key, value in self.tasks.items() if key not in step.tasks_closed}
        self.timers = {key: value for key, value in self.timers.items() if key not in step.timers_closed}
        self.data.update(step.results)
        self.data["dossier"]["supplement_requests"] += supplements(self.files.elements, step)
        self.passed.extend(step.passed)
        return step


def filled(value: Any) -> Any:
    """Answers with today in place of "@today"; "@name" stands for an uploaded paper and stays."""
    if isinstance(value, Mapping):
        return {name: filled(each) for name, each in value.items()}
    if isinstance(value, list):
        return [filled(each) for each in value]
    return NOW.date().isoformat() if value == "@today" else value


def a_paper(identifier: str) -> DocumentRef | None:
    """The paper that "@name" stands for."""
    return DocumentRef(identifier, identifier[1:], "application/pdf", 1_000) if identifier.startswith("@") else None


def people_in(unit: str) -> dict[str, list[dict[str, str]]]:
    """Who holds which role in a unit, as forms offer them."""
    found: dict[str, list[dict[str, str]]] = {}
    for person, role, where in holdings():
        if where == unit:
            found.setdefault(role, []).append({"label": person["name"], "value": person["username"]})
    return found


def holdings() -> Iterator[tuple[Mapping[str, Any], str, str]]:
    """Every person of the demo organisation with each role and its unit."""
    for person in DEMO["person"]:
        for held in person["roles"]:
            yield person, held["role"], held["unit"]
