"""The event log for process mining: what happened to which case when, by which role of which unit, and by nobody.

Nothing of a journal entry gets out but what stands here by name: no person, no applicant, no code, no reason, no
answer. A case is a number of this log alone, so that two logs cannot be joined.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from engine.events import EventType
from engine.persistence.tables import DossierRow, JournalRow

_AT_ONCE = 2_000  # rows read ahead


@dataclass(frozen=True)
class LogLine:
    """One thing that happened. `role` and `unit` are those of the task, empty where there is none.

    `activity` is the type of the journal entry with the element of the diagram or the key of the result it is about.
    """

    case: int
    activity: str
    occurred_at: datetime
    recorded_at: datetime
    role: str
    unit: str
    procedure: str


@dataclass(frozen=True)
class _Task:
    element: str
    role: str
    unit: str


_NO_TASK = _Task("", "", "")


def event_log(session: Session, start: datetime, end: datetime) -> Iterator[LogLine]:
    """What happened to dossiers from `start` to `end` (excluded), case by case in order, read as it is asked for."""
    case, present, tasks = 0, None, dict[str, _Task]()
    for row in session.execute(_entries(start, end).execution_options(yield_per=_AT_ONCE)):
        if row.stream_id != present:
            case, present, tasks = case + 1, row.stream_id, {}
        payload = orjson.loads(row.entry)["payload"]
        if row.type == EventType.TASK_OPENED:
            tasks[payload["task"]] = _Task(payload["element"], payload["role"], payload["unit"])
        if start <= row.occurred_at < end:
            task = tasks.get(payload.get("task", ""), _NO_TASK)
            yield LogLine(
                case,
                _activity(row.type, payload, task),
                row.occurred_at,
                row.recorded_at,
                task.role,
                task.unit,
                row.procedure_key,
            )


def _activity(event: str, payload: dict[str, Any], task: _Task) -> str:
    about = payload.get("element") or task.element
    if event == EventType.RESULT_SET:
        about = payload["key"]
    return f"{event} {about}" if about else event


def _entries(start: datetime, end: datetime) -> Any:
    """Every entry of the dossiers that were open in the period: a task's role stands where it was opened."""
    return (
        select(
            JournalRow.stream_id,
            JournalRow.type,
            JournalRow.occurred_at,
            JournalRow.recorded_at,
            JournalRow.entry,
            DossierRow.procedure_key,
        )
        .join(DossierRow, DossierRow.id == JournalRow.stream_id)
        .where(DossierRow.submitted_at < end, or_(DossierRow.closed_at.is_(None), DossierRow.closed_at >= start))
        .order_by(JournalRow.stream_id, JournalRow.seq)
    )
