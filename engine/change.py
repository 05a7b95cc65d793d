"""A dossier under change: what commands work with inside one transition."""

from collections.abc import Mapping
from datetime import datetime, tzinfo
from functools import cached_property
from typing import Any
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from engine.deadlines.terms import Term, resolve_term
from engine.errors import NotFoundError
from engine.events import EventType
from engine.history.journal import Event, Happened, clock_entries
from engine.model import Actor, DeadlineState
from engine.organisation import units
from engine.persistence.tables import DeadlineRow, DossierDataRow, DossierRow, DraftRow, TaskRow
from engine.platform import Platform
from engine.runtime.evaluation import Evaluation
from engine.runtime.procedure import Procedure

NO_SUCCESSIONS = "no successions"  # known of the session: no unit has a successor


class Change:
    """The dossier, its data and the events of the command that is changing it."""

    def __init__(
        self,
        session: Session,
        platform: Platform,
        actor: Actor,
        dossier: DossierRow,
        procedure: Procedure,
        now: datetime,
        legal_at: datetime,
    ) -> None:
        """`now` is when it is recorded, `legal_at` the moment that the law counts."""
        self.session = session
        self.platform = platform
        self.actor = actor
        self.dossier = dossier
        self.procedure = procedure
        self.now = now
        self.legal_at = legal_at
        self.events: list[Event] = []
        self.drafted: set[UUID] = set()  # tasks that somebody has typed into

    @cached_property
    def _data(self) -> dict[str, DossierDataRow]:
        rows = self.session.scalars(select(DossierDataRow).where(DossierDataRow.dossier_id == self.dossier.id))
        return {row.key: row for row in rows}

    @cached_property
    def deadlines(self) -> dict[UUID, DeadlineRow]:
        """The dossier's rows that wait for a moment, by id: timers, step limits, the term."""
        rows = select(DeadlineRow).where(
            DeadlineRow.dossier_id == self.dossier.id, DeadlineRow.state == DeadlineState.PENDING
        )
        return {row.id: row for row in self.session.scalars(rows)}

    @cached_property
    def recorded_clock(self) -> list[Happened]:
        """The clock's ledger as it stood before this command."""
        return clock_entries(self.session, self.dossier.id) if self.dossier.journal_seq else []

    @cached_property
    def term(self) -> Term:
        """The term that governs the dossier: by its day of reception, whatever the law says since."""
        return resolve_term(
            self.procedure.terms_of(self.dossier.procedure_case), self.platform.day_of(self.dossier.submitted_at)
        )

    @cached_property
    def successors(self) -> Mapping[str, str]:
        """Who does the work of each unit that has closed; read only when some unit has a successor at all."""
        if self.session.info.get(NO_SUCCESSIONS):
            return {}
        return units.successions(self.session, self.platform.today())

    def note(self, type_: EventType, **payload: Any) -> None:
        """Record that something happened, at the moment the law counts."""
        self.events.append(Event(type_, self.legal_at, payload))

    def note_at(self, moment: datetime, type_: EventType, **payload: Any) -> None:
        """Record that something happened at a moment of its own."""
        self.events.append(Event(type_, moment, payload))

    def keep(self, key: str, value: Any) -> None:
        """Keep `value` in the dossier's data under `key`, in place of what stood there."""
        seq = self.dossier.journal_seq + len(self.events) + 1
        row = self._data.get(key)
        if row is None:
            row = self._data[key] = DossierDataRow(dossier_id=self.dossier.id, key=key)
            self.session.add(row)
        row.data, row.updated_seq = value, seq

    def said(self, key: str) -> Any:
        """What stands under `key` now; None when nothing does."""
        row = self._data.get(key)
        return row.data if row else None

    def evaluation(self) -> Evaluation:
        """What the process may ask about this dossier, at the moment the law counts."""
        data = {key: row.data for key, row in self._data.items()}
        data["dossier"] = facts_of(self.dossier, self.platform.zone)
        procedure = self.procedure
        return Evaluation(
            procedure.elements,
            data,
            self.legal_at.astimezone(self.platform.zone),
            procedure.decision_model,
            self.platform.services,
        )

    def task(self, task_id: UUID) -> TaskRow:
        """A user task of this dossier.

        Raises:
            NotFoundError: it has no such task.
        """
        drafted = exists().where(DraftRow.dossier_id == TaskRow.dossier_id, DraftRow.task_id == TaskRow.id)
        query = select(TaskRow, drafted).where(TaskRow.dossier_id == self.dossier.id, TaskRow.id == task_id)
        found = self.session.execute(query.execution_options(populate_existing=True)).one_or_none()
        if found is None:
            raise NotFoundError(f"expected a task with the id {task_id}, found none", "Không tìm thấy công việc.")
        task: TaskRow = found[0]
        if found[1]:
            self.drafted.add(task.id)
        return task


def facts_of(dossier: DossierRow, zone: tzinfo) -> dict[str, Any]:
    """What FEEL sees under the name `dossier`; moments are ISO 8601 text in the authority's zone."""
    return {
        "code": dossier.code,
        "case": dossier.procedure_case,
        "channel": dossier.channel,
        "applicant_name": dossier.applicant_name,
        "submitted_at": dossier.submitted_at.astimezone(zone).isoformat(),
        "received_at": dossier.received_at.astimezone(zone).isoformat() if dossier.received_at else None,
        "due_at": dossier.due_at.astimezone(zone).isoformat() if dossier.due_at else None,
        "supplement_requests": dossier.supplement_requests,
    }
