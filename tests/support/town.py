"""The whole application over a demo organisation, for tests that come in by the front door.

`Town.found` loads units, people and procedures once into a template; `Town.copy` gives each test a database of its own.
"""

import shutil
import sqlite3
import tomllib
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID
from zoneinfo import ZoneInfo

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from api.app import create_app
from api.settings import Settings
from api.walks.sample_papers import sample_pdf
from engine import procedures
from engine.clock import FixedClock
from engine.deadlines.calendar import vietnam
from engine.model import SYSTEM
from engine.organisation import loading
from engine.persistence.database import make_engine, upgrade
from engine.persistence.tables import DossierRow
from engine.persistence.transaction import reading, run
from engine.platform import Platform
from engine.runtime.bundle import Bundle

ROOT = Path(__file__).parents[2]
PROCEDURE = "detailed_plan_adjustment"
PASSWORD = "a password for tests"
MORNING = datetime(2026, 11, 30, 9, 0, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh"))  # an ordinary Monday


@dataclass
class Town:
    """One application with its database, its store and a clock that stands still until it is told to move."""

    app: Flask
    clock: FixedClock
    database: Path
    address: str = ""

    @classmethod
    def open(cls, database: Path, public_url: str = "http://town.test") -> "Town":
        """The application over a database that `found` has filled."""
        clock = FixedClock(MORNING)
        settings = Settings(
            database_url=f"sqlite:///{database}",
            secret_key="only for tests, and long enough to be taken",
            store=database.parent / "documents",
            public_url=public_url,
        )
        app = create_app(settings, Platform(clock, vietnam()))
        return cls(app, clock, database)

    def later(self, **delta: float) -> None:
        """Move the clock forward."""
        self.clock.moment += timedelta(**delta)

    def dossier(self, code: str) -> DossierRow:
        """The dossier with this code, as the database has it."""
        return self.look(lambda session: session.scalars(select(DossierRow).where(DossierRow.code == code)).one())

    def newest(self) -> DossierRow:
        """The dossier that was filed last."""
        newest = select(DossierRow).order_by(DossierRow.submitted_at.desc(), DossierRow.id.desc()).limit(1)
        return self.look(lambda session: session.scalars(newest).one())

    def look(self, work):  # type: ignore[no-untyped-def]
        """Look at the database without changing it."""
        engine = make_engine(f"sqlite:///{self.database}")
        with reading(engine) as session:
            found = work(session)
        engine.dispose()
        return found

    def do(self, work):  # type: ignore[no-untyped-def]
        """Change the database from outside the application."""
        engine = make_engine(f"sqlite:///{self.database}")
        done = run(engine, work)
        engine.dispose()
        return done


def found(folder: Path) -> Path:
    """A database with the demo organisation and the first procedure, that nobody writes to."""
    path = folder / "town.sqlite"
    url = f"sqlite:///{path}"
    upgrade(url)
    engine = make_engine(url)
    platform = Platform(FixedClock(MORNING), vietnam())
    content = tomllib.loads((ROOT / "engine/organisation/demo.toml").read_text(encoding="utf-8"))
    known = {key: content[key] for key in ("unit", "person")}

    def fill(session: Session) -> UUID:
        loading.load(session, known, now=MORNING, password=PASSWORD)
        return procedures.deploy(session, platform, SYSTEM, Bundle.find(ROOT, PROCEDURE)).id

    run(engine, fill)
    engine.dispose()
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    return path


def copy_of(template: Path, folder: Path) -> Path:
    """A database of one test's own."""
    path = folder / "motcua.sqlite"
    shutil.copyfile(template, path)
    return path


def paper(folder: Path, name: str) -> Path:
    """A small valid PDF on disk, to be uploaded."""
    path = folder / name
    path.write_bytes(sample_pdf(name))
    return path
