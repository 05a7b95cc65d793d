"""Dossiers on their way by the thousand: real ones walked to every step, then copied whole with new identities.

A copy is a dossier like any other: its process can go on, its history is chained, its papers are its own.
"""

import random
import re
from collections import Counter, defaultdict
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import orjson
import zstandard
from city import City
from sqlalchemy import Engine, insert, select
from sqlalchemy.orm import Session

from engine.errors import EngineError
from engine.history.journal import digest
from engine.ids import new_id
from engine.model import TaskState
from engine.organisation import network
from engine.persistence.tables import (
    Base,
    DeadlineRow,
    DocumentRow,
    DossierDataRow,
    DossierRow,
    JournalRow,
    RoleRow,
    TaskRow,
    UnitRow,
)
from engine.text import search_key
from forms.answers import InvalidAnswers

_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_PREVIOUS = re.compile(r'"prev":"[0-9a-f]*"')
_OF_DOSSIER = (DossierDataRow, TaskRow, DeadlineRow, DocumentRow)
WALKS = ("handed_over", "granted", "approved", "approval")
BATCH = 200


Rows = Mapping[str, list[dict[str, Any]]]


class Watched(City):
    """A city that remembers how a dossier stood before each of its tasks was done, and whose clock nobody moves."""

    seen: list[Rows]

    def complete(self, task: TaskRow, answers: Mapping[str, Any]) -> DossierRow:
        """Remember the dossier, then do the task."""
        self.seen.append(self.see(lambda session: _read(session, task.dossier_id)))
        return super().complete(task, answers)

    def go_to_next_timer(self, dossier_id: UUID) -> None:
        """Refuse.

        Raises:
            AssertionError: always.
        """
        raise AssertionError(f"a timer of {dossier_id}")


def walked(city: Watched, keys: list[str]) -> list[Rows]:
    """Real dossiers at each step of a usual walk of each procedure."""
    start, city.seen = city.clock.moment, []
    for number, key in enumerate(keys):
        for name in WALKS:
            city.clock.moment = start - timedelta(days=number % 21, minutes=number)
            try:
                city.walk(city.walk_file(key, name))
            except (AssertionError, EngineError, InvalidAnswers, FileNotFoundError, KeyError):
                continue  # it has to wait for a day, or its answers name one
    city.clock.moment = start
    return city.seen


class Copier:
    """Copies dossiers whole, each with identities, an applicant, a place and a code of its own."""

    def __init__(self, db: Engine) -> None:
        self.db = db
        self.chance = random.Random(20_000)
        self.number = 0
        self.given: Counter[tuple[str, date]] = Counter()  # numbers of codes
        with Session(db) as session:
            rows = session.execute(
                select(UnitRow.code, UnitRow.agency_code).where(UnitRow.kind.in_(("branch", "reception_point")))
            )
            self.places = [(code, agency) for code, agency in rows]
            self.holders: dict[str, list[UUID]] = defaultdict(list)
            for role in session.scalars(select(RoleRow)):
                self.holders[f"{role.unit_code}/{role.role}"].append(role.person_id)

    def copy(self, patterns: list[Rows], tasks: int) -> None:
        """Copies of the patterns in turn, until there are so many open tasks more."""
        made, batch = 0, list[dict[str, list[dict[str, Any]]]]()
        while made < tasks:
            copy = self._one(patterns[self.number % len(patterns)])
            made += sum(task["state"] == TaskState.OPEN for task in copy["user_task"])
            batch.append(copy)
            if len(batch) == BATCH or made >= tasks:
                self._write(batch)
                batch = []

    def _write(self, batch: list[dict[str, list[dict[str, Any]]]]) -> None:
        with self.db.begin() as connection:
            for table in ("dossier", "dossier_data", "document", "user_task", "deadline", "journal", "notice"):
                rows = [row for copy in batch for row in copy[table]]
                if rows:
                    connection.execute(insert(Base.metadata.tables[table]), rows)

    def _one(self, pattern: Rows) -> dict[str, list[dict[str, Any]]]:
        self.number += 1
        old = pattern["dossier"][0]
        place, agency = self.chance.choice(self.places) if self.number % 4 else (old["receiving_unit"], "000.01.60.H29")
        renamed = self._renamed(pattern, {old["receiving_unit"]: place})
        copy = {table: [_changed(row, renamed) for row in rows] for table, rows in pattern.items()}
        dossier = copy["dossier"][0]
        filed = old["submitted_at"] - timedelta(seconds=self.chance.randrange(86_400))
        name = network.applicant_name(self.chance)
        self.given[agency, filed.date()] += 1
        code = f"{agency}-{filed:%y%m%d}-{5_000 + self.given[agency, filed.date()]:04d}"
        dossier |= {"submitted_at": filed, "applicant_name": name, "code": code, "snapshot": _snapshot(old, renamed)}
        dossier["search_key"] = search_key(code, name, dossier["summary"])
        dossier["applicant_key"] = digest(f"{name} {self.number}")
        dossier["link_digest"] = digest(f"link-{self.number}")
        dossier["journal_head"] = _chain(copy["journal"])
        copy["notice"] = []
        for task in copy["user_task"]:
            task["search_key"] = dossier["search_key"] if task["state"] == TaskState.OPEN else ""
            if task["state"] == TaskState.OPEN:
                self._give(task, copy["notice"])
        return copy

    def _renamed(self, pattern: Rows, renamed: dict[str, str]) -> dict[str, str]:
        dossier = pattern["dossier"][0]
        own = set(_UUID.findall(_unpacked(dossier["snapshot"])))
        own |= {str(row["id"]) for table in ("dossier", "user_task", "deadline", "document") for row in pattern[table]}
        return renamed | {identifier: str(new_id()) for identifier in sorted(own)}

    def _give(self, task: dict[str, Any], notices: list[dict[str, Any]]) -> None:
        """Four in ten are taken by somebody; whoever has it, or could, has been told of it."""
        able = self.holders.get(task["queue"], [])
        task["assignee_id"] = self.chance.choice(able) if able and self.chance.random() < 0.4 else None
        who = f"person:{task['assignee_id']}" if task["assignee_id"] else f"queue:{task['queue']}"
        told = {
            "element": task["element_id"],
            "task": str(task["id"]),
            "name_vi": task["name_vi"],
            "name_en": task["name_en"],
        }
        if task["assignee_id"] or self.number % 10 == 0:
            kind = "task-assigned" if task["assignee_id"] else "step-overdue"
            seen = task["opened_at"] if self.chance.random() < 0.7 and task["assignee_id"] else None
            notices.append(
                {"id": new_id(), "audience": who, "dossier_id": task["dossier_id"], "kind": kind, "payload": told}
                | {"created_at": task["opened_at"], "seen_at": seen, "mailed_at": task["opened_at"]}
            )


def _read(session: Session, identifier: UUID) -> dict[str, list[dict[str, Any]]]:
    """Every row of a dossier by table."""
    found = {"dossier": _rows(session, DossierRow, DossierRow.id == identifier)}
    for table in _OF_DOSSIER:
        found[table.__tablename__] = _rows(session, table, table.dossier_id == identifier)
    found["journal"] = sorted(
        _rows(session, JournalRow, JournalRow.stream_id == identifier), key=lambda row: row["seq"]
    )
    return found


def _rows(session: Session, table: Any, which: Any) -> list[dict[str, Any]]:
    return [dict(row) for row in session.execute(select(table.__table__).where(which)).mappings()]


def _changed(row: Mapping[str, Any], renamed: Mapping[str, str]) -> dict[str, Any]:
    return {column: _value(value, renamed) for column, value in row.items()}


def _value(value: Any, renamed: Mapping[str, str]) -> Any:
    if isinstance(value, UUID):
        return UUID(renamed.get(str(value), str(value)))
    if isinstance(value, dict | list):
        return orjson.loads(_text(orjson.dumps(value).decode(), renamed))
    return _text(value, renamed) if isinstance(value, str) else value


def _text(value: str, renamed: Mapping[str, str]) -> str:
    """The text with new identities and a new place: the whole text, the start of a queue, or a string in JSON."""
    place, new = next(iter(renamed.items()))
    if value == place or value.startswith(f"{place}/"):
        return new + value[len(place) :]
    if "-" not in value:
        return value
    return _UUID.sub(lambda found: renamed.get(found[0], found[0]), value).replace(f'"{place}"', f'"{new}"')


def _unpacked(snapshot: bytes) -> str:
    return zstandard.ZstdDecompressor().decompress(snapshot).decode()


def _snapshot(old: Mapping[str, Any], renamed: Mapping[str, str]) -> bytes:
    said = _UUID.sub(lambda found: renamed.get(found[0], found[0]), _unpacked(old["snapshot"]))
    return zstandard.ZstdCompressor(level=3, write_checksum=True).compress(said.encode())


def _chain(journal: list[dict[str, Any]]) -> str:
    """Chain the entries anew; the hash of the last one."""
    previous = ""
    for row in journal:
        row["entry"] = _PREVIOUS.sub(f'"prev":"{previous}"', row["entry"], count=1)
        previous = row["hash"] = digest(row["entry"])
    return previous
