"""Dossiers as they would stand after years of work, written at once: what reports are tested on."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from hypothesis import strategies as st
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from engine.clock import FixedClock
from engine.deadlines.calendar import vietnam
from engine.ids import new_id
from engine.model import Actor, Channel, Role
from engine.persistence.database import make_engine
from engine.persistence.tables import DossierRow, ProcedureRow, ProcedureVersionRow, UnitRow
from engine.platform import Platform
from engine.statistics import at_a_glance
from engine.statistics_inquiry import Inquiry
from engine.statistics_values import Asked, Period, Report, period_of

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=ZONE)  # a Monday
OCTOBER = Period(date(2026, 10, 1), date(2026, 10, 31))
NOVEMBER = period_of("this_month", NOW.date())
CONTROL = Actor(None, "Kiểm soát", roles=frozenset({(Role.PROCEDURE_CONTROL, "A")}))
PLATFORM = Platform(FixedClock(NOW), vietnam())


def at(day: str, clock: str = "09:00:00") -> datetime:
    return datetime.fromisoformat(f"2026-{day}T{clock}").replace(tzinfo=ZONE)


def end_of(day: str) -> datetime:
    return at(day, "23:59:59")


@dataclass
class Archive:
    """Dossiers as they would stand after years of work, written at once."""

    session: Session

    def found(self) -> "Archive":
        """Two units, and two procedures of two fields."""
        self.session.add_all(UnitRow(code=code, name_vi=f"Đơn vị {code}", kind="authority") for code in "AB")
        for number, key in enumerate(("p", "q")):
            self.session.add(ProcedureRow(key=key, id=new_id(), title_vi=key))
            self.session.flush()
            words = {"title": {"vi": f"Thủ tục {key}"}, "field": {"vi": f"Lĩnh vực {key}", "en": f"Field {key}"}}
            self.session.add(
                ProcedureVersionRow(
                    id=UUID(int=number + 1),
                    procedure_key=key,
                    number=1,
                    checksum=key,
                    bundle=b"",
                    facts=words,
                    valid_from=date(2026, 1, 1),
                    deployed_at=NOW,
                    deployed_by="test",
                )
            )
        self.session.flush()
        return self

    def add(self, received: datetime, due: datetime | None = None, *, extended: bool = False, **facts: Any) -> UUID:
        identifier = new_id()
        values = {
            "procedure_key": "p",
            "channel": Channel.ONLINE,
            "competent_unit": "A",
            "receiving_unit": "A",
            "original_due_at": due,
            "submitted_at": received,
            **facts,
        }
        key = values["procedure_key"]
        self.session.add(
            DossierRow(
                id=identifier,
                code=str(identifier),
                procedure_version_id=UUID(int=1 if key == "p" else 2),
                applicant_name="",
                search_key="",
                link_digest="",
                state="processing",
                received_at=received,
                due_at=due,
                extended=extended,
                snapshot=b"",
                **values,
            )
        )
        self.session.flush()
        return identifier

    def told(self, period: Period = NOVEMBER, actor: Actor = CONTROL, **asked: Any) -> Report:
        return at_a_glance(self.session, inquiry(period, actor, **asked))


def inquiry(period: Period = NOVEMBER, actor: Actor = CONTROL, **asked: Any) -> Inquiry:
    return Inquiry(PLATFORM, actor, Asked(period, **asked))


@contextmanager
def archive_in(db: Engine) -> Iterator[Archive]:
    with Session(db) as session:
        yield Archive(session).found()
        session.rollback()


_DAYS = st.integers(min_value=-70, max_value=40)
SMALL_DOSSIER = st.fixed_dictionaries(
    {
        "received": st.integers(min_value=-70, max_value=0),
        "due": st.none() | _DAYS,
        "moved": st.sampled_from([0, 0, 5, -3]),
        "extended": st.booleans(),
        "decided": st.none() | st.integers(min_value=0, max_value=60),
        "closed": st.booleans(),
        "outcome": st.sampled_from(["granted", "refused", "withdrawn", "stopped", "not_received"]),
        "procedure_key": st.sampled_from("pq"),
        "competent_unit": st.sampled_from("AB"),
        "receiving_unit": st.sampled_from("AB"),
        "channel": st.sampled_from(list(Channel)),
    }
)


def add_small(archive: Archive, told: dict[str, Any]) -> None:
    facts = dict(told)
    received = NOW + timedelta(days=facts.pop("received"))
    due, moved, decided = facts.pop("due"), facts.pop("moved"), facts.pop("decided")
    closed, outcome = facts.pop("closed"), facts.pop("outcome")
    first = None if due is None else end_of("11-23") + timedelta(days=due)
    if decided is not None and received + timedelta(days=decided) <= NOW:
        ended = received + timedelta(days=decided)
        if closed:
            facts.update(closed_at=ended, outcome=outcome)
        if outcome in {"granted", "refused"}:
            facts.update(decided_at=ended)
    archive.add(received, first and first + timedelta(days=moved), **{"original_due_at": first, **facts})


def small_archives(url: str) -> Iterator[Callable[[], AbstractContextManager[Archive]]]:
    """What gives a new archive on the database at `url` each time; nothing is left of it afterwards."""
    engine = make_engine(url)
    yield lambda: archive_in(engine)
    engine.dispose()
