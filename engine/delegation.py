"""Use cases of mandates: give one, delegate further, revoke, ask whether somebody may decide. Tasks follow at once."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from engine import notices, staffing
from engine.errors import EngineError, NotCompetentError, NotFoundError
from engine.model import Actor, Role
from engine.organisation import mandate_register, mandates, people, rights
from engine.organisation.mandate_register import Mandate
from engine.organisation.mandates import Judgement, Matter
from engine.persistence import dossiers
from engine.persistence.organisation import unit_told
from engine.persistence.tables import MandateRow, ProcedureVersionRow
from engine.platform import Platform
from engine.procedures import governing_version, loaded
from engine.runtime.evaluation import Evaluation


def grant(session: Session, platform: Platform, actor: Actor, wanted: Mandate) -> tuple[MandateRow, int]:
    """Record a mandate, tell whom it names and put open acts into the queue that it says; how many tasks moved.

    Raises:
        NotCompetentError: the actor neither leads the body nor holds the mandate that is delegated further.
        InvalidInputError, SubdelegationRefusedError, ConflictError: as `mandate_register.record`.
    """
    parent = mandate_register.get(session, wanted.parent_id) if wanted.parent_id else None
    if not may_grant(actor, wanted.unit_code, parent):
        vi, en = unit_told(session, wanted.unit_code)
        raise NotCompetentError(
            f"expected the leader of {en} or who holds the mandate delegated further, found {actor.name}",
            f"Chỉ người đứng đầu {vi} hoặc người đang giữ văn bản được ủy quyền lại được giao quyền này.",
        ).tried(actor, unit=wanted.unit_code, instrument=wanted.instrument_number, delegating=True)
    row = mandate_register.record(session, actor, wanted, now=platform.now())
    if row.person_id is not None and row.person_id != actor.id:
        told = {"what": "given", "number": row.instrument_number, "unit": row.unit_code, "ceiling": row.ceiling}
        days = {"first": row.valid_from.isoformat(), "last": row.valid_to.isoformat() if row.valid_to else ""}
        path = {"path": f"/organisation/mandates/{row.id}"}
        notices.to_person(session, row.person_id, notices.MANDATE, platform.now(), **told, **days, **path)
    return row, staffing.rehome_all(session, platform, row.unit_code)


def revoke(
    session: Session, platform: Platform, actor: Actor, mandate_id: UUID, last_day: date, reason: str
) -> tuple[MandateRow, int]:
    """End a mandate early; open acts go home. How many tasks moved.

    Raises:
        NotFoundError: there is no such mandate.
        NotCompetentError: the actor did not give it and does not lead the body.
        InvalidInputError: it ends earlier already, or no reason is given.
    """
    row = mandate_register.get(session, mandate_id)
    parent = mandate_register.get(session, row.parent_id) if row.parent_id else None
    if not may_grant(actor, row.unit_code, parent):
        vi, en = unit_told(session, row.unit_code)
        raise NotCompetentError(
            f"expected the leader of {en} or who gave the mandate, found {actor.name}",
            f"Chỉ người đứng đầu {vi} hoặc người đã giao quyền được thu hồi văn bản này.",
        ).tried(actor, unit=row.unit_code, mandate=str(row.id), revoking=True)
    mandate_register.revoke(session, actor, mandate_id, last_day, reason, now=platform.now())
    if row.person_id is not None and row.person_id != actor.id and row.valid_to is not None:
        told = {"what": "revoked", "number": row.instrument_number, "reason": row.revocation}
        where = {"last": row.valid_to.isoformat(), "path": f"/organisation/mandates/{row.id}"}
        notices.to_person(session, row.person_id, notices.MANDATE, platform.now(), **told, **where)
    return row, staffing.rehome_all(session, platform, row.unit_code)


def may_grant(actor: Actor, unit_code: str, parent: MandateRow | None = None) -> bool:
    """Whether the actor may give and take back mandates in the name of the body, or under the mandate `parent`."""
    own = actor.roles - actor.borrowed
    if rights.runs_everything(actor) or (Role.AGENCY_LEADER, unit_code) in own:
        return True
    if parent is None or parent.unit_code != unit_code:
        return False
    if parent.person_id is not None:
        return parent.person_id == actor.id
    return (Role(parent.delegate_role), parent.delegate_unit or parent.unit_code) in own


@dataclass(frozen=True)
class Question:
    """May `username` do `act` on `day`? In the name of `unit`, of the procedure's body or of the dossier's.

    `data` is what ceilings are judged on, besides the dossier's own.
    """

    username: str
    day: date
    act: str = "approve"
    unit: str = ""
    procedure_key: str = ""
    code: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)


def ask(session: Session, platform: Platform, question: Question) -> tuple[Matter, Judgement]:
    """The answer, with what it is about; nothing is written.

    Raises:
        NotFoundError: there is no such person, dossier or procedure, or nothing says which body is meant.
    """
    matter, data = _about(session, question)
    evaluation = Evaluation({}, data, platform.now().astimezone(platform.zone), _no_decisions, {})

    def holds(ceiling: str) -> object:
        try:
            return evaluation.value(ceiling)
        except EngineError:
            return None

    person = people.get_person(session, question.username)
    actor = people.load_actor(session, person.id, question.day)
    register = mandates.of_body(session, matter.unit_code)
    answer = mandates.judge(register, actor, matter, question.day, holds, leader_by_law=platform.leader_by_law)
    return matter, answer.naming(matter.unit_code, *unit_told(session, matter.unit_code))


def _about(session: Session, question: Question) -> tuple[Matter, dict[str, Any]]:
    data, unit, key = dict(question.data), question.unit, question.procedure_key
    version: ProcedureVersionRow | None = None
    if question.code:
        dossier = dossiers.by_code(session, question.code)
        data = {**dossiers.data_of(session, dossier.id), **data}
        unit, key = unit or dossier.competent_unit, dossier.procedure_key
        version = session.get(ProcedureVersionRow, dossier.procedure_version_id)
    elif key:
        version = governing_version(session, key, question.day)
    procedure = loaded(session, version.id) if version else None
    unit = unit or (procedure.unit("competent") if procedure else "")
    if not unit:
        raise NotFoundError("expected --unit, --procedure or --dossier, found none", "Hãy nêu đơn vị hoặc thủ tục.")
    return Matter(unit, question.act, key, procedure.facts.field.get("vi") if procedure else ""), data


def _no_decisions(path: str) -> Any:
    raise NotFoundError(f"expected no decision table here, found {path}")
