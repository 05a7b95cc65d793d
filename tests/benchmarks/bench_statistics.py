"""What report II.06a costs over 200,000 dossiers of a year: the whole of it, one number's list, the page's figures."""

import tempfile
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from engine import statistics
from engine.clock import FixedClock
from engine.deadlines.calendar import vietnam
from engine.model import Actor, Role
from engine.month_keeping import keep_months
from engine.persistence.database import make_engine, upgrade
from engine.persistence.statistics_boxes import Grouping
from engine.persistence.tables import DossierRow, ProcedureRow, ProcedureVersionRow, UnitRow
from engine.persistence.transaction import reading, run
from engine.platform import Platform
from engine.statistics_inquiry import Inquiry, note
from engine.statistics_numbers import Number
from engine.statistics_values import Asked, Period

DOSSIERS, UNITS, PROCEDURES = 200_000, 20, 40
NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
YEAR = Period(date(2026, 1, 1), date(2026, 12, 31))
ROUNDS = 5
OPERATOR = Actor(None, "bench", roles=frozenset({(Role.OPERATOR, "U0")}))


def benchmarks() -> list[dict[str, object]]:
    """The figures of this file."""
    with tempfile.TemporaryDirectory() as folder:
        db = _filled(f"sqlite:///{folder}/statistics.sqlite")
        inquiry = Inquiry(Platform(FixedClock(NOW), vietnam()), OPERATOR, Asked(YEAR, Grouping.COMPETENT))
        works: dict[str, tuple[Callable[[Session], object], int, int]] = {
            # limits: of who asks what nobody asked before, and of everybody after that
            "report II.06a by unit": (lambda s: statistics.report(s, inquiry), 500, 50),
            "the page: report, months, forecast": (lambda s: statistics.at_a_glance(s, inquiry), 5_000, 100),
            "25 dossiers behind a number": (
                lambda s: Number.of(s, inquiry, "resolved_overdue", "U3").dossiers(s),
                500,
                100,
            ),
        }
        figures = [
            _figure(f"{name}, counted", _seconds(db, work), limit) for name, (work, limit, _kept) in works.items()
        ]
        begun = time.process_time()
        run(db, lambda session: note(session, inquiry))
        keep_months(db, inquiry.platform)
        figures.append(_figure("counting its months once", time.process_time() - begun, 5_000))
        figures += [_figure(f"{name}, kept", _seconds(db, work), limit) for name, (work, _, limit) in works.items()]
        db.dispose()
        return figures


def _figure(name: str, seconds: float, limit: int) -> dict[str, object]:
    value = round(1e3 * seconds, 1)
    return {"name": f"SQLite, {DOSSIERS} dossiers: {name}", "value": value, "unit": "ms", "limit": limit}


def _seconds(db: Engine, work: Callable[[Session], object]) -> float:
    """The processor's seconds, the best of some rounds: SQLite works in this process, others only get in its way."""
    spent = []
    for _ in range(ROUNDS):
        with reading(db) as session:
            begun = time.process_time()
            work(session)
            spent.append(time.process_time() - begun)
    return min(spent)


def _filled(url: str) -> Engine:
    upgrade(url)
    db = make_engine(url)
    with Session(db) as session:
        _add_sample(session)
        session.commit()
    columns = [column.name for column in DossierRow.__table__.columns]
    values = [_CHANGED.get(column, column) for column in columns]
    with db.begin() as connection:
        connection.exec_driver_sql(
            f"INSERT INTO dossier ({', '.join(columns)})"
            f" WITH RECURSIVE numbers(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM numbers WHERE n < {DOSSIERS - 1})"
            f" SELECT {', '.join(values)} FROM dossier, numbers WHERE code = 'SAMPLE'"
        )
        connection.execute(text("DELETE FROM dossier WHERE code = 'SAMPLE'"))
    with db.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE"))
    return db


def _later(days: str) -> str:
    return f"strftime('%Y-%m-%d %H:%M:%f000', received_at, '+' || (n * 2) || ' minutes', '+' || ({days}) || ' days')"


# A dossier every two minutes; most take 1 to 16 days of 15, a tenth had its clock stopped, of that a fifth is extended;
# the last weeks are open, and one in fifty is withdrawn.
_DUE = "15 + (n % 10 = 0) * 7"
_OPEN = f"n > {DOSSIERS} - 9000"
_CHANGED = {
    "id": "printf('%032x', n + 1)",
    "code": "'D-' || n",
    "channel": "CASE n % 4 WHEN 0 THEN 'desk' ELSE 'online' END",
    "procedure_key": f"'p' || (n % {PROCEDURES})",
    "competent_unit": f"'U' || (n % {UNITS})",
    "receiving_unit": f"'U' || (n * 7 % {UNITS})",
    "received_at": _later("0"),
    "submitted_at": _later("0"),
    "due_at": _later(_DUE),
    "original_due_at": _later("15"),
    "extended": "n % 50 = 0",
    "decided_at": f"CASE WHEN {_OPEN} THEN NULL ELSE {_later('1 + n % 17')} END",
    "closed_at": f"CASE WHEN {_OPEN} THEN NULL ELSE {_later('2 + n % 17')} END",
    "outcome": f"CASE WHEN {_OPEN} THEN '' WHEN n % 50 = 1 THEN 'withdrawn' ELSE 'granted' END",
}


def _add_sample(session: Session) -> None:
    for number in range(UNITS):
        session.add(UnitRow(code=f"U{number}", name_vi=f"Đơn vị {number}", kind="authority"))
    for number in range(PROCEDURES):
        key = f"p{number}"
        session.add(ProcedureRow(key=key, id=UUID(int=2**100 + number), title_vi=f"Thủ tục {number}"))
        session.flush()
        session.add(_version(key, number))
    session.flush()
    start = NOW - timedelta(minutes=2 * DOSSIERS)
    session.add(
        DossierRow(
            id=UUID(int=2**120),
            code="SAMPLE",
            procedure_key="p0",
            procedure_version_id=UUID(int=2**101),
            channel="online",
            applicant_name="A",
            search_key="a",
            link_digest="",
            receiving_unit="U0",
            competent_unit="U0",
            state="processing",
            submitted_at=start,
            received_at=start,
            snapshot=b"x" * 800,
        )
    )
    session.flush()


def _version(key: str, number: int) -> ProcedureVersionRow:
    words = {"vi": f"Thủ tục {number}", "en": ""}
    return ProcedureVersionRow(
        id=UUID(int=2**101 + number),
        procedure_key=key,
        number=1,
        checksum=str(number),
        bundle=b"",
        facts={"title": words, "field": {"vi": f"Lĩnh vực {number % 5}", "en": ""}},
        valid_from=NOW.date(),
        deployed_at=NOW,
        deployed_by="bench",
    )
