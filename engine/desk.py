"""Taking a dossier in at a desk: file it, check its papers and say what follows, in one transaction.

What follows is what the papers say: complete, it is accepted; incomplete, one request lists all that is missing. An
officer may refuse it, or leave the check to the queue (a sack of post is opened before it is checked).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from sqlalchemy.orm import Session

from engine import dossiers, papers, tasks
from engine.dossiers import Filed, Filing
from engine.model import Actor, Element, TaskState
from engine.papers import CHECK_FORM
from engine.persistence import dossiers as reading
from engine.persistence import tasks as stored
from engine.persistence.tables import DossierRow
from engine.platform import Platform
from engine.procedures import pinned
from engine.runtime.procedure import Procedure
from engine.tasks import Check

_WANTING: Final = "Thành phần hồ sơ chưa đầy đủ theo quy định của thủ tục."


class Verdict(StrEnum):
    """What the officer says of the dossier as a whole."""

    BY_THE_LIST = "list"  # complete: accept; incomplete: ask for what is missing
    REFUSE = "refuse"
    LATER = "later"  # taken in; checked in the queue


@dataclass(frozen=True)
class AtDesk:
    """What an officer settles with the applicant standing there."""

    verdict: Verdict = Verdict.BY_THE_LIST
    set_count: int = 1
    result_place: str = "desk"
    refusal_reason: str = ""
    refusal_ground: str = ""
    note: str = ""


def check_step(procedure: Procedure) -> Element | None:
    """The step that checks whether a dossier is complete, if the procedure has one."""
    steps = procedure.elements.values()
    return next((one for one in steps if one.form and one.form.key == CHECK_FORM), None)


def receive(session: Session, platform: Platform, actor: Actor, filing: Filing, said: AtDesk) -> Filed:
    """Take a dossier in at the desk and, unless it is left for later, complete its reception.

    Raises:
        NotFoundError, NotAllowedError, InvalidInputError: as `dossiers.file`.
        InvalidAnswers: the answers fit the form of the application or of the check not.
    """
    filed = dossiers.file(session, platform, actor, filing)
    if said.verdict is not Verdict.LATER:
        session.flush()
        _check(session, platform, actor, filed.dossier, said)
    return filed


def _check(session: Session, platform: Platform, actor: Actor, dossier: DossierRow, said: AtDesk) -> None:
    every = stored.of_dossier(session, dossier.id)
    task = next((one for one in every if one.form_key == CHECK_FORM and one.state == TaskState.OPEN), None)
    if task is not None:
        raw = _answers(session, dossier, said)
        known = pinned(session, dossier).forms[CHECK_FORM].names
        sent = Check({name: value for name, value in raw.items() if name in known})
        tasks.complete_check(session, platform, actor, task.id, sent)


def _answers(session: Session, dossier: DossierRow, said: AtDesk) -> Mapping[str, Any]:
    note = {"note": said.note} if said.note else {}
    if said.verdict is Verdict.REFUSE:
        ground = {"refusal_reason": said.refusal_reason, "refusal_ground": said.refusal_ground}
        return {"decision": "refuse", **ground, **note}
    seen = papers.checked(reading.data_of(session, dossier.id))
    missing = papers.missing(pinned(session, dossier), dossier.procedure_case, seen)
    if missing:
        return {"decision": "supplement", "missing": missing, "supplement_reason": _WANTING, **note}
    there = [one for one in seen.values() if one.state is papers.PaperState.PRESENT]
    digitised = all(one.digitisation for one in there)
    place = {"set_count": said.set_count, "digitised": digitised, "result_place": said.result_place}
    return {"decision": "accept", **place, **note}
