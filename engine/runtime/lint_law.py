"""What the law asks of a diagram: who, on which basis, what happens to the clock, how a dossier can end."""

from collections.abc import Iterator
from typing import Final

from engine.deadlines.ledger import ClockEventKind
from engine.model import Element, ElementKind, Finding, LegalBasis, Role
from engine.runtime.bundle import MAIN
from engine.runtime.coming import CLOCK, CLOSED, FITS, NO_OUTCOME, NOT_STARTED, RUNNING, Coming
from engine.runtime.facts import PATH
from engine.runtime.rules import rule
from engine.runtime.subject import Subject

MESSAGES: Final = frozenset({"withdrawal", "stop"})
"""What the platform sends to a process: the applicant withdraws, the authority stops."""

NO_ROLE = rule(
    "no-role",
    ("userTask không thuộc vai trò nào.", "Nobody is accountable for this userTask."),
    ("Đặt nó trong một lane có motcua:role.", "Put it into a lane with a motcua:role."),
)
NO_UNIT = rule(
    "role-without-unit",
    ("Vai trò “{found}” không nói thuộc đơn vị nào.", 'The role "{found}" does not say in which unit.'),
    ('Thêm unit, ví dụ "competent" hoặc "receiving".', 'Add a unit, for example "competent" or "receiving".'),
)
NO_BASIS = rule(
    "no-legal-basis",
    ("userTask không có căn cứ pháp lý.", "The userTask has no legal basis."),
    ("Thêm motcua:legalBasis trên bước hoặc trên lane.", "Put a motcua:legalBasis on the step or on its lane."),
)
APPLICANT_WAIT = rule(
    "applicant-wait-without-clock",
    (
        "Chờ người nộp trong khi thời hạn đang tính mà không nói tác động lên thời hạn.",
        "The process waits for the applicant while the clock runs, and does not say what that does to it.",
    ),
    ('Thêm motcua:clock effect="suspend" hoặc "restart".', 'Add motcua:clock effect="suspend" or "restart".'),
)
SUSPENDS_NOTHING = rule(
    "clock-suspends-nothing",
    (
        "Phần tử này không chờ nên không thể tạm dừng thời hạn.",
        "This element does not wait, so it cannot suspend the clock.",
    ),
    ("Đặt suspend hoặc restart trên bước chờ người nộp.", "Put suspend or restart on the step that waits."),
)
NO_GROUND = rule(
    "clock-without-ground",
    ("Tạm dừng thời hạn mà không nêu căn cứ.", "The clock is suspended without a ground."),
    ("Thêm ground.", "Say the ground."),
)
CLOCK_IMPOSSIBLE = rule(
    "clock-impossible",
    (
        "Ở đây thời hạn không bao giờ nhận được “{found}”: {states_vi}.",
        'Here the clock can never take "{found}": it is {states}.',
    ),
    ("Kiểm tra bước accept, decide, stop trước đó.", "Look at accept, decide and stop before this element."),
)
CLOCK_DOUBTFUL = rule(
    "clock-doubtful",
    (
        "Theo một số đường, thời hạn không nhận được “{found}”: {states_vi}.",
        'On some ways the clock cannot take "{found}": it is {states}.',
    ),
    (
        "Kiểm tra các đường tới đây; lúc chạy bước sẽ bị từ chối.",
        "Look at the ways that lead here: the step would be refused.",
    ),
    error=False,
)
NO_ACCEPT = rule(
    "clock-never-starts",
    ("Không phần tử nào bắt đầu tính thời hạn.", "No element starts the clock."),
    (
        'Đặt motcua:clock effect="accept" ở bước tiếp nhận.',
        'Put motcua:clock effect="accept" on the step of reception.',
    ),
)
NO_DECIDE = rule(
    "clock-never-decided",
    ("Không phần tử nào kết thúc thời hạn bằng kết quả.", "No element ends the count with a decision."),
    (
        'Đặt motcua:clock effect="decide" ở bước ra kết quả.',
        'Put motcua:clock effect="decide" where the result is there.',
    ),
)
RUNS_ON = rule(
    "clock-runs-on",
    (
        "Quy trình kết thúc ở đây trong khi thời hạn có thể còn tính.",
        "The process ends here while the clock may still run.",
    ),
    (
        'Đặt motcua:clock effect="decide" hoặc "stop" trước đó hoặc ở đây.',
        'Put motcua:clock effect="decide" or "stop" before or here.',
    ),
    error=False,
)
NO_OUTCOME_SAID = rule(
    "end-without-outcome",
    ("Quy trình có thể kết thúc ở đây mà không nói kết cục.", "The process may end here without saying how."),
    ("Thêm motcua:outcome.", "Add a motcua:outcome."),
)
OUTCOME_MISSING = rule(
    "outcome-missing",
    ("Không đường nào dẫn tới kết cục “{found}”.", 'No way leads to the outcome "{found}".'),
    ("Thêm một endEvent với kết cục đó.", "Add an end event with that outcome."),
)
NO_WITHDRAWAL = rule(
    "no-withdrawal",
    ("Người nộp không rút được hồ sơ.", "The applicant cannot withdraw."),
    (
        'Bọc luồng chính trong subProcess và gắn sự kiện biên message "withdrawal" có ngắt.',
        'Put the main flow into a subProcess with an interrupting boundary message "withdrawal".',
    ),
    error=False,
)
MESSAGE_UNKNOWN = rule(
    "message-nobody-sends",
    ("Không ai gửi message “{found}”.", 'Nobody sends the message "{found}".'),
    ('Hệ thống gửi "withdrawal" và "stop".', 'The platform sends "withdrawal" and "stop".'),
)
MESSAGE_PLACE = rule(
    "message-not-interrupting",
    (
        "“{found}” phải là sự kiện biên có ngắt trên subProcess.",
        '"{found}" must be an interrupting boundary event on a subProcess.',
    ),
    (
        "Gắn nó trên subProcess giữ luồng chính, có ngắt.",
        "Attach it, interrupting, to the subProcess of the main flow.",
    ),
)
SAMPLE = rule(
    "sample-law",
    ("Dữ liệu pháp lý mẫu, chưa được xác nhận: {found}.", "Sample legal data that nobody has confirmed: {found}."),
    ("Luật gia xác nhận rồi bỏ sample.", "Have it confirmed, then remove sample."),
    error=False,
)

_WAITS: Final = frozenset({ElementKind.USER_TASK, ElementKind.CATCH, ElementKind.SUBPROCESS, ElementKind.CALL})
_HOLDERS: Final = (ElementKind.SUBPROCESS, ElementKind.CALL)
_STATES_VI: Final = {NOT_STARTED: "chưa bắt đầu", RUNNING: "đang tính", CLOSED: "đã kết thúc"}


def findings(subject: Subject, coming: Coming) -> Iterator[Finding]:
    """What the law would find missing."""
    for element in subject.elements.values():
        yield from _accountable(subject, element)
        yield from _message(subject, element)
        yield from _effect(subject, element)
    yield from _sample(subject)
    if subject.sound and subject.main:
        for element in subject.elements.values():
            yield from _clock(subject, element, coming)
        yield from _endings(subject, coming)


def _accountable(subject: Subject, element: Element) -> Iterator[Finding]:
    if element.kind is not ElementKind.USER_TASK:
        return
    place = subject.place(element)
    if element.role is None:
        yield NO_ROLE.at(*place)
    elif not element.unit and element.role is not Role.APPLICANT:
        yield NO_UNIT.at(*place, found=element.role)
    if not element.legal_bases:
        yield NO_BASIS.at(*place)


def _message(subject: Subject, element: Element) -> Iterator[Finding]:
    if not element.message:
        return
    host = subject.elements.get(element.attached_to)
    on_subprocess = host is not None and host.kind is ElementKind.SUBPROCESS and element.interrupting
    if element.message not in MESSAGES:
        yield MESSAGE_UNKNOWN.at(*subject.place(element), found=element.message)
    elif not on_subprocess:
        yield MESSAGE_PLACE.at(*subject.place(element), found=element.message)


def _effect(subject: Subject, element: Element) -> Iterator[Finding]:
    if element.clock and element.clock.on_enter is ClockEventKind.SUSPENDED:
        if element.kind not in _WAITS:
            yield SUSPENDS_NOTHING.at(*subject.place(element))
        if not element.clock.ground.strip():
            yield NO_GROUND.at(*subject.place(element))


def _clock(subject: Subject, element: Element, coming: Coming) -> Iterator[Finding]:
    place, states = subject.place(element), coming.before(element.id) & CLOCK
    waits_for_applicant = element.role is Role.APPLICANT and element.kind is ElementKind.USER_TASK
    if waits_for_applicant and RUNNING in states and element.clock is None and not _paused_around(subject, element):
        yield APPLICANT_WAIT.at(*place)
    for event in (element.clock.on_enter, element.clock.on_leave) if element.clock else ():
        misfits = states - FITS.get(event, CLOCK) if event else frozenset()
        if misfits:
            which = CLOCK_IMPOSSIBLE if misfits == states else CLOCK_DOUBTFUL
            named = sorted(misfits)
            states_vi = ", ".join(_STATES_VI[state] for state in named)
            english = ", ".join(state.removeprefix("@clock ") for state in named)
            yield which.at(*place, found=event, states=english, states_vi=states_vi)


def _paused_around(subject: Subject, element: Element) -> bool:
    """Whether a subprocess or call around the element has suspended the clock."""
    inside, seen = element.process_id, {""}
    while inside not in seen:
        seen.add(inside)
        around = [one for one in subject.of_kind(*_HOLDERS) if inside == (one.called or one.id)]
        if any(one.clock and one.clock.on_enter is ClockEventKind.SUSPENDED for one in around):
            return True
        inside = around[0].process_id if around else ""
    return False


def _endings(subject: Subject, coming: Coming) -> Iterator[Finding]:
    elements = list(subject.elements.values())
    for event, which in ((ClockEventKind.ACCEPTED, NO_ACCEPT), (ClockEventKind.DECIDED, NO_DECIDE)):
        if not any(element.clock and element.clock.on_leave is event for element in elements):
            yield which.at(MAIN, subject.main.line if subject.main else 0)
    outcomes = {element.outcome for element in elements if coming.before(element.id)}
    for outcome in ("granted", "refused"):
        if outcome not in outcomes:
            yield OUTCOME_MISSING.at(MAIN, subject.main.line if subject.main else 0, found=outcome)
    if not any(element.message == "withdrawal" for element in elements):
        yield NO_WITHDRAWAL.at(MAIN, subject.main.line if subject.main else 0)
    for element in elements:
        if element.kind is ElementKind.END and subject.main and element.process_id == subject.main.id:
            if NO_OUTCOME in coming.after(element.id):
                yield NO_OUTCOME_SAID.at(*subject.place(element))
            if RUNNING in coming.after(element.id):
                yield RUNS_ON.at(*subject.place(element))


def _sample(subject: Subject) -> Iterator[Finding]:
    """One finding for each sample text, at the first place that names it."""
    told: set[str] = set()
    for place, basis in _bases(subject):
        text = f"{basis.document} {basis.article}".strip()
        if basis.sample and text not in told:
            told.add(text)
            yield SAMPLE.at(*place, found=text)


def _bases(subject: Subject) -> Iterator[tuple[tuple[str, int, str], LegalBasis]]:
    if subject.facts:
        for basis in (*(term.legal_basis for term in subject.facts.terms), *subject.facts.legal_bases):
            yield (PATH, 0, ""), basis
    for element in subject.elements.values():
        for basis in element.legal_bases:
            yield subject.place(element), basis
