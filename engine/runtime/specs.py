"""From a bundle's diagrams to the specifications that SpiffWorkflow executes; compiled once per procedure version.

The diagram has been linted before; here everything the library would interpret on its own (scripts, timers, data,
extensions) is taken out, so that it only moves tokens, and each automatic task calls back into our interpreter.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from SpiffWorkflow.bpmn.parser.BpmnParser import BpmnParser, full_tag
from SpiffWorkflow.bpmn.parser.task_parsers import ConditionalGatewayParser, GatewayParser
from SpiffWorkflow.bpmn.parser.TaskParser import TaskParser
from SpiffWorkflow.bpmn.specs.bpmn_process_spec import BpmnProcessSpec
from SpiffWorkflow.bpmn.specs.bpmn_task_spec import BpmnTaskSpec
from SpiffWorkflow.bpmn.specs.mixins.bpmn_spec_mixin import BpmnSpecMixin
from SpiffWorkflow.specs.base import TaskSpec
from SpiffWorkflow.task import Task

from engine.model import Element
from engine.runtime.joins import TokenInclusiveGateway, TokenParallelGateway
from engine.runtime.waiting import own

_BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
_TAKEN_OUT = frozenset(
    _BPMN + name
    for name in (
        "extensionElements", "documentation", "ioSpecification", "dataObject", "dataObjectReference",
        "dataInputAssociation", "dataOutputAssociation", "association", "textAnnotation", "group",
    )
)  # fmt: skip


class AutomaticTask(BpmnSpecMixin, TaskSpec):
    """A script, decision or service task: carried out by whoever interprets the process."""

    def _run_hook(self, my_task: Task) -> bool:
        my_task.workflow.script_engine.perform(my_task)
        return True


class _Parser(BpmnParser):
    OVERRIDE_PARSER_CLASSES = {  # noqa: RUF012 - the library's own shape
        full_tag("scriptTask"): (TaskParser, AutomaticTask),
        full_tag("businessRuleTask"): (TaskParser, AutomaticTask),
        full_tag("serviceTask"): (TaskParser, AutomaticTask),
        full_tag("parallelGateway"): (GatewayParser, TokenParallelGateway),
        full_tag("inclusiveGateway"): (ConditionalGatewayParser, TokenInclusiveGateway),
    }


@dataclass(frozen=True)
class Program:
    """What one procedure version executes: read-only and shared by all its dossiers."""

    main: BpmnProcessSpec
    subprocesses: Mapping[str, BpmnProcessSpec]
    elements: Mapping[str, Element]

    def spec(self, name: str) -> BpmnProcessSpec:
        """The main process (empty name) or a subprocess by its id."""
        return self.subprocesses[name] if name else self.main


def compile_program(process_id: str, roots: Mapping[str, Any], elements: Mapping[str, Element]) -> Program:
    """Compile `process_id` from the parsed diagrams (`roots`: path -> root element; they are changed)."""
    parser = _Parser()
    for path, root in roots.items():
        _prepare(root)
        parser.add_bpmn_xml(root, filename=path)
    main = parser.get_spec(process_id)
    subprocesses = parser.get_subprocess_specs(process_id)
    for process in (main, *subprocesses.values()):
        for spec in process.task_specs.values():
            if hasattr(spec, "event_definition"):
                spec.event_definition = own(spec.event_definition)
    return Program(main, subprocesses, elements)


def element_id(spec: BpmnTaskSpec) -> str:
    """The id of the diagram's element behind a specification; empty for what the library adds itself."""
    return getattr(spec, "bpmn_id", None) or ""


def _prepare(root: Any) -> None:
    """Leave only what moves tokens, and name each timer after its element."""
    for node in list(root.iter()):
        if node.tag in _TAKEN_OUT:
            node.getparent().remove(node)
        elif node.tag == _BPMN + "timerEventDefinition":
            for child in list(node):
                node.remove(child)
            duration = node.makeelement(_BPMN + "timeDuration")
            duration.text = node.getparent().get("id")
            node.append(duration)
