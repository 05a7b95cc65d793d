"""Use cases of dossiers: file, send a message to the process (withdraw, stop), retry what failed."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import applications, attachments, clock_incidents, clockwork, places, receipt, reuse, transition
from engine.access import visible_dossiers
from engine.change import Change
from engine.errors import InvalidInputError, NotAllowedError
from engine.events import EventType
from engine.ids import new_id, new_secret
from engine.model import Actor, Channel, DossierState, Role
from engine.organisation import units
from engine.organisation.codes import next_code
from engine.papers import Presented, asked_by_form
from engine.persistence import calendars
from engine.persistence import dossiers as reading
from engine.persistence.organisation import unit_told
from engine.persistence.tables import DossierRow, UnitRow
from engine.places import Route
from engine.platform import Platform
from engine.procedures import governing_version, loaded, pinned
from engine.runtime import interpreter
from engine.runtime.procedure import Procedure
from forms.answers import AnswerContext, check
from forms.definition import FormDefinition
from forms.optional import files_optional

WITHDRAWAL, STOP = "withdrawal", "stop"

_DESK_CHANNELS = (Channel.DESK, Channel.POST, Channel.KIOSK)
_MAY_STOP = (Role.DIVISION_HEAD, Role.AGENCY_LEADER)
_HANDLING = (Role.CASE_OFFICER, Role.DIVISION_HEAD, Role.AGENCY_LEADER)


@dataclass(frozen=True)
class Filing:
    """What somebody files: the answers to the procedure's start form and how they came in."""

    procedure_key: str
    answers: Mapping[str, Any]
    channel: Channel = Channel.ONLINE
    case: str = ""
    receiving_unit: str = ""  # the procedure's default when empty
    support_unit: str = ""  # where a reception officer helped the applicant to file, if anywhere
    uploader_key: str = ""  # whose uploads the answers may refer to
    presented: tuple[Presented, ...] | None = None  # what a desk has seen of the papers on its table: scans can wait


@dataclass(frozen=True)
class Filed:
    """A dossier that has just been filed, and the applicant's secret link to it (shown once, kept as a digest)."""

    dossier: DossierRow
    link: str


def file(session: Session, platform: Platform, actor: Actor | None, filing: Filing) -> Filed:
    """Take a dossier in and start its process. `actor` is None for a citizen who files without an account.

    Raises:
        NotFoundError: the procedure has no version valid today, or the receiving unit is unknown.
        NotAllowedError: a channel of the desk without the role of a reception officer there.
        InvalidAnswers: the answers do not fit the start form.
    """
    calendars.refresh(session, platform)
    version = governing_version(session, filing.procedure_key, platform.today())
    procedure = loaded(session, version.id)
    unit = _receiving_unit(session, platform, actor, filing, procedure.unit("receiving"))
    answers = check(_form(procedure, filing), filing.answers, _context(session, platform, filing))
    link = new_secret()
    dossier = _new_row(session, platform, filing, procedure, unit)
    dossier.procedure_version_id = version.id
    dossier.link_digest = hashlib.sha256(link.encode()).hexdigest()
    dossier.procedure_case = applications.case_of(procedure, answers, platform) or filing.case
    known = {"channel": filing.channel.value, "case": dossier.procedure_case, "receiving_unit": unit.code}
    route = places.route(session, platform, procedure, answers, known)
    dossier.competent_unit = route.unit
    applications.name(dossier, procedure, answers)
    session.add(dossier)
    session.flush()
    filer = actor or Actor(id=None, name=dossier.applicant_name, dossier_id=dossier.id)
    transition.carry_out(session, platform, filer, dossier, _start(procedure, answers, filing, route))
    return Filed(dossier, link)


def _form(procedure: Procedure, filing: Filing) -> FormDefinition:
    """The form that is filed; at a desk that says of each paper whether it is there, a scan of it may be missing."""
    form = procedure.forms[procedure.start_form]
    if filing.presented is None or filing.channel not in _DESK_CHANNELS:
        return form
    return files_optional(form, asked_by_form(procedure))


def _start(procedure: Procedure, answers: Mapping[str, Any], filing: Filing, route: Route) -> transition.Command:
    def command(change: Change) -> None:
        dossier = change.dossier
        change.note(
            EventType.DOSSIER_FILED,
            code=dossier.code,
            procedure=procedure.key,
            version=str(dossier.procedure_version_id),
            checksum=procedure.bundle.checksum,
            channel=filing.channel.value,
            case=dossier.procedure_case,
            calendar={"number": change.platform.calendar_number, "fingerprint": change.platform.calendar.fingerprint},
            receiving_unit=dossier.receiving_unit,
            competent_unit=dossier.competent_unit,
            support_unit=dossier.support_unit,
            routed_by=route.rules,
            form=procedure.start_form,
            answers=answers,
        )
        change.keep(procedure.start_form, answers)
        attachments.attach(change, answers, filing.uploader_key)
        if filing.presented:
            reuse.record(change, filing.presented, filing.uploader_key)
        if route.lost:
            change.note(EventType.DOSSIER_ROUTED, unit=route.unit, before="", reason=route.lost)
            receipt.ask_for_route(change)
        clockwork.note_received(change)
        evaluation = change.evaluation()
        transition.settle(change, interpreter.start(procedure.program, evaluation), evaluation)

    return command


def _new_row(session: Session, platform: Platform, filing: Filing, procedure: Procedure, unit: UnitRow) -> DossierRow:
    return DossierRow(
        id=new_id(),
        code=next_code(session, unit.agency_code or unit.code, platform.today()),
        procedure_key=procedure.key,
        channel=filing.channel,
        receiving_unit=unit.code,
        support_unit=filing.support_unit or None,
        state=DossierState.FILED,
        outcome="",
        progress=0,
        incidents=0,
        calendar_number=platform.calendar_number,
        submitted_at=platform.now(),
        journal_seq=0,
        journal_head="",
        snapshot=b"",
    )


def _receiving_unit(session: Session, platform: Platform, actor: Actor | None, filing: Filing, unit: str) -> UnitRow:
    """The place that receives the dossier, after checking that it is open and who stands at the desk.

    At a desk and for helping somebody to file one has to be a reception officer there. An officer who helps may bring
    paper in for another place: the two places of the dossier are kept apart.
    """
    row = places.reception_point(session, platform.today(), filing.receiving_unit, unit)
    place = filing.support_unit or (row.code if filing.channel in _DESK_CHANNELS else "")
    if place and (actor is None or not actor.has_role(Role.RECEPTION_OFFICER, place)):
        vi, en = unit_told(session, place)
        raise NotAllowedError(
            f"expected a reception officer of {en} for the channel '{filing.channel}', found another person",
            f"Chỉ cán bộ tiếp nhận của {vi} được nhận hồ sơ trực tiếp hoặc qua bưu chính ở đó.",
        )
    return row


def _context(session: Session, platform: Platform, filing: Filing) -> AnswerContext:
    return AnswerContext(
        now=platform.now().astimezone(platform.zone),
        documents=lambda reference: attachments.available(session, reference, filing.uploader_key, lock=True),
        zone=platform.zone,
    )


def send_message(
    session: Session,
    platform: Platform,
    actor: Actor,
    dossier_id: UUID,
    message: str,
    reason: str,
    version: int | None = None,
) -> DossierRow:
    """Tell the process that the applicant withdraws ("withdrawal") or the authority stops ("stop").

    Raises:
        DossierClosedError: the dossier has ended.
        NotAllowedError: only the applicant or the desk for the applicant withdraws; only a head or leader stops.
        NotWaitingError: the process cannot take this message at its present step.
        InvalidInputError: no reason is given, or the message is unknown.
    """
    if message not in (WITHDRAWAL, STOP):
        raise InvalidInputError(f"expected 'withdrawal' or 'stop', found '{message}'")
    if not reason.strip():
        raise InvalidInputError("expected a reason, found none; say why", "Hãy nêu lý do.")
    refuse_sender(session, platform, actor, reading.get(session, actor, dossier_id), message)

    def command(change: Change) -> None:
        change.note(EventType.MESSAGE_RECEIVED, message=message, reason=reason.strip())
        change.keep(message, {"reason": reason.strip(), "by": actor.name})
        evaluation = change.evaluation()
        step = interpreter.send(change.procedure.program, change.dossier.snapshot, evaluation, message)
        transition.settle(change, step, evaluation)

    return transition.apply(session, platform, actor, dossier_id, command, version=version)


def refuse_sender(session: Session, platform: Platform, actor: Actor, dossier: DossierRow, message: str) -> None:
    """Say nothing when the actor is one who may withdraw or stop this dossier.

    Raises:
        DossierClosedError: it has ended.
        NotAllowedError: the actor may not; the error says who may.
    """
    transition.refuse_ended(dossier)
    if message == WITHDRAWAL:
        if actor.dossier_id == dossier.id or actor.has_role(Role.RECEPTION_OFFICER, dossier.receiving_unit):
            return
        vi, en = unit_told(session, dossier.receiving_unit)
        raise NotAllowedError(
            f"expected the applicant, or a reception officer of {en} for them, found {actor.name}; ask that desk",
            f"Chỉ người nộp, hoặc cán bộ tiếp nhận của {vi} theo đề nghị của người nộp, được ghi "
            "nhận rút hồ sơ; hãy chuyển đề nghị đến nơi tiếp nhận.",
        )
    if not _leads(session, platform, actor, dossier):
        raise NotAllowedError(
            f"expected the head of a division that handles the dossier, or the leader of the competent body, found "
            f"{actor.name}; submit it to them",
            "Chỉ lãnh đạo phòng thụ lý hoặc lãnh đạo cơ quan có thẩm quyền được dừng giải quyết; hãy trình lãnh đạo.",
        )


def _leads(session: Session, platform: Platform, actor: Actor, dossier: DossierRow) -> bool:
    """Whether the actor leads the competent body or a unit that handles the dossier; to be asked is not enough."""
    led = {unit for role, unit in actor.roles if role in _MAY_STOP}
    if not led or actor.has_role(Role.AGENCY_LEADER, dossier.competent_unit):
        return bool(led)
    procedure, today = pinned(session, dossier), platform.today()
    handling = {element.unit for element in procedure.elements.values() if element.role in _HANDLING}
    codes = (places.unit_for(procedure, dossier, symbol) for symbol in handling)
    return any(units.successor_of(session, code, today) in led for code in codes)


def retry(session: Session, platform: Platform, actor: Actor, dossier_id: UUID, incident_id: UUID) -> DossierRow:
    """Try a failed automatic step, or what the clock could not do, once more.

    Raises:
        NotAllowedError: the actor is no operator.
        NotWaitingError: no such step has failed.
    """
    refuse_retry(actor)

    def command(change: Change) -> None:
        if clock_incidents.try_again(change, incident_id):
            return
        evaluation = change.evaluation()
        step = interpreter.retry(change.procedure.program, change.dossier.snapshot, evaluation, incident_id)
        transition.settle(change, step, evaluation)

    if clock_incidents.is_of_letter(session, dossier_id, incident_id):
        dossier = transition.lock(session, platform, dossier_id)
        return transition.carry_out(session, platform, actor, dossier, command)
    return transition.apply(session, platform, actor, dossier_id, command)


def refuse_retry(actor: Actor) -> None:
    """Say nothing when the actor may try a failed step again.

    Raises:
        NotAllowedError: the actor is no operator.
    """
    if not actor.has_role(Role.OPERATOR):
        raise NotAllowedError(
            f"expected an operator to retry a failed step, found {actor.name}; operators have been told of it",
            "Chỉ người vận hành được chạy lại bước gặp sự cố; họ đã được báo.",
        )


def applicant_by_link(session: Session, link: str) -> Actor:
    """The applicant whose secret link this is.

    Raises:
        NotFoundError: the link opens nothing.
    """
    dossier = reading.by_link(session, link)
    return Actor(id=None, name=dossier.applicant_name, dossier_id=dossier.id)


def may_see(session: Session, actor: Actor, dossier_id: UUID) -> bool:
    """Whether the actor may see the dossier; the same rule as for lists."""
    return bool(session.scalar(select(DossierRow.id).where(DossierRow.id == dossier_id, visible_dossiers(actor))))
