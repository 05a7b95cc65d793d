"""The consultations of a dossier as a page shows them: who is asked, since when, until when, who is late."""

from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from api.language import current_language
from api.pages import present, task_view
from api.site import site
from engine import consultations
from engine.consultations import Answer, Consultation
from engine.persistence.organisation import person_names, unit_names
from engine.persistence.tables import DossierRow


@dataclass(frozen=True)
class ConsultationLine:
    """One body asked once."""

    what: str
    unit: str
    holder: str
    since: datetime
    due: present.Due | None
    word: str
    tone: str
    answered_at: datetime | None
    silence: str


def lines(session: Session, dossier: DossierRow) -> list[ConsultationLine]:
    """Every consultation, those that are waited for first, the latest of them first."""
    found = consultations.of_dossier(session, dossier, site().platform.now())
    units = unit_names(session, {one.task.unit_code for one in found}, current_language())
    people = person_names(session, {one.task.assignee_id for one in found})
    waiting = (Answer.LATE, Answer.WAITING)
    ordered = sorted(found, key=lambda one: waiting.index(one.answer) if one.answer in waiting else 2)
    return [
        ConsultationLine(
            what=task_view.title(one.task),
            unit=units.get(one.task.unit_code, one.task.unit_code),
            holder=task_view.holder(one.task, dossier, people),
            since=one.task.opened_at,
            due=_due(one),
            word=_word(one.answer),
            tone=_TONES[one.answer],
            answered_at=one.task.closed_at,
            silence=_silence(one),
        )
        for one in ordered
    ]


_TONES = {
    Answer.WAITING: "yellow",
    Answer.LATE: "red",
    Answer.GIVEN: "green",
    Answer.GIVEN_LATE: "orange",
    Answer.SILENT: "blue",
    Answer.DROPPED: "grey",
}


def _word(answer: Answer) -> str:
    return {
        Answer.WAITING: _("Đang chờ ý kiến"),
        Answer.LATE: _("Chậm trả lời"),
        Answer.GIVEN: _("Đã có ý kiến"),
        Answer.GIVEN_LATE: _("Đã có ý kiến, trả lời chậm"),
        Answer.SILENT: _("Không trả lời"),
        Answer.DROPPED: _("Không còn cần ý kiến"),
    }[answer]


def _due(one: Consultation) -> present.Due | None:
    if one.due_at is None:
        return None
    if one.task.closed_at is None:
        return present.due(one.due_at)
    return present.Due(present.due_date_text(one.due_at), "", "well", one.due_at)


def _silence(one: Consultation) -> str:
    """What no answer means, and from when on."""
    if one.lapses_at is None:
        return _("Không trả lời thì hồ sơ phải chờ; không có quy định coi im lặng là đồng ý.")
    moment = present.due_date_text(one.lapses_at)
    if one.silence_consents:
        return _("Không trả lời đến hết %(moment)s thì theo luật được coi là đồng ý.", moment=moment)
    return _("Không trả lời đến hết %(moment)s thì hồ sơ đi tiếp; im lặng không phải là đồng ý.", moment=moment)
