"""A city at full size on PostgreSQL: 1,000,000 dossiers, 20,000 open tasks, 335 places, 1,000 people, 11 procedures.

`python tests/benchmarks/big_city.py` starts a server of its own, fills it and says where it is until it is interrupted,
so that pages can be looked at and measured again and again.
"""

import sys
import time
import tomllib
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "support"))
sys.path.insert(0, str(Path(__file__).parent))

from big_past import add_patterns, multiply
from big_present import Copier, Rows, Watched, walked
from sqlalchemy import create_engine, make_url, text
from throwaway_postgres import ThrowawayPostgres

from api import demo, demo_history
from engine.clock import FixedClock
from engine.deadlines.calendar import vietnam
from engine.month_keeping import keep_months
from engine.persistence import register_numbers
from engine.persistence.database import make_engine, upgrade
from engine.persistence.transaction import run
from engine.platform import Platform

ROOT = Path(__file__).parents[2]
NOON = datetime.fromisoformat("2026-11-23T11:00:00+07:00")
SIZES = {"small": (10_000, 2_000), "big": (1_000_000, 20_000)}  # dossiers, open tasks among them
SETTINGS = {
    "shared_buffers": "1GB",
    "work_mem": "16MB",
    "max_wal_size": "8GB",
    "wal_level": "minimal",
    "max_wal_senders": "0",
}


def server() -> ThrowawayPostgres:
    """A PostgreSQL server with as much memory as a small one has."""
    return ThrowawayPostgres(SETTINGS)


@dataclass
class Cities:
    """Cities of several sizes on one server, grown from one with a few hundred real dossiers."""

    postgres: ThrowawayPostgres
    patterns: list[Rows] = field(default_factory=list)
    begun: float = field(default_factory=time.monotonic)

    def found(self) -> None:
        """The one that the others grow from."""
        url = self._make("seed", "template0")
        upgrade(url)
        db = make_engine(url)
        keys = list(demo.deployable(ROOT))
        city = Watched.found(db, FixedClock(NOON), *keys)
        demo_history.load_network(db, city.platform)
        self._tell("organisation and procedures")
        self.patterns = walked(city, keys)
        self._tell(f"{len(self.patterns)} steps walked")
        organisation = tomllib.loads(demo.ORGANISATION.read_text(encoding="utf-8"))
        add_patterns(db, city.platform, {key: organisation[key] for key in ("unit", "person")})
        self._tell("dossiers of the past")
        db.dispose()

    def grow(self, name: str, dossiers: int, tasks: int) -> str:
        """A database with so many dossiers and open tasks; its URL."""
        url = self._make(name, "seed")
        db = make_engine(url)
        multiply(db, dossiers - tasks)
        self._tell(f"{name}: dossiers of the past")
        Copier(db).copy(self.patterns, tasks)
        self._tell(f"{name}: dossiers on their way")
        run(db, lambda session: register_numbers.give_to_the_rest(session, vietnam().zone))
        self._tell(f"{name}: numbers in registers")
        with db.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM ANALYZE"))
        self._tell(f"{name}: statistics of the tables")
        keep_months(db, Platform(FixedClock(NOON), vietnam()))
        self._tell(f"{name}: months of reports")
        db.dispose()
        return url

    def _make(self, name: str, template: str) -> str:
        maintenance = create_engine(self.postgres.url, isolation_level="AUTOCOMMIT")
        with maintenance.connect() as connection:
            connection.execute(text(f'CREATE DATABASE "{name}" TEMPLATE "{template}"'))
        maintenance.dispose()
        return make_url(self.postgres.url).set(database=name).render_as_string(hide_password=False)

    def _tell(self, what: str) -> None:
        print(f"{time.monotonic() - self.begun:6.0f} s  {what}", file=sys.stderr, flush=True)


def main() -> None:
    """Fill a small and a big city, and keep the server until interrupted."""
    postgres = server()
    try:
        cities = Cities(postgres)
        cities.found()
        for name, size in SIZES.items():
            print(cities.grow(name, *size), flush=True)
        while True:
            time.sleep(3600)
    finally:
        postgres.stop()


if __name__ == "__main__":
    main()
