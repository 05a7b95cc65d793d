"""Use cases of procedures: check, deploy, retire; and which version governs which day."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session, undefer

from engine.errors import BundleRejectedError, NotAllowedError, NotFoundError, ProcedureLapsedError
from engine.events import EventType
from engine.history import journal
from engine.history.journal import Event
from engine.ids import new_id
from engine.model import Actor, Finding, Role
from engine.persistence.tables import DossierRow, ProcedureRow, ProcedureVersionRow
from engine.platform import Platform
from engine.runtime import procedure as compiled
from engine.runtime.bundle import Bundle
from engine.runtime.lint import findings
from engine.runtime.procedure import Procedure
from engine.text import fold

_MAY_DEPLOY = (Role.PROCESS_DESIGNER, Role.OPERATOR)

_versions: dict[UUID, Procedure] = {}  # a version never changes once it is deployed


def check(bundle: Bundle, services: frozenset[str] = frozenset()) -> tuple[Finding, ...]:
    """What is wrong with a bundle; nothing is written."""
    return findings(bundle, services)


def deploy(session: Session, platform: Platform, actor: Actor, bundle: Bundle) -> ProcedureVersionRow:
    """Make a bundle the newest version of its procedure. The same content makes no new version.

    Raises:
        NotAllowedError: the actor is neither process designer nor operator.
        BundleRejectedError: it has faults; `details["findings"]` lists them.
    """
    if not any(actor.has_role(role) for role in _MAY_DEPLOY) and actor.username != "system":
        raise NotAllowedError(
            f"expected a process designer or operator to deploy, found {actor.name}",
            "Chỉ người thiết kế quy trình hoặc quản trị vận hành được triển khai thủ tục.",
        )
    faults = [finding for finding in check(bundle, frozenset(platform.services)) if finding.error]
    if faults:
        raise BundleRejectedError(
            f"expected a bundle without faults, found {len(faults)}; the first: {faults[0]}",
            f"Bộ tệp thủ tục có {len(faults)} lỗi; lỗi đầu tiên: {faults[0]}",
            findings=faults,
        )
    head = _head(session, bundle)
    known = session.scalar(
        select(ProcedureVersionRow).where(
            ProcedureVersionRow.procedure_key == bundle.key, ProcedureVersionRow.checksum == bundle.checksum
        )
    )
    return known or _add_version(session, platform, actor, head, bundle)


def governing_version(session: Session, key: str, day: date) -> ProcedureVersionRow:
    """The version of a procedure that governs dossiers received on `day`: of those valid then, the newest.

    Raises:
        ProcedureLapsedError: the procedure was in force before that day and is no longer.
        NotFoundError: no version of this procedure is valid on that day.
    """
    versions = _in_force(day).where(ProcedureVersionRow.procedure_key == key)
    version = session.scalar(versions.order_by(ProcedureVersionRow.number.desc()).limit(1))
    if version is None:
        raise _none_in_force(session, key, day)
    return version


def _none_in_force(session: Session, key: str, day: date) -> NotFoundError:
    """Why a procedure cannot be filed on a day: it has lapsed or was retired, or there is none yet."""
    head = session.get(ProcedureRow, key)
    last = session.scalar(
        select(func.max(ProcedureVersionRow.valid_to)).where(ProcedureVersionRow.procedure_key == key)
    )
    if head is not None and (head.retired_at is not None or (last is not None and last < day)):
        until = f"{last:%d/%m/%Y}" if head.retired_at is None and last else f"{head.retired_at:%d/%m/%Y}"
        return ProcedureLapsedError(
            f"expected a procedure that can be filed on {day}, found that '{key}' was in force until {until}; look "
            "for the procedure that took its place. Dossiers that were filed before go on",
            f"Thủ tục “{head.title_vi}” chỉ áp dụng đến {until}. Hãy tìm thủ tục thay thế. Hồ sơ đã nộp trước đó vẫn "
            "được giải quyết.",
            procedure=key,
        )
    return NotFoundError(
        f"expected a version of the procedure '{key}' valid on {day}, found none",
        f"Không có phiên bản nào của thủ tục '{key}' có hiệu lực ngày {day:%d/%m/%Y}.",
    )


def _in_force(day: date) -> Select[ProcedureVersionRow]:
    """The versions that are valid on the day, of procedures that are offered."""
    return (
        select(ProcedureVersionRow)
        .join(ProcedureRow, ProcedureRow.key == ProcedureVersionRow.procedure_key)
        .where(
            ProcedureRow.retired_at.is_(None),
            ProcedureVersionRow.valid_from <= day,
            or_(ProcedureVersionRow.valid_to.is_(None), ProcedureVersionRow.valid_to >= day),
        )
    )


def loaded(session: Session, version_id: UUID) -> Procedure:
    """A deployed version, compiled; from the stored bundle, never from files."""
    known = _versions.get(version_id)
    if known is None:
        row = session.get_one(ProcedureVersionRow, version_id, options=[undefer(ProcedureVersionRow.bundle)])
        known = _versions[version_id] = compiled.load(Bundle.from_zip(row.bundle))
    return known


def pinned(session: Session, dossier: DossierRow) -> Procedure:
    """The version that a dossier is pinned to."""
    return loaded(session, dossier.procedure_version_id)


def offered(session: Session, day: date) -> Sequence[ProcedureVersionRow]:
    """The governing version of every procedure that can be filed on `day`, by title."""
    newest = _in_force(day).with_only_columns(
        ProcedureVersionRow.procedure_key, func.max(ProcedureVersionRow.number).label("number")
    )
    governing = newest.group_by(ProcedureVersionRow.procedure_key).subquery()
    versions = (
        select(ProcedureVersionRow)
        .join(
            governing,
            (governing.c.procedure_key == ProcedureVersionRow.procedure_key)
            & (governing.c.number == ProcedureVersionRow.number),
        )
        .join(ProcedureRow, ProcedureRow.key == ProcedureVersionRow.procedure_key)
        .order_by(ProcedureRow.title_vi)
    )
    return session.scalars(versions).all()


def versions_of(session: Session, key: str) -> Sequence[ProcedureVersionRow]:
    """All versions of a procedure, newest first."""
    rows = select(ProcedureVersionRow).where(ProcedureVersionRow.procedure_key == key)
    return session.scalars(rows.order_by(ProcedureVersionRow.number.desc())).all()


def retire(session: Session, platform: Platform, actor: Actor, key: str) -> ProcedureRow:
    """Offer a procedure no longer; dossiers in flight go on.

    Raises:
        NotAllowedError: the actor is neither process designer nor operator.
        NotFoundError: there is no such procedure.
    """
    if not any(actor.has_role(role) for role in _MAY_DEPLOY):
        raise NotAllowedError(f"expected a process designer or operator to retire a procedure, found {actor.name}")
    head = session.get(ProcedureRow, key, with_for_update=True)
    if head is None:
        raise NotFoundError(f"expected a procedure '{key}', found none", f"Không có thủ tục '{key}'.")
    if head.retired_at is None:
        head.retired_at = platform.now()
        event = Event(EventType.PROCEDURE_RETIRED, head.retired_at, {"key": key})
        journal.append(session, head, actor, [event], head.retired_at)
    return head


def _head(session: Session, bundle: Bundle) -> ProcedureRow:
    """The procedure's row, locked; made when this is its first version."""
    head = session.get(ProcedureRow, bundle.key, with_for_update=True)
    if head is None:
        head = ProcedureRow(key=bundle.key, id=new_id(), journal_seq=0, journal_head="")
        session.add(head)
    facts = bundle.typed_facts
    head.title_vi, head.title_en = facts.title.get("vi"), facts.title.get("en")
    head.search_key = fold(f"{head.title_vi} {head.title_en} {facts.national_code}")
    head.retired_at = None
    return head


def _add_version(
    session: Session, platform: Platform, actor: Actor, head: ProcedureRow, bundle: Bundle
) -> ProcedureVersionRow:
    compiled.load(bundle)  # whatever the checks let pass must compile too, before anything is stored
    now = platform.now()
    newest = session.scalar(
        select(func.max(ProcedureVersionRow.number)).where(ProcedureVersionRow.procedure_key == bundle.key)
    )
    version = ProcedureVersionRow(
        id=new_id(),
        procedure_key=bundle.key,
        number=(newest or 0) + 1,
        checksum=bundle.checksum,
        bundle=bundle.to_zip(),
        facts=bundle.facts,
        valid_from=bundle.typed_facts.valid_from,
        valid_to=bundle.typed_facts.valid_to,
        deployed_at=now,
        deployed_by=actor.name,
    )
    session.add(version)
    payload = {"key": bundle.key, "number": version.number, "checksum": bundle.checksum, "version": str(version.id)}
    journal.append(session, head, actor, [Event(EventType.PROCEDURE_DEPLOYED, now, payload)], now)
    session.flush()
    return version
