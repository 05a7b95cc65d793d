"""What claiming costs depends on what is due, not on what is open: the same hundred rows among few and among many."""

import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import chain
from pathlib import Path
from statistics import median
from uuid import UUID

from sqlalchemy import Connection, Engine, Table, create_engine, make_url, text, update
from sqlalchemy.orm import Session

sys.path.insert(0, str(Path(__file__).parents[1] / "support"))

from throwaway_postgres import NoPostgresError, ThrowawayPostgres

from engine.deadlines.sweep import claim
from engine.model import DeadlineState
from engine.persistence.database import make_engine, upgrade
from engine.persistence.tables import DeadlineRow, DossierRow, ProcedureRow, ProcedureVersionRow, UnitRow

FEW, MANY, DUE = 10_000, 1_000_000, 100
PER_DOSSIER = 10  # open moments of one dossier
ROUNDS = 5  # each claims the hundred anew
NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
LIMIT = 1.5

_NUMBERS = "WITH RECURSIVE numbers(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM numbers WHERE n < {last})"
_UUID = {"sqlite": "printf('%032x', {n})", "postgresql": "lpad(to_hex({n}), 32, '0')::uuid"}
_MINUTES_LATER = {
    "sqlite": "strftime('%Y-%m-%d %H:%M:%f000', {column}, '+' || n || ' minutes')",
    "postgresql": "{column} + n * interval '1 minute'",
}


def benchmarks() -> list[dict[str, object]]:
    """The figures of this file."""
    with _databases() as pairs:
        return [figure for name, few, many in pairs for figure in _compared(name, few, many)]


def _compared(name: str, few: str, many: str) -> Iterator[dict[str, object]]:
    """Claim the due rows in both databases by turns, so that whatever else the machine does strikes both alike."""
    small, large = _filled(few, FEW), _filled(many, MANY)
    rounds = [(_claims(small), _claims(large)) for _ in range(ROUNDS + 1)][1:]  # the first warms the caches
    among_few, among_many = (median(chain(*claims)) for claims in zip(*rounds, strict=True))
    small.dispose()
    large.dispose()
    yield _figure(f"{name}: claim {DUE} due rows among {MANY} open", DUE * among_many * 1e3, "ms", 5_000)
    yield _figure(f"{name}: the same against {FEW} open", among_many / among_few, "x", LIMIT)


def _figure(name: str, value: float, unit: str, limit: float) -> dict[str, object]:
    return {"name": name, "value": round(value, 3), "unit": unit, "limit": limit}


def _claims(db: Engine) -> list[float]:
    """Seconds of each claim until nothing is due, each in a transaction of its own; then every row is put back."""
    spent = []
    while (seconds := _claim_one(db)) is not None:
        spent.append(seconds)
    assert len(spent) == DUE, f"{len(spent)} of {DUE} rows were claimed"
    with Session(db) as session:
        fired = update(DeadlineRow).where(DeadlineRow.state == DeadlineState.FIRED)
        session.execute(fired.values(state=DeadlineState.PENDING))
        session.commit()
    return spent


def _claim_one(db: Engine) -> float | None:
    with Session(db) as session:
        begun = time.perf_counter()
        found = claim(session, NOW)
        seconds = time.perf_counter() - begun
        if found is not None:
            found[0].state = DeadlineState.FIRED
        session.commit()
        return seconds if found is not None else None


# ---- databases ------------------------------------------------------------------------------------------


@contextmanager
def _databases() -> Iterator[list[tuple[str, str, str]]]:
    """Two empty databases of each kind; PostgreSQL where the machine has the server."""
    with tempfile.TemporaryDirectory() as folder:
        pairs = [("SQLite", f"sqlite:///{folder}/few.sqlite", f"sqlite:///{folder}/many.sqlite")]
        try:
            server = ThrowawayPostgres()
        except NoPostgresError as problem:
            print(f"NOT MEASURED ON POSTGRESQL: {problem}", file=sys.stderr)
            yield pairs
            return
        try:
            yield [*pairs, ("PostgreSQL", _created(server.url, "few"), _created(server.url, "many"))]
        finally:
            server.stop()


def _created(server: str, name: str) -> str:
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name} TEMPLATE template0"))
    engine.dispose()
    return make_url(server).set(database=name).render_as_string(hide_password=False)


def _filled(url: str, open_rows: int) -> Engine:
    """A database with so many open rows, ten to a dossier, a minute apart; a hundred of the first are due."""
    upgrade(url)
    db = make_engine(url)
    with Session(db) as session:
        _add_samples(session)
        session.commit()
    uuid, later = _UUID[db.dialect.name], _MINUTES_LATER[db.dialect.name]
    dossier = {"id": uuid.format(n="n + 1"), "code": "'D-' || n"}
    moments = {column: later.format(column=column) for column in ("legal_due_at", "due_at")}
    owner = uuid.format(n=f"n / {PER_DOSSIER} + 1")
    row = {"id": uuid.format(n="n + 1"), "dossier_id": owner, "kind": "'step'", **moments}
    with db.begin() as connection:
        _multiply(connection, DossierRow.__table__, open_rows // PER_DOSSIER, dossier)
        _multiply(connection, DeadlineRow.__table__, open_rows, row)
        connection.execute(text("DELETE FROM deadline WHERE kind = 'sample'"))
        due = [UUID(int=1 + number * FEW // DUE) for number in range(DUE)]
        late = update(DeadlineRow).where(DeadlineRow.id.in_(due)).values(due_at=NOW - timedelta(hours=1))
        connection.execute(late)
    with db.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE"))  # as a server does by itself from time to time
    return db


def _multiply(connection: Connection, table: Table, times: int, changed: dict[str, str]) -> None:
    """Copy the one sample row of a table so many times, with these columns computed from the number `n`."""
    columns = [column.name for column in table.columns]
    values = [changed.get(column, column) for column in columns]
    connection.exec_driver_sql(
        f"INSERT INTO {table.name} ({', '.join(columns)}) {_NUMBERS.format(last=times - 1)}"
        f" SELECT {', '.join(values)} FROM {table.name}, numbers WHERE {_SAMPLE[table.name]}"
    )


_SAMPLE = {"dossier": "code = 'SAMPLE'", "deadline": "kind = 'sample'"}


def _add_samples(session: Session) -> None:
    """A dossier and a deadline to copy, and what they refer to."""
    version = UUID(int=2**100)
    session.add(UnitRow(code="U", name_vi="Đơn vị", kind="authority"))
    session.add(ProcedureRow(key="p", id=UUID(int=2**100 + 1), title_vi="Thủ tục"))
    session.flush()
    session.add(
        ProcedureVersionRow(
            id=version,
            procedure_key="p",
            number=1,
            checksum="0",
            bundle=b"",
            facts={},
            valid_from=NOW.date(),
            deployed_at=NOW,
            deployed_by="bench",
        )
    )
    session.flush()
    dossier = DossierRow(
        id=UUID(int=2**101),
        code="SAMPLE",
        procedure_key="p",
        procedure_version_id=version,
        channel="online",
        applicant_name="A",
        search_key="a",
        link_digest="",
        receiving_unit="U",
        competent_unit="U",
        state="processing",
        submitted_at=NOW,
        snapshot=b"x" * 800,
    )
    session.add(dossier)
    session.flush()
    session.add(
        DeadlineRow(
            dossier_id=dossier.id,
            id=UUID(int=2**102),
            kind="sample",
            element_id="examination",
            state=DeadlineState.PENDING,
            legal_due_at=NOW + timedelta(hours=1),
            due_at=NOW + timedelta(hours=1),
            started_at=NOW,
        )
    )
