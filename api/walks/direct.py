"""A driver that goes a walk in this process, through the use cases, at moments of its own: for the demo's past."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from io import BytesIO
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from api.walks.drive import OpenTask, Standing
from api.walks.sample_papers import sample_paper
from api.walks.script import Desk
from engine import documents, dossiers, tasks
from engine.clock import Clock, FixedClock
from engine.deadlines import ledger
from engine.deadlines.clock_events import opening
from engine.deadlines.sweep import sweep
from engine.deadlines.terms import Term, Unit
from engine.document_store import DocumentStore
from engine.documents import Paper
from engine.dossiers import WITHDRAWAL, Filing
from engine.errors import NotFoundError
from engine.model import Actor, Channel, DeadlineState, Role, TaskState
from engine.organisation import people
from engine.persistence import tasks as stored_tasks
from engine.persistence.tables import DeadlineRow, DossierRow
from engine.persistence.transaction import reading, run
from engine.platform import Platform
from engine.procedures import governing_version, loaded

T = TypeVar("T")
_LARGEST = 1024 * 1024  # bytes of a sample paper
_ONE_HOUR = Term(1, Unit.WORKING_HOURS)
_MAY_STOP = (Role.AGENCY_LEADER, Role.DIVISION_HEAD)


class DirectDriver:
    """Files at the given moment; each further step takes place one working hour later, but never in the future."""

    def __init__(
        self, db: Engine, platform: Platform, store: DocumentStore, channel: Channel, filed_at: datetime
    ) -> None:
        """`platform` is the present one: its clock says where the future begins."""
        self._db, self._store, self._channel = db, store, channel
        self._present: Clock = platform.clock
        self._clock = FixedClock(min(filed_at, platform.now()))
        self._platform = Platform(
            self._clock, platform.calendar, platform.services, platform.warn_at, platform.leader_by_law
        )
        self._desk = Desk()
        self._uploads = "demo"  # replaced by the filer's key
        self._dossier_id: UUID | None = None

    def stand_at(self, desk: Desk) -> None:
        """Note where the dossier comes in; a walk that names a channel does not leave it to the caller."""
        self._desk, self._channel = desk, Channel(desk.channel) if desk.channel else self._channel

    def today(self) -> date:
        """The day of the next step."""
        return self._platform.today()

    def upload(self, name: str, task: OpenTask | None) -> str:
        """Keep a sample paper for whoever names it next."""
        sample, media_type = sample_paper(name)
        paper = Paper(self._store.put(BytesIO(sample), _LARGEST), name, media_type)
        key, by = self._uploader(task)
        row = self._run(
            lambda session: documents.keep(session, self._platform, paper, uploaded_by=by, uploader_key=key)
        )
        return str(row.id)

    def file(self, procedure: str, application: Mapping[str, Any]) -> str:
        """File as a citizen, or as a reception officer of the procedure's desk."""

        def work(session: Session) -> tuple[UUID, str]:
            actor = self._filer(session, procedure)
            filing = Filing(
                procedure,
                application,
                self._channel,
                receiving_unit=self._desk.receiving_unit,
                support_unit=self._desk.support_unit,
                uploader_key=self._uploads,
            )
            filed = dossiers.file(session, self._platform, actor, filing)
            return filed.dossier.id, actor.name if actor else filed.dossier.applicant_name

        self._dossier_id, name = self._run(work)
        return name

    def open_tasks(self) -> Sequence[OpenTask]:
        """The open tasks of the dossier."""
        with reading(self._db) as session:
            rows = stored_tasks.of_dossier(session, self._id)
        return [
            OpenTask(
                str(row.id),
                row.element_id,
                row.data_key,
                row.name_vi,
                row.role,
                row.unit_code,
                str(row.assignee_id or ""),
            )
            for row in rows
            if row.state == TaskState.OPEN
        ]

    def complete(self, task: OpenTask, answers: Mapping[str, Any]) -> str:
        """Answer an hour later, as the assignee or the first who holds the role."""
        self._later()

        def work(session: Session) -> str:
            actor = self._performer(session, task)
            key = documents.uploader_key(actor)
            tasks.complete(session, self._platform, actor, UUID(task.id), answers, uploader_key=key)
            return actor.name

        return self._run(work)

    def send(self, message: str, reason: str) -> str:
        """Withdraw as the applicant, stop as a leader."""
        self._later()

        def work(session: Session) -> str:
            dossier = self._dossier(session)
            actor = self._applicant(dossier) if message == WITHDRAWAL else self._somebody(session, dossier)
            dossiers.send_message(session, self._platform, actor, dossier.id, message, reason)
            return actor.name

        return self._run(work)

    def wait(self) -> bool:
        """Move to the next moment that something waits for, if it is not in the future, and let it happen."""
        due = select(func.min(DeadlineRow.due_at)).where(
            DeadlineRow.dossier_id == self._id,
            DeadlineRow.state == DeadlineState.PENDING,
            DeadlineRow.due_at > self._clock.moment,
        )
        with reading(self._db) as session:
            moment = session.scalar(due)
        if moment is None or moment > self._present.now():
            return False
        self._clock.moment = moment
        sweep(self._db, self._platform)
        return True

    def standing(self) -> Standing:
        """Where the dossier stands."""
        with reading(self._db) as session:
            dossier = self._dossier(session)
        return Standing(dossier.code, dossier.state, dossier.outcome, dossier.due_at)

    @property
    def _id(self) -> UUID:
        if self._dossier_id is None:
            raise NotFoundError("expected a dossier that has been filed, found none; file first")
        return self._dossier_id

    def _run(self, work: Callable[[Session], T]) -> T:
        return run(self._db, work)

    def _later(self) -> None:
        after = ledger.due(opening(self._clock.moment), _ONE_HOUR, self._platform.calendar).due_at
        self._clock.moment = min(after or self._clock.moment, self._present.now())

    def _dossier(self, session: Session) -> DossierRow:
        return session.get_one(DossierRow, self._id)

    def _uploader(self, task: OpenTask | None) -> tuple[str, str]:
        """The key and the name under which papers wait."""
        if task is None:
            return self._uploads, ""
        with reading(self._db) as session:
            actor = self._performer(session, task)
        return documents.uploader_key(actor), actor.name

    def _filer(self, session: Session, procedure: str) -> Actor | None:
        if self._channel is Channel.ONLINE:
            return None
        version = governing_version(session, procedure, self.today())
        desk = self._desk.officers_unit or loaded(session, version.id).unit("receiving")
        return self._holder(session, Role.RECEPTION_OFFICER, desk)

    def _performer(self, session: Session, task: OpenTask) -> Actor:
        if task.role == Role.APPLICANT:
            return self._applicant(self._dossier(session))
        if task.assignee:
            return people.load_actor(session, UUID(task.assignee), self.today())
        return self._holder(session, Role(task.role), task.unit)

    def _applicant(self, dossier: DossierRow) -> Actor:
        return Actor(id=None, name=dossier.applicant_name, dossier_id=dossier.id)

    def _somebody(self, session: Session, dossier: DossierRow) -> Actor:
        for role in _MAY_STOP:
            if people.holders(session, role, dossier.competent_unit, self.today()):
                return self._holder(session, role, dossier.competent_unit)
        raise NotFoundError(f"expected a head or leader in {dossier.competent_unit}, found none; grant the role")

    def _holder(self, session: Session, role: Role, unit: str) -> Actor:
        able = people.holders(session, role, unit, self.today())
        if not able:
            raise NotFoundError(
                f"expected somebody who is {role} in {unit}, found nobody; grant the role",
                f"Chưa có ai giữ vai trò {role} tại {unit}.",
            )
        return people.load_actor(session, able[0].id, self.today())
