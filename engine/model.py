"""The nouns of the engine as frozen values. What is stored stands in `engine.persistence.tables`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from uuid import UUID

from engine.deadlines.ledger import ClockEventKind
from engine.deadlines.terms import Unit


class Channel(StrEnum):
    """How a dossier came in."""

    ONLINE = "online"
    DESK = "desk"
    POST = "post"
    KIOSK = "kiosk"


class DossierState(StrEnum):
    """Where a dossier stands, as a citizen would ask. Derived from the clock and from the process's end."""

    FILED = "filed"
    PROCESSING = "processing"
    AWAITING_APPLICANT = "awaiting_applicant"
    DECIDED = "decided"
    CLOSED = "closed"


class TaskState(StrEnum):
    """The life of a user task."""

    OPEN = "open"
    COMPLETED = "completed"
    CANCELLED = "cancelled"


class DeadlineState(StrEnum):
    """The life of a row that waits for a moment."""

    PENDING = "pending"
    FIRED = "fired"
    CANCELLED = "cancelled"
    PARKED = "parked"


class LetterState(StrEnum):
    """The life of a letter."""

    PENDING = "pending"
    PRINTED = "printed"
    FAILED = "failed"  # an operator has been told and may try again


class DeadlineKind(StrEnum):
    """What happens when the moment comes."""

    TIMER = "timer"  # a BPMN timer event of the diagram fires
    TERM = "term"  # the dossier's statutory term lapses
    STEP = "step"  # a user task's own limit lapses
    WARNING = "warning"  # the term lapses in so many working days
    APOLOGY = "apology"  # the last day on which an apology and a new date can be prepared in time
    HAND_OVER = "hand-over"  # the competent body must have received the dossier by now
    RECEPTION = "reception"  # an online dossier must have been received or refused by now


class Role(StrEnum):
    """What a person may be in a unit; lanes of a diagram name these."""

    APPLICANT = "applicant"
    RECEPTION_OFFICER = "reception_officer"
    CASE_OFFICER = "case_officer"
    DIVISION_HEAD = "division_head"
    AGENCY_LEADER = "agency_leader"
    RECORDS_CLERK = "records_clerk"
    CONSULTED_OFFICER = "consulted_officer"
    PROCEDURE_CONTROL = "procedure_control"
    PROCESS_DESIGNER = "process_designer"
    OPERATOR = "operator"


@dataclass(frozen=True)
class Cover:
    """An absent person in whose place somebody acts, and the (role, unit code) pairs of that person this opens."""

    id: UUID
    name: str
    username: str
    roles: frozenset[tuple[Role, str]]


@dataclass(frozen=True)
class Actor:
    """Who does something: a person of the organisation, an applicant holding a dossier's link, or the system.

    `roles` holds (role, unit code) pairs valid at the moment the actor was loaded, those of absent people whom the
    actor stands in for (`covers`) among them.
    """

    id: UUID | None
    name: str
    username: str = ""
    roles: frozenset[tuple[Role, str]] = frozenset()
    dossier_id: UUID | None = None  # set for an applicant: the one dossier the link opens
    covers: tuple[Cover, ...] = ()
    borrowed: frozenset[tuple[Role, str]] = frozenset()  # of `roles`: held in somebody's place only
    on_behalf_of: Cover | None = None  # set while the actor acts in somebody's place

    def has_role(self, role: Role, unit: str | None = None) -> bool:
        """Whether the actor holds the role, in the given unit or (None) in any."""
        return any(held is role and (unit is None or where == unit) for held, where in self.roles)

    def as_json(self) -> dict[str, Any]:
        """What the journal keeps of the actor."""
        kept: dict[str, Any] = {"name": self.name}
        if self.id:
            kept["id"] = str(self.id)
        if self.username:
            kept["username"] = self.username
        if self.on_behalf_of:
            absent = self.on_behalf_of
            kept["on_behalf_of"] = {"id": str(absent.id), "name": absent.name, "username": absent.username}
        return kept

    @property
    def signature(self) -> str:
        """The name to be written under what the actor does."""
        return f"{self.name} (thay {self.on_behalf_of.name})" if self.on_behalf_of else self.name

    def place_taken(self, role: Role, unit: str, assignee: UUID | None) -> Cover | None:
        """In whose place the actor does a step of this role and unit that `assignee` holds; None: as oneself."""
        if assignee is not None and assignee == self.id:
            return None
        able = [cover for cover in self.covers if (role, unit) in cover.roles]
        named = next((cover for cover in able if cover.id == assignee), None)
        if named or (role, unit) not in self.borrowed:
            return named
        return able[0] if able else None


SYSTEM = Actor(id=None, name="motcua", username="system")


@dataclass(frozen=True)
class LegalBasis:
    """Where the law says so. `sample` marks a text that no lawyer has confirmed yet."""

    document: str
    article: str = ""
    checked: str = ""
    sample: bool = False
    source: str = ""  # where the text was read


@dataclass(frozen=True)
class FormRef:
    """The form a user task shows, and the name its answers are kept under in the dossier's data."""

    key: str
    data_key: str


@dataclass(frozen=True)
class StepLimit:
    """How long one step may take: a whole number of `unit`."""

    amount: int
    unit: Unit


@dataclass(frozen=True)
class ClockEffect:
    """What reaching (`on_enter`) and leaving (`on_leave`) an element does to the statutory clock."""

    on_enter: ClockEventKind | None = None
    on_leave: ClockEventKind | None = None
    ground: str = ""


@dataclass(frozen=True)
class Act:
    """An act of authority, by name; `when` is FEEL over its own answers and all before (empty: always)."""

    name: str
    when: str = ""


@dataclass(frozen=True)
class LetterDue:
    """A letter that is due at an element: the key of its template, and FEEL for when, the reason and the ground."""

    key: str
    when: str = ""
    reason: str = ""
    ground: str = ""


class ElementKind(StrEnum):
    """The BPMN elements that this platform runs; everything else is refused at deployment."""

    START = "startEvent"
    END = "endEvent"
    USER_TASK = "userTask"
    SCRIPT_TASK = "scriptTask"
    DECISION_TASK = "businessRuleTask"
    SERVICE_TASK = "serviceTask"
    EXCLUSIVE = "exclusiveGateway"
    PARALLEL = "parallelGateway"
    INCLUSIVE = "inclusiveGateway"
    EVENT_GATEWAY = "eventBasedGateway"
    CATCH = "intermediateCatchEvent"
    THROW = "intermediateThrowEvent"
    BOUNDARY = "boundaryEvent"
    SUBPROCESS = "subProcess"
    CALL = "callActivity"


@dataclass(frozen=True)
class TimerRule:
    """When a timer fires: a statutory limit counted on the calendar, or a FEEL expression for date or duration."""

    limit: StepLimit | None = None
    duration: str = ""
    moment: str = ""


@dataclass(frozen=True)
class Call:
    """What a callActivity tells the process it calls: its name for data, who its lanes are, what it is to read."""

    scope: str = ""  # begins every data key of this call; empty when the called process keeps its own names
    places: tuple[tuple[str, str], ...] = ()  # (symbolic unit of the called process, symbolic unit here)
    given: tuple[tuple[str, str], ...] = ()  # (name that the called process reads, data key here)


@dataclass(frozen=True)
class Element:
    """One element of a diagram with the law that stands on it."""

    id: str
    kind: ElementKind
    name: str
    process_id: str
    line: int
    name_en: str = ""
    documentation: str = ""
    role: Role | None = None
    unit: str = ""  # symbolic place: "receiving", "competent" or a unit code
    form: FormRef | None = None
    limit: StepLimit | None = None
    clock: ClockEffect | None = None
    legal_bases: tuple[LegalBasis, ...] = ()
    assignee: str = ""  # FEEL giving a username
    timer: TimerRule | None = None
    message: str = ""
    error_code: str = ""
    script: str = ""
    result: str = ""
    decision: tuple[str, str] = ("", "")  # (file, decision name)
    service: str = ""
    outcome: str = ""
    milestone: int = 0  # per cent of the way when this element is passed
    attached_to: str = ""
    interrupting: bool = True
    called: str = ""
    call: Call | None = None  # of a callActivity
    names: Mapping[str, str] = field(default_factory=dict)  # in a call with a scope: local name -> data key
    default_flow: str = ""  # of a gateway: the id of the flow taken when no condition holds
    terminates: bool = False  # of an end event: everything else that runs in its process is cancelled
    act: Act | None = None  # of a user task: the act of authority that completing it is
    letters: tuple[LetterDue, ...] = ()
    silence_consents: bool = False  # of a consultation's timer: no answer in time is consent by law

    def title(self, lang: str = "vi") -> str:
        """The element's name in the reader's language, its id when it has none."""
        return (self.name_en if lang == "en" else self.name) or self.name or self.id


@dataclass(frozen=True)
class Flow:
    """A sequence flow; `condition` is FEEL, empty when the flow has none."""

    id: str
    source: str
    target: str
    line: int
    condition: str = ""
    name: str = ""
    name_en: str = ""


@dataclass(frozen=True)
class Process:
    """One BPMN process (the main one, a called one) as the parser read it, with its nested subprocesses' elements."""

    id: str
    name: str
    path: str
    elements: Mapping[str, Element] = field(default_factory=dict)
    flows: tuple[Flow, ...] = ()
    name_en: str = ""
    line: int = 0


@dataclass(frozen=True)
class Finding:
    """A fault of a bundle, with the place and the way out. `error` findings stop a deployment."""

    code: str
    message: str
    fix: str
    path: str = ""
    element_id: str = ""
    line: int = 0
    error: bool = True

    def __str__(self) -> str:
        """One line for a terminal."""
        place = ":".join(str(part) for part in (self.path, self.line or "", self.element_id) if part)
        return f"{place}: {'error' if self.error else 'warning'} {self.code}: {self.message} {self.fix}"


@dataclass(frozen=True)
class Opened:
    """A task or timer of a running process that waits: `id` is stable while it waits."""

    id: UUID
    element_id: str


@dataclass(frozen=True)
class Failure:
    """An automatic step that could not be carried out; the process stands there until it is retried."""

    id: UUID
    element_id: str
    error: str
    message: str


@dataclass(frozen=True)
class Step:
    """What one command did to a running process; `transition` turns it into events and rows."""

    snapshot: bytes
    passed: tuple[str, ...] = ()  # ids of elements entered and left, in order
    entered: tuple[str, ...] = ()  # ids of elements where the process now waits and did not before
    left: tuple[str, ...] = ()  # ids of elements where it waited before and does not now
    tasks_opened: tuple[Opened, ...] = ()
    tasks_closed: frozenset[UUID] = frozenset()
    timers_opened: tuple[Opened, ...] = ()
    timers_closed: frozenset[UUID] = frozenset()
    results: Mapping[str, object] = field(default_factory=dict)
    decisions: tuple[tuple[str, tuple[str, ...]], ...] = ()  # (element id, rules that matched: "decision/rule")
    failures: tuple[Failure, ...] = ()
    mended: frozenset[UUID] = frozenset()  # ids of failed steps that stand no longer
    ended_at: str = ""  # id of the end event when the process has ended
