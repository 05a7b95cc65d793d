"""What the checks look at: a bundle with everything in it read as far as it can be."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from engine.model import Element, ElementKind, Finding, Process
from engine.runtime import calls, parser
from engine.runtime.bundle import MAIN, Bundle
from engine.runtime.facts import Facts, read_facts
from engine.runtime.graph import Scope, cycles, heaviest, scopes

MAX_NESTING: Final = 20
MAX_ELEMENTS: Final = calls.MAX_ELEMENTS

Place = tuple[str, int, str]
"""Path, line, element id: the first three arguments of `Rule.at`."""


@dataclass(frozen=True)
class Subject:
    """A bundle under examination. `services` are the registered names, None when they are not known here."""

    bundle: Bundle
    services: frozenset[str] | None = None

    @cached_property
    def _facts(self) -> tuple[Facts | None, tuple[Finding, ...]]:
        return read_facts(self.bundle.files.get("procedure.toml", b""))

    @property
    def facts(self) -> Facts | None:
        """What procedure.toml says, None when it cannot be relied on."""
        return self._facts[0]

    @cached_property
    def _readings(self) -> tuple[Mapping[str, parser.Reading], tuple[Finding, ...]]:
        readings: dict[str, parser.Reading] = {}
        unreadable: list[Finding] = []
        for path, source in self.bundle.diagrams.items():
            try:
                readings[path] = parser.read(source, path)
            except parser.ParseRefused as refusal:
                unreadable.extend(refusal.findings)
        return readings, tuple(unreadable)

    @property
    def reading_findings(self) -> Iterator[Finding]:
        """What is wrong with procedure.toml and with the diagrams as XML and as BPMN."""
        yield from self._facts[1]
        readings, unreadable = self._readings
        yield from unreadable
        for reading in readings.values():
            yield from reading.findings

    @cached_property
    def too_large(self) -> bool:
        """Whether the diagrams hold more elements than anybody could read; then nothing more is looked at."""
        return calls.size(self.drawn) > MAX_ELEMENTS

    @cached_property
    def sound(self) -> bool:
        """Whether ways through all diagrams can be judged: all were read whole, all that is called is there."""
        readings, unreadable = self._readings
        whole = not unreadable and all(reading.sound for reading in readings.values())
        called = {element.called for element in self.of_kind(ElementKind.CALL)}
        fits = called <= set(self.processes) and not self.call_cycles and self.nesting <= MAX_NESTING
        return whole and fits and self._ids_differ

    @property
    def _ids_differ(self) -> bool:
        ids = [key for process in self.all_processes for key in (process.id, *process.elements)]
        return len(ids) == len(set(ids))

    @cached_property
    def _inner(self) -> Mapping[str, list[str]]:
        """The subprocesses and called processes directly inside each process and subprocess."""
        inner: dict[str, list[str]] = {process.id: [] for process in self.all_processes}
        for element in self.elements.values():
            if element.kind in {ElementKind.SUBPROCESS, ElementKind.CALL}:
                inner.setdefault(element.process_id, []).append(element.called or element.id)
        return {key: [one for one in names if one in inner or one in self.elements] for key, names in inner.items()}

    @cached_property
    def call_cycles(self) -> list[list[str]]:
        """The processes and subprocesses that call themselves, by way of others or not."""
        return cycles(self._inner)

    @cached_property
    def nesting(self) -> int:
        """How many subprocesses and called processes stand inside each other at most."""
        inner = {key: [one for one in names if one in self._inner] for key, names in self._inner.items()}
        return int(max(heaviest(inner, dict.fromkeys(inner, 1)).values(), default=0))

    @cached_property
    def drawn(self) -> tuple[Process, ...]:
        """Every process of every file as it is drawn, in the order of the files."""
        return tuple(process for reading in self._readings[0].values() for process in reading.processes)

    @cached_property
    def all_processes(self) -> tuple[Process, ...]:
        """Every process as it runs: what is called under a scope stands here once for each such call."""
        return calls.expanded(self.drawn)

    @cached_property
    def processes(self) -> Mapping[str, Process]:
        """Every process by id; of two with one id, the first."""
        found: dict[str, Process] = {}
        for process in self.all_processes:
            found.setdefault(process.id, process)
        return found

    @cached_property
    def main(self) -> Process | None:
        """The process that a dossier starts."""
        return next((process for process in self.processes.values() if process.path == MAIN), None)

    @cached_property
    def elements(self) -> Mapping[str, Element]:
        """Every element of every process by id."""
        return {key: element for process in self.processes.values() for key, element in process.elements.items()}

    @cached_property
    def scopes(self) -> tuple[Scope, ...]:
        """Every scope of the diagrams that were read whole."""
        whole = [process for process in self.all_processes if self._readings[0][process.path].sound]
        return tuple(scope for process in whole for scope in scopes(process))

    @cached_property
    def _paths(self) -> Mapping[str, str]:
        return {key: process.path for process in self.processes.values() for key in process.elements}

    def of_kind(self, *kinds: ElementKind) -> Iterator[Element]:
        """Every element of these kinds in every process."""
        return (element for element in self.elements.values() if element.kind in kinds)

    def place(self, element: Element) -> Place:
        """Where an element stands."""
        return self._paths.get(element.id, ""), element.line, element.id
