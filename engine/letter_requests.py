"""Letters become due: the process passes an element that asks for one, or an apology is approved.

The letter's data are captured in the transaction of the change; it is printed later (`engine.letters`), for printing
takes long and the dossier is locked meanwhile.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select

from engine.change import Change
from engine.errors import EngineError, InvalidInputError
from engine.events import EventType
from engine.history.journal import read
from engine.ids import new_id
from engine.letter_contents import NoDueDateError, Occasion, content, signer_of
from engine.letter_pieces import appointment, head_of, party_of
from engine.model import SYSTEM, Element, ElementKind, LetterDue, LetterState, Role, Step
from engine.persistence.tables import FAR_FUTURE, JournalRow, LetterRow
from engine.runtime.evaluation import Evaluation
from engine.runtime.side_tasks import APOLOGY, SIDE_TASKS
from forms.letter_data import Apology, LetterKind
from forms.letter_reading import InvalidLetterData, as_data, read_letter

_WAITS = frozenset({ElementKind.USER_TASK, ElementKind.CATCH})
Said = Iterable[tuple[str, Mapping[str, Any]]]


class LetterNotWholeError(InvalidInputError):
    """The dossier does not say all that the letter has to say."""

    code = "letter-not-whole"
    title_vi = "Hồ sơ chưa có đủ dữ liệu để in văn bản."


def settle_letters(change: Change, step: Step, evaluation: Evaluation) -> None:
    """Ask for the letters of the elements that the process has passed, and of those where it waits now."""
    elements = change.procedure.elements
    passed = [elements[where] for where in step.passed if elements[where].kind not in _WAITS]
    reached = [elements[where] for where in step.entered if elements[where].kind in _WAITS]
    for element in [*passed, *reached]:
        for due in element.letters:
            _settle(change, evaluation, element, due)


def supplements(elements: Mapping[str, Element], step: Step) -> int:
    """How many requests for a supplement the applicant gets by this step: each is counted (Decree 61/2018 Art. 11)."""
    reached = (elements[where] for where in step.entered)
    return sum(due.key == LetterKind.SUPPLEMENT for element in reached for due in element.letters)


def ask_for_apology(change: Change, answers: Mapping[str, Any], promised: datetime) -> None:
    """Ask for the apology that the leader has just approved; `promised` is the due date before it."""
    occasion = _occasion(change, change.evaluation(), SIDE_TASKS[APOLOGY], LetterDue(LetterKind.APOLOGY))
    dossier = change.dossier
    letter = Apology(
        head=head_of(occasion.units, dossier.competent_unit, dossier.competent_unit, occasion.at.date()),
        addressee=party_of(dossier.applicant_name, dossier.applicant_email, occasion.filed),
        dossier_code=dossier.code,
        request=occasion.matter,
        received_on=occasion.zoned(dossier.received_at or dossier.submitted_at).date(),
        due_at=appointment(change.platform, promised),
        new_due_at=appointment(change.platform, dossier.due_at or promised),
        reason=answers["reason"],
        delaying_unit=answers["unit"],
        signer=signer_of(change, Role.AGENCY_LEADER),
        recipients=("Như trên", "Bộ phận Một cửa", "Lưu: VT, hồ sơ"),
    )
    _add(change, occasion, as_data(letter), "", change.now)


def capture_what_waited(change: Change) -> None:
    """Let the receipts be printed that waited for the due date, which the competent body's receipt has set."""
    if not any(event.type is EventType.DOSSIER_ACKNOWLEDGED for event in change.events):
        return
    waiting = select(LetterRow).where(
        LetterRow.dossier_id == change.dossier.id,
        LetterRow.state == LetterState.PENDING,
        LetterRow.due_at == FAR_FUTURE,
    )
    for row in change.session.scalars(waiting):
        capture_again(change, row)
        row.due_at = change.now


def capture_again(change: Change, row: LetterRow) -> None:
    """Take the data of a letter that could not be taken when it became due; what was said then still stands.

    Raises:
        EngineError: they still cannot.
    """
    element = change.procedure.elements[row.element_id]
    rows = select(JournalRow).where(JournalRow.stream_id == row.dossier_id, JournalRow.recorded_at == row.requested_at)
    entries = [read(each) for each in change.session.scalars(rows.order_by(JournalRow.seq))]
    said = _answers((entry["type"], entry["payload"]) for entry in entries)
    by = entries[0]["actor"]["name"] if entries and entries[0]["actor"].get("username") != SYSTEM.username else ""
    due = next(one for one in element.letters if one.key == row.key)
    at = row.requested_at.astimezone(change.platform.zone)
    row.data = _whole(Occasion(change, change.evaluation(), element, due, said, by, at))


def _settle(change: Change, evaluation: Evaluation, element: Element, due: LetterDue) -> None:
    occasion = _occasion(change, evaluation, element, due)
    try:
        if due.when and evaluation.value(due.when, element) is not True:
            return
        data, fault, at = _whole(occasion), "", change.now
    except NoDueDateError:  # the clock starts with the competent body's receipt
        data, fault, at = {}, "", FAR_FUTURE
    except EngineError as problem:  # what a person has done stays done; the printer tells an operator
        data, fault, at = {}, str(problem), change.now
    _add(change, occasion, data, fault, at)


def _occasion(change: Change, evaluation: Evaluation, element: Element, due: LetterDue) -> Occasion:
    said = _answers((event.type, event.payload) for event in change.events)
    by = "" if change.actor is SYSTEM else change.actor.signature
    return Occasion(change, evaluation, element, due, said, by, change.legal_at.astimezone(change.platform.zone))


def _answers(events: Said) -> dict[str, Any]:
    """What was said in the events of one moment, later words over earlier ones."""
    said: dict[str, Any] = {}
    for type_, payload in events:
        if type_ == EventType.TASK_COMPLETED:
            said |= payload["answers"]
        elif type_ == EventType.RESULT_SET and isinstance(payload["value"], Mapping):
            said |= payload["value"]
        elif type_ == EventType.MESSAGE_RECEIVED:
            said["reason"] = payload["reason"]
    return said


def _whole(occasion: Occasion) -> dict[str, Any]:
    data = as_data(content(occasion))
    try:
        read_letter(LetterKind(occasion.due.key), data)
    except InvalidLetterData as problem:
        raise LetterNotWholeError(str(problem), problem.text.vi) from problem
    return data


def _add(change: Change, occasion: Occasion, data: dict[str, Any], fault: str, due_at: datetime) -> None:
    row = LetterRow(
        dossier_id=change.dossier.id,
        id=new_id(),
        key=str(occasion.due.key),
        element_id=occasion.element.id,
        number=0,
        state=LetterState.PENDING,
        data=data,
        requested_at=change.now,
        due_at=due_at,
        attempts=0,
        last_error=fault,
    )
    change.session.add(row)
    change.note(EventType.LETTER_REQUESTED, letter=str(row.id), key=row.key, element=row.element_id)
