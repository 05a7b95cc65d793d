"""One procedure version, read and compiled: what every dossier pinned to it shares."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Final

from engine import decisions
from engine.deadlines.terms import Term
from engine.decisions import DecisionModel
from engine.model import Element, Flow, Process
from engine.runtime import calls
from engine.runtime.bundle import Bundle
from engine.runtime.facts import Facts
from engine.runtime.parser import read_process, spiff_root
from engine.runtime.side_tasks import SIDE_TASKS
from engine.runtime.side_tasks import forms as side_forms
from engine.runtime.specs import Program, compile_program
from forms.definition import FormDefinition

_FORM_SUFFIX = ".form.json"
PLACES: Final = frozenset({"competent", "receiving", "support"})
"""The places that each dossier has for itself (`engine.places`); every other name of [units] is one unit for all."""


@dataclass(frozen=True)
class Procedure:
    """A deployed bundle, ready to run. Read-only and shared between dossiers and threads.

    `elements` and `forms` also hold the platform's own side tasks; `processes` only what the diagrams say, a called
    process once for each call with a scope.
    """

    bundle: Bundle
    processes: tuple[Process, ...]
    elements: Mapping[str, Element]
    forms: Mapping[str, FormDefinition]
    program: Program

    @property
    def key(self) -> str:
        """The procedure's key."""
        return self.bundle.key

    @property
    def facts(self) -> Facts:
        """What procedure.toml says."""
        return self.bundle.typed_facts

    @property
    def terms(self) -> tuple[Term, ...]:
        """The general statutory terms, base and temporary."""
        return self.facts.law_terms

    def terms_of(self, case: str) -> tuple[Term, ...]:
        """The statutory terms, base and temporary, of a case of the procedure."""
        return self.facts.terms_of(case)

    @property
    def start_form(self) -> str:
        """The key of the form that an applicant files."""
        return self.facts.start_form

    @property
    def flows(self) -> tuple[Flow, ...]:
        """Every sequence flow of every process."""
        return tuple(flow for process in self.processes for flow in process.flows)

    @cached_property
    def diagram(self) -> bytes:
        """The main diagram as it was deployed."""
        return self.bundle.files["process.bpmn"]

    def title(self, lang: str = "vi") -> str:
        """The procedure's name in the reader's language."""
        return self.facts.title.get(lang)

    def unit(self, symbol: str) -> str:
        """The unit code behind a symbolic place of the diagram; a unit code stands for itself."""
        code = self.facts.units.get(symbol, symbol)
        return self.facts.units.get(code, code) if code in PLACES else code

    def place(self, symbol: str) -> str:
        """Which of the three places a symbol means: [units] may say `division = "competent"`; else the symbol."""
        meant = self.facts.units.get(symbol, symbol)
        return meant if meant in PLACES else symbol

    def decision_model(self, path: str) -> DecisionModel:
        """The DMN file of the bundle at `path`, parsed once."""
        return _decision_model(self.bundle.checksum, path, self.bundle.files[path])


def load(bundle: Bundle) -> Procedure:
    """Read and compile a bundle that has passed the checks; the same content is compiled once."""
    known = _loaded.get(bundle.checksum)
    if known is None:
        known = _loaded[bundle.checksum] = _compile(bundle)
    return known


_loaded: dict[str, Procedure] = {}  # by checksum; a version never changes, so nothing is ever taken out


@lru_cache(maxsize=256)
def _decision_model(_checksum: str, _path: str, source: bytes) -> DecisionModel:
    return decisions.load(source)


def _compile(bundle: Bundle) -> Procedure:
    diagrams = {path: source for path, source in bundle.files.items() if path.endswith(".bpmn")}
    drawn = (process for path, source in diagrams.items() for process in read_process(source, path))
    processes = calls.expanded(drawn)
    elements = {each.id: each for process in processes for each in process.elements.values()}
    forms = {
        path.rsplit("/", 1)[-1].removesuffix(_FORM_SUFFIX): FormDefinition.parse(source, path)
        for path, source in bundle.files.items()
        if path.endswith(_FORM_SUFFIX)
    }
    roots = {process.id: spiff_root(diagrams[process.path]) for process in processes}
    for process in processes:
        calls.rename(roots[process.id], process)
    program = compile_program(bundle.key, roots, elements)
    return Procedure(bundle, processes, {**elements, **SIDE_TASKS}, {**side_forms(), **forms}, program)
