"""SAMPLE DATA at full size: the network, a thousand people, and ten months of finished dossiers.

Real walks are gone once, in a database of their own; their histories are the patterns. Each dossier of the past is a
pattern with an applicant, a place and moments of its own, its due date counted by the ledger, its history chained.
What hangs on the running engine only (timers, papers, letters, notices) is left out.
"""

import random
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, cast
from uuid import UUID, uuid4

import orjson
from sqlalchemy import Engine, Table, func, insert, select
from sqlalchemy.orm import Session

from api.walks.direct import DirectDriver
from api.walks.drive import drive
from api.walks.script import read_walk
from engine import procedures
from engine.clockwork import events_of
from engine.deadlines import ledger
from engine.deadlines.clock_events import ClockEvent, ClockEventKind
from engine.deadlines.terms import Term, Unit, resolve_term
from engine.document_store import DocumentStore
from engine.errors import EngineError
from engine.events import CLOCK_PREFIX
from engine.history import bulk
from engine.history.journal import entries, read
from engine.model import SYSTEM, Channel
from engine.organisation import codes, loading, network, units
from engine.persistence.database import make_engine, upgrade
from engine.persistence.tables import (
    CodeCounterRow,
    DossierDataRow,
    DossierRow,
    JournalRow,
    PersonRow,
    ProcedureVersionRow,
    RoleRow,
    TaskRow,
    UnitRow,
)
from engine.persistence.transaction import reading, run
from engine.platform import Platform
from engine.procedures import governing_version, loaded
from engine.runtime.bundle import Bundle
from engine.text import fold
from forms.answers import InvalidAnswers

DOSSIERS, PEOPLE = 20_798, 1_000
ONLINE = 0.71
DAYS = 280  # 10/11/2023–15/8/2024, laid into the time up to today
ON_TIME = 0.962
_BATCH = 500
_TRIES = 8
_KEPT = ("dossier:filed", "dossier:ended", "element:passed", "result:set", "task:opened", "task:claimed")
_KEPT_TOO = ("task:assigned", "task:completed", "task:cancelled", "task:moved", "message:received", CLOCK_PREFIX)
_WALKS: Mapping[str, int] = {
    "handed_over": 90, "granted": 86, "approved": 86, "approval": 86, "supplemented": 6, "refused": 5, "withdrawn": 1,
}  # fmt: skip
_WEIGHTS = {"certified_copy": 60, "household_business_registration": 18, "house_building_permit": 12}
_MINUTES = {
    Unit.WORKING_DAYS: 480.0,
    Unit.CALENDAR_DAYS: 480.0 * 5 / 7,
    Unit.WORKING_HOURS: 60.0,
    Unit.MONTHS: 21 * 480.0,
}
Tell = Callable[[str], None]


@dataclass(frozen=True)
class Pattern:
    """A dossier that went all the way: commands in order, each a list of (type, actor, payload)."""

    key: str
    weight: float
    dossier: DossierRow
    commands: list[list[tuple[str, str, str]]]
    clock: list[ClockEvent]
    clock_at: list[int]  # the command of each clock event
    tasks: list[TaskRow]
    data: list[DossierDataRow]


@dataclass(frozen=True)
class Version:
    """What governs the clones of a procedure: its deployed version and the term it gives."""

    row: ProcedureVersionRow
    term: Term
    first: date


def load_network(db: Engine, platform: Platform) -> None:
    """Load the branches, points and people that are not there yet."""
    run(db, lambda session: _add_network(session, platform))


def load_history(
    db: Engine, platform: Platform, root: Path, organisation: Mapping[str, Any], tell: Tell, wanted: int = DOSSIERS
) -> int:
    """Bring the finished dossiers to 20,798 (or `wanted`) in all; how many were added."""
    with reading(db) as session:
        there = session.scalar(select(func.count()).select_from(DossierRow).where(DossierRow.snapshot == b"")) or 0
    if there >= wanted:
        return 0
    tell("Đi mẫu từng thủ tục — going one walk of each kind")
    patterns = _patterns(platform, root, organisation)
    writer = _Writer(db, platform, patterns, skip=there)
    for done in writer.write(wanted - there):
        tell(f"{there + done:,} hồ sơ — dossiers") if done % 5_000 == 0 else None
    return wanted - there


def _add_network(session: Session, platform: Platform) -> None:
    known = set(session.scalars(select(UnitRow.code)))
    fresh = [unit for unit in network.units() if unit.code not in known]
    rows = [
        {
            "code": unit.code,
            "name_vi": unit.name_vi,
            "name_en": unit.name_en,
            "kind": unit.kind.value,
            "parent_code": unit.parent,
            "agency_code": unit.agency_code,
            "search_key": units.search_key(unit.code, unit.name_vi, unit.name_en),
        }
        for unit in fresh
    ]
    if rows:
        session.execute(insert(UnitRow), rows)
    usernames = set(session.scalars(select(PersonRow.username)))
    missing = PEOPLE - len(usernames)
    staff = [person for person in network.people(PEOPLE) if person.username not in usernames][: max(missing, 0)]
    if not staff:
        return
    ids = [uuid4() for _ in staff]
    now = platform.now()
    session.execute(
        insert(PersonRow),
        [
            {"id": key, "username": who.username, "name": who.name, "created_at": now}
            for key, who in zip(ids, staff, strict=True)
        ],
    )
    session.execute(
        insert(RoleRow),
        [
            {"person_id": key, "role": who.role.value, "unit_code": who.unit}
            for key, who in zip(ids, staff, strict=True)
        ],
    )


# ---- patterns ----------------------------------------------------------------------------------------------------


def _patterns(platform: Platform, root: Path, organisation: Mapping[str, Any]) -> list[Pattern]:
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/patterns.sqlite"
        upgrade(url)
        db = make_engine(url)
        try:
            run(db, lambda session: loading.load(session, organisation, now=platform.now()))
            found: list[Pattern] = []
            for path in sorted((root / "bpmn").glob("*/procedure.toml")):
                found += _patterns_of(db, platform, DocumentStore(Path(folder) / "papers"), root, path.parent.name)
            return found
        finally:
            db.dispose()


def _patterns_of(db: Engine, platform: Platform, store: DocumentStore, root: Path, key: str) -> Iterator[Pattern]:
    bundle = Bundle.find(root, key)
    run(db, lambda session: procedures.deploy(session, platform, SYSTEM, bundle))
    for name, weight in _WALKS.items():
        walk = root / "bpmn" / key / "walks" / f"{name}.json"
        if not walk.is_file():
            continue
        opened = datetime.combine(platform.today() - timedelta(days=90), datetime.min.time(), platform.zone)
        driver = DirectDriver(db, platform, store, Channel.ONLINE, opened + timedelta(hours=8))
        try:
            for _step in drive(driver, read_walk(walk)):
                pass
        except (EngineError, InvalidAnswers):
            continue  # it waits for a moment, or its answers have a day in them: no pattern for the past
        with reading(db) as session:
            code = driver.standing().code
            dossier = session.scalars(select(DossierRow).where(DossierRow.code == code)).one()
            yield _pattern(session, dossier, weight * _WEIGHTS.get(key, 2))


def _pattern(session: Session, dossier: DossierRow, weight: float) -> Pattern:
    rows = entries(session, dossier.id, limit=10_000)
    commands: list[list[tuple[str, str, str]]] = []
    recorded: datetime | None = None
    clock_rows: list[JournalRow] = []
    clock_at = []
    for row in rows:
        if not row.type.startswith(_KEPT + _KEPT_TOO):
            continue
        if row.recorded_at != recorded:
            commands.append([])
            recorded = row.recorded_at
        entry = read(row)
        commands[-1].append((row.type, bulk.text_of(entry["actor"]), bulk.text_of(entry["payload"])))
        if row.type.startswith(CLOCK_PREFIX):
            clock_rows.append(row)
            clock_at.append(len(commands) - 1)
    tasks = list(session.scalars(select(TaskRow).where(TaskRow.dossier_id == dossier.id)))
    data = list(session.scalars(select(DossierDataRow).where(DossierDataRow.dossier_id == dossier.id)))
    return Pattern(dossier.procedure_key, weight, dossier, commands, events_of(clock_rows), clock_at, tasks, data)


# ---- clones ------------------------------------------------------------------------------------------------------


class _Writer:
    """Writes dossiers of the past, the same ones on every run."""

    def __init__(self, db: Engine, platform: Platform, patterns: list[Pattern], skip: int) -> None:
        self.db, self.platform, self.patterns = db, platform, patterns
        self.chance = random.Random(20_798 + skip)  # noqa: S311 - sample data
        self.today = platform.today()
        self.hours = _WorkingTime(platform, self.today - timedelta(days=DAYS), self.today)
        with reading(db) as session:
            self.versions = {key: _version(session, platform, key) for key in {each.key for each in patterns}}
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
        version = self.versions[pattern.key]
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
        row["search_key"] = fold(f"{code} {name} {pattern.dossier.summary}")
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
        counted = ledger.due(clock, version.term, self.platform.calendar)
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
        allowed = version.term.amount * _MINUTES[version.term.unit]
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


def _version(session: Session, platform: Platform, key: str) -> Version:
    row = governing_version(session, key, platform.today())
    terms = loaded(session, row.id).terms
    return Version(row, resolve_term(terms, platform.today()), row.valid_from)


def _data(row: DossierDataRow, renamed: Mapping[str, str]) -> Any:
    text = orjson.dumps(row.data).decode()
    changed = _changed(text, renamed)
    return row.data if changed is text else orjson.loads(changed)


def _changed(text: str, renamed: Mapping[str, str]) -> str:
    for old, new in renamed.items():
        if old in text:
            text = text.replace(old, new)
    return text
