"""The law on a BPMN element: the motcua:* children of its extensionElements, held against the XSD and read."""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Final

from lxml import etree

from engine.deadlines.ledger import ClockEventKind
from engine.deadlines.terms import Unit
from engine.feel import nearest_name
from engine.model import Act, Call, ClockEffect, Finding, FormRef, LegalBasis, LetterDue, Role, StepLimit
from engine.runtime.hardened import line_of
from engine.runtime.profile import BPMN, MOTCUA, name_of, prefixed
from engine.runtime.rules import rule

_PLACE: Final = re.compile(r", line \d+$")
_XSD: Final = Path(__file__).with_name("motcua.xsd")

UNKNOWN = rule(
    "extension-foreign",
    (
        "Phần mở rộng {name} của sản phẩm khác sẽ bị bỏ qua.",
        "The extension {name} of another product would be ignored.",
    ),
    ("Xóa nó; dùng phần mở rộng motcua:*.", "Delete it; say it with a motcua:* extension."),
)
NO_SUCH = rule(
    "extension-unknown",
    ("Không có phần mở rộng motcua:{name}.", "There is no extension motcua:{name}."),
    ("Sửa tên{near}; xem docs/for-designers/bpmn.md.", "Correct the name{near}; see docs/for-designers/bpmn.md."),
)
INVALID = rule(
    "extension-invalid",
    ("motcua:{name} sai: {found}", "motcua:{name} is wrong: {found}"),
    ("Sửa theo trang docs/for-designers/bpmn.md.", "Correct it after docs/for-designers/bpmn.md."),
)
MISPLACED = rule(
    "extension-misplaced",
    ("motcua:{name} không được đặt trên <{inside}>.", "motcua:{name} cannot stand on a <{inside}>."),
    ("Chuyển sang: {places}.", "Move it to: {places}."),
)
REPEATED = rule(
    "extension-repeated",
    ("motcua:{name} lặp lại trên cùng phần tử.", "motcua:{name} stands twice on the same element."),
    ("Giữ lại một.", "Keep one."),
)

_WAITS: Final = frozenset({"userTask", "intermediateCatchEvent", "subProcess", "callActivity"})
_REPEATABLE: Final = frozenset({"legalBasis", "place", "given", "letter"})
_STEPS: Final = frozenset({"scriptTask", "businessRuleTask", "serviceTask"})
_EVENTS: Final = frozenset({"intermediateThrowEvent", "boundaryEvent", "endEvent"})
_NODES: Final = _WAITS | _STEPS | _EVENTS | {"startEvent"}
_GATEWAYS: Final = frozenset({"exclusiveGateway", "inclusiveGateway", "parallelGateway", "eventBasedGateway"})

PLACES: Final[Mapping[str, frozenset[str]]] = {
    "label": _NODES | _GATEWAYS | {"sequenceFlow", "lane", "process", "participant"},
    "role": frozenset({"lane"}),
    "legalBasis": _NODES | _GATEWAYS | {"lane"},
    "form": frozenset({"userTask"}),
    "limit": frozenset({"userTask", "intermediateCatchEvent", "boundaryEvent", "callActivity"}),
    "clock": _WAITS | _STEPS | _EVENTS,
    "assignee": frozenset({"userTask"}),
    "result": _STEPS,
    "decision": frozenset({"businessRuleTask"}),
    "service": frozenset({"serviceTask"}),
    "outcome": frozenset({"endEvent"}),
    "milestone": _NODES | _GATEWAYS,
    "silence": frozenset({"boundaryEvent"}),
    "scope": frozenset({"callActivity"}),
    "place": frozenset({"callActivity"}),
    "given": frozenset({"callActivity"}),
    "act": frozenset({"userTask"}),
    "letter": frozenset({"userTask", "intermediateCatchEvent"}) | _STEPS | _EVENTS,
}
"""Where each extension may stand. A clock cannot be suspended by what does not wait (see `lint_structure`)."""

_EFFECTS: Final[Mapping[str, tuple[ClockEventKind | None, ClockEventKind | None]]] = {
    "accept": (None, ClockEventKind.ACCEPTED),
    "suspend": (ClockEventKind.SUSPENDED, ClockEventKind.RESUMED),
    "restart": (ClockEventKind.SUSPENDED, ClockEventKind.RESTARTED),
    "decide": (None, ClockEventKind.DECIDED),
    "stop": (None, ClockEventKind.STOPPED),
}


@cache
def _schema() -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(str(_XSD)))


def _problem(extension: etree._Element) -> str:
    """What the XSD has against an extension; empty when it is valid."""
    try:
        _schema().assertValid(extension)
    except etree.DocumentInvalid as problem:
        return _PLACE.sub("", str(problem).replace(f"{{{MOTCUA}}}", "motcua:"))
    return ""


class Extensions:
    """The valid motcua:* extensions of one element; what is wrong with the others is in `findings`."""

    def __init__(self, element: etree._Element, path: str) -> None:
        self.findings: list[Finding] = []
        self._valid: dict[str, list[etree._Element]] = {}
        for holder in element.findall(f"{{{BPMN}}}extensionElements"):
            for child in holder:
                self.findings.extend(self._take(child, element, path))

    def _take(self, child: etree._Element, element: etree._Element, path: str) -> Iterator[Finding]:
        qname = etree.QName(child)
        name, place = qname.localname, (path, line_of(child), element.get("id", ""))
        if qname.namespace != MOTCUA:
            yield UNKNOWN.at(*place, name=prefixed(qname, child))
            return
        if name not in PLACES:
            near = nearest_name(name, PLACES)
            yield NO_SUCH.at(*place, name=name, near=f" ({near}?)" if near else "")
        elif problem := _problem(child):
            yield INVALID.at(*place, name=name, found=problem)
        elif name_of(element) not in PLACES[name]:
            yield MISPLACED.at(*place, name=name, inside=name_of(element), places=", ".join(sorted(PLACES[name])))
        elif name in self._valid and name not in _REPEATABLE:
            yield REPEATED.at(*place, name=name)
        else:
            self._valid.setdefault(name, []).append(child)

    def value(self, name: str, attribute: str) -> str:
        """One attribute of one extension; empty when there is none."""
        found = self._valid.get(name)
        return str(found[0].get(attribute, "")) if found else ""

    def has(self, name: str) -> bool:
        """Whether a valid extension of that name stands here."""
        return name in self._valid

    @property
    def role(self) -> tuple[Role | None, str]:
        """The role of a lane and the symbolic unit it sits in."""
        key = self.value("role", "key")
        return (Role(key) if key else None), self.value("role", "unit")

    @property
    def form(self) -> FormRef | None:
        """The form, whose answers are kept under its own key when nothing else is said."""
        key = self.value("form", "key")
        return FormRef(key, self.value("form", "as") or key) if key else None

    @property
    def call(self) -> Call:
        """What a callActivity tells the process it calls."""
        return Call(self.value("scope", "name"), self._pairs("place", "unit"), self._pairs("given", "key"))

    def _pairs(self, extension: str, attribute: str) -> tuple[tuple[str, str], ...]:
        """The names of a repeatable extension with what each stands for."""
        return tuple((str(each.get("name")), str(each.get(attribute))) for each in self._valid.get(extension, ()))

    @property
    def limit(self) -> StepLimit | None:
        """A step's or a timer's limit."""
        if not self.has("limit"):
            return None
        return StepLimit(int(self.value("limit", "amount")), Unit(self.value("limit", "unit")))

    @property
    def clock(self) -> ClockEffect | None:
        """What the element does to the statutory clock."""
        if not self.has("clock"):
            return None
        enter, leave = _EFFECTS[self.value("clock", "effect")]
        return ClockEffect(enter, leave, self.value("clock", "ground"))

    @property
    def act(self) -> Act | None:
        """The act of authority that the step is."""
        name = self.value("act", "name")
        return Act(name, self.value("act", "when").strip().removeprefix("=").strip()) if name else None

    @property
    def letters(self) -> tuple[LetterDue, ...]:
        """The letters that are due at the element, in the order in which they are written."""
        return tuple(
            LetterDue(
                str(child.get("key")),
                *(str(child.get(name, "")).strip().removeprefix("=").strip() for name in ("when", "reason", "ground")),
            )
            for child in self._valid.get("letter", ())
        )

    @property
    def legal_bases(self) -> tuple[LegalBasis, ...]:
        """Where the law says so."""
        return tuple(
            LegalBasis(
                document=str(child.get("document", "")),
                article=str(child.get("article", "")),
                checked=str(child.get("checked", "")),
                sample=child.get("sample", "false").strip() in {"true", "1"},
            )
            for child in self._valid.get("legalBasis", ())
        )

    @property
    def milestone(self) -> int:
        """Per cent of the way; 0 when nothing is said."""
        return int(self.value("milestone", "percent") or 0)
