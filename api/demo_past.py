"""Writes the dossiers of the demo's past: patterns with applicants, places and moments of their own."""

import random
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, cast
from uuid import UUID, uuid4

import orjson
from sqlalchemy import Engine, Table, insert, select
from sqlalchemy.orm import Session

from api.demo_patterns import Pattern
from engine.deadlines import ledger
from engine.deadlines.clock_events import ClockEvent, ClockEventKind
from engine.deadlines.terms import Term, Unit, resolve_term
from engine.history import bulk
from engine.model import Channel
from engine.organisation import codes, network, units
from engine.persistence import register_numbers
from engine.persistence.tables import (
    CodeCounterRow,
    DossierDataRow,
    DossierRow,
    JournalRow,
    ProcedureVersionRow,
    TaskRow,
    UnitRow,
)
from engine.persistence.transaction import reading, run
from engine.platform import Platform
from engine.procedures import governing_version, loaded
from engine.text import search_key

ONLINE = 0.71
DAYS = 280  # 10/11/2023–15/8/2024, laid into the time up to today
ON_TIME = 0.962
_BATCH = 500
_TRIES = 8
_MINUTES = {
    Unit.WORKING_DAYS: 480.0,
    Unit.CALENDAR_DAYS: 480.0 * 5 / 7,
    Unit.WORKING_HOURS: 60.0,
    Unit.MONTHS: 21 * 480.0,
}


@dataclass(frozen=True)
class Version:
    """What governs the clones of a procedure: its deployed version and the term it gives."""

    row: ProcedureVersionRow
    terms: tuple[Term, ...]
    first: date

    def term(self, day: date) -> Term:
        """The term of a dossier received on that day."""
        return resolve_term(self.terms, day)


class Writer:
    """Writes dossiers of the past, the same ones on every run."""

    def __init__(self, db: Engine, platform: Platform, patterns: list[Pattern], skip: int) -> None:
        self.db, self.platform, self.patterns = db, platform, patterns
        self.chance = random.Random(20_798 + skip)  # noqa: S311 - sample data
        self.today = platform.today()
        self.hours = _WorkingTime(platform, self.today - timedelta(days=DAYS), self.today)
        with reading(db) as session:
            self.versions = {case: _version(session, platform, *case) for case in {_case_of(each) for each in patterns}}
            self.places = session.execute(
                select(UnitRow.code, UnitRow.agency_code).where(UnitRow.kind.in_(_RECEIVING))
            ).all()
            counters = session.execute(select(CodeCounterRow.agency_code, CodeCounterRow.day, CodeCounterRow.last))
            self.numbers: Counter[tuple[str, date]] = Counter({(agency, day): last for agency, day, last in counters})
        self.touched: set[tuple[str, date]] = set()

    def write(self, wanted: int) -> Iterator[int]:
        """Write so many dossiers in batches; after each, how many have been written."""
        chosen = self.chance.choices(self.patterns, [pattern.weight for pattern in self.patterns], k=wanted)
        for first in range(0, wanted, _BATCH):
            batch = [
                self._clone(pattern, first + place) for place, pattern in enumerate(chosen[first : first + _BATCH])
            ]
            run(self.db, lambda session, batch=batch: self._insert(session, batch))  # type: ignore[misc]
            yield min(first + _BATCH, wanted)
        run(self.db, lambda session: register_numbers.give_to_the_rest(session, self.platform.zone))

    def _insert(self, session: Session, batch: list[dict[str, list[dict[str, Any]]]]) -> None:
        for table in (DossierRow, DossierDataRow, TaskRow, JournalRow):
            rows = [row for clone in batch for row in clone[table.__tablename__]]
            if rows:
                session.execute(insert(cast("Table", table.__table__)), rows)
        counters = [
            {"agency_code": agency, "day": day, "last": self.numbers[agency, day]}
            for agency, day in sorted(self.touched)
        ]
        session.execute(codes.set_counters(session), counters)
        self.touched.clear()

    def _clone(self, pattern: Pattern, number: int) -> dict[str, list[dict[str, Any]]]:
        version = self.versions[_case_of(pattern)]
        identifier = uuid4()
        moments, row = self._course(pattern, version)
        place, agency = self.places[self.chance.randrange(len(self.places))]
        channel = self._channel(number)
        name = network.applicant_name(self.chance)
        code = self._code(agency, self.platform.day_of(moments[0]))
        renamed = self._renamed(pattern, version, {"code": code, "name": name, "place": place, "channel": channel})
        facts = [
            bulk.Fact(type_, at, _changed(actor, renamed), _changed(payload, renamed))
            for command, at in zip(pattern.commands, moments, strict=True)
            for type_, actor, payload in command
        ]
        journal, head = bulk.chained(identifier, facts)
        row["competent_unit"] = renamed.get(row["competent_unit"], row["competent_unit"])
        row |= {"id": identifier, "code": code, "channel": channel, "applicant_name": name, "receiving_unit": place}
        row |= {"journal_seq": len(journal), "journal_head": head, "link_digest": uuid4().hex * 2}
        row["search_key"] = search_key(code, name, pattern.dossier.summary)
        return {
            "dossier": [row],
            "dossier_data": [
                {
                    "dossier_id": identifier,
                    "key": each.key,
                    "data": _data(each, renamed),
                    "updated_seq": each.updated_seq,
                }
                for each in pattern.data
            ],
            "user_task": self._tasks(pattern, identifier, renamed, moments),
            "journal": journal,
        }

    def _course(self, pattern: Pattern, version: Version) -> tuple[list[datetime], dict[str, Any]]:
        """When everything took place and what follows from that; tried again where what should be in time is not."""
        late = self.chance.random() > ON_TIME
        for _ in range(_TRIES):
            moments = self._moments(pattern, version, late=late)
            row = self._row(pattern, version, moments)
            if late or not row["decided_at"] or not row["due_at"] or row["decided_at"] <= row["due_at"]:
                break
        return moments, row

    def _row(self, pattern: Pattern, version: Version, moments: list[datetime]) -> dict[str, Any]:
        like = pattern.dossier
        clock = [
            ClockEvent(
                each.kind, moments[at], each.reason, each.ground, document=each.document, days=each.days, sequence=n
            )
            for n, (each, at) in enumerate(zip(pattern.clock, pattern.clock_at, strict=True), start=1)
        ]
        counted = ledger.due(clock, version.term(self.platform.day_of(moments[0])), self.platform.calendar)
        decided = next((each.at for each in clock if each.kind is ClockEventKind.DECIDED), None)
        return {
            "procedure_key": pattern.key,
            "procedure_version_id": version.row.id,
            "procedure_case": like.procedure_case,
            "applicant_email": "",
            "summary": like.summary,
            "competent_unit": like.competent_unit,
            "state": like.state,
            "outcome": like.outcome,
            "progress": like.progress,
            "submitted_at": moments[0],
            "received_at": moments[0],
            "due_at": counted.due_at,
            "original_due_at": counted.original_due_at,
            "extended": any(each.kind is ClockEventKind.EXTENDED for each in clock),
            "decided_at": decided,
            "closed_at": moments[-1],
            "calendar_number": self.platform.calendar_number,
            "version": 1,
            "snapshot": b"",  # it has ended: the process asks for nothing any more
        }

    def _tasks(
        self, pattern: Pattern, identifier: UUID, renamed: Mapping[str, str], moments: list[datetime]
    ) -> list[dict[str, Any]]:
        first, last = moments[0], moments[-1]
        return [
            {
                "dossier_id": identifier,
                "id": UUID(renamed[str(task.id)]),
                **{key: getattr(task, key) for key in ("element_id", "name_vi", "name_en", "form_key", "data_key")},
                **{key: getattr(task, key) for key in ("role", "state", "completed_by", "principal_unit")},
                "unit_code": renamed.get(task.unit_code, task.unit_code),
                "queue": f"{renamed.get(task.unit_code, task.unit_code)}/{task.role}",
                "opened_at": first,
                "procedure_key": pattern.dossier.procedure_key,
                "receiving_unit": renamed.get(task.receiving_unit, task.receiving_unit),
                "closed_at": last,
                "version": 1,
            }
            for task in pattern.tasks
        ]

    def _renamed(self, pattern: Pattern, version: Version, own: Mapping[str, str]) -> dict[str, str]:
        """What the texts of the pattern say, and what the clone says instead."""
        like = pattern.dossier
        return {
            like.code: own["code"],
            like.applicant_name: own["name"],
            like.receiving_unit: own["place"],
            str(like.procedure_version_id): str(version.row.id),
            f'"channel":"{like.channel}"': f'"channel":"{own["channel"]}"',
            **{str(task.id): str(uuid4()) for task in pattern.tasks},
        }

    def _channel(self, number: int) -> str:
        """71 % online, spread evenly; the rest mostly at a desk."""
        if int((number + 1) * ONLINE) > int(number * ONLINE):
            return Channel.ONLINE
        return self.chance.choices([Channel.DESK, Channel.POST, Channel.KIOSK], [8, 3, 1])[0]

    def _code(self, agency: str, day: date) -> str:
        self.numbers[agency, day] += 1
        self.touched.add((agency, day))
        return f"{agency}-{day:%y%m%d}-{self.numbers[agency, day]:04d}"

    def _moments(self, pattern: Pattern, version: Version, *, late: bool) -> list[datetime]:
        """When each command took place: in working hours, in time for most, and over before today."""
        term = version.term(self.today)
        allowed = term.amount * _MINUTES[term.unit]
        taken = allowed * (self.chance.uniform(1.3, 1.8) if late else self.chance.uniform(0.2, 0.75))
        latest = self.hours.total - int(taken) - 480
        begin = self.chance.randrange(self.hours.first_minute(version.first), max(latest, 1))
        steps = max(len(pattern.commands) - 1, 1)
        return [self.hours.at(begin + int(taken * place / steps)) for place in range(len(pattern.commands))]


_RECEIVING = (units.UnitKind.BRANCH.value, units.UnitKind.RECEPTION_POINT.value, units.UnitKind.CENTRE.value)


class _WorkingTime:
    """The working minutes of a span of days, counted through: minute n is so many working minutes after the first."""

    def __init__(self, platform: Platform, first: date, last: date) -> None:
        calendar = platform.calendar
        days = (first + timedelta(days=number) for number in range((last - first).days))
        self.starts: list[datetime] = [
            calendar.at(day, span[0]) + timedelta(minutes=minute)
            for day in days
            for span in calendar.working_hours(day)
            for minute in range(0, _minutes(span), 1)
        ]
        self.total = len(self.starts)

    def at(self, minute: int) -> datetime:
        """The moment of a working minute; the last one when it lies beyond."""
        return self.starts[min(minute, self.total - 1)]

    def first_minute(self, day: date) -> int:
        """The first working minute of a day or after it."""
        return next((number for number, at in enumerate(self.starts[::60]) if at.date() >= day), 0) * 60


def _minutes(span: Any) -> int:
    start, end = span
    return int((end.hour - start.hour) * 60 + end.minute - start.minute)


def _case_of(pattern: Pattern) -> tuple[str, str]:
    return pattern.key, pattern.dossier.procedure_case


def _version(session: Session, platform: Platform, key: str, case: str) -> Version:
    row = governing_version(session, key, platform.today())
    return Version(row, loaded(session, row.id).terms_of(case), row.valid_from)


def _data(row: DossierDataRow, renamed: Mapping[str, str]) -> Any:
    text = orjson.dumps(row.data).decode()
    changed = _changed(text, renamed)
    return row.data if changed is text else orjson.loads(changed)


def _changed(text: str, renamed: Mapping[str, str]) -> str:
    for old, new in renamed.items():
        if old in text:
            text = text.replace(old, new)
    return text
