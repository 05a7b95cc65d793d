"""The demo at full size: the network of the plan, its people, and a past whose histories hold like any other."""

import random
import shutil
import tomllib
from datetime import datetime
from pathlib import Path

import pytest
from city import City
from sqlalchemy import Engine, func, select

from api import demo, demo_history
from engine.clock import FixedClock
from engine.clockwork import events_of
from engine.deadlines.ledger import due
from engine.deadlines.terms import resolve_term
from engine.history import bulk
from engine.history.journal import canonical, clock_entries, entries, read
from engine.history.timeline import as_of
from engine.history.verify import verify
from engine.ids import new_id
from engine.model import Role
from engine.organisation import network
from engine.organisation.codes import next_code
from engine.organisation.units import UnitKind
from engine.persistence.tables import DossierRow, PersonRow, UnitRow
from engine.procedures import pinned

KEY = "certified_copy"
SOME = 120


@pytest.fixture
def city(db: Engine) -> City:
    """The demo city on an ordinary Monday morning, with one procedure."""
    return City.found(db, FixedClock(datetime.fromisoformat("2026-11-23T09:00:00+07:00")), KEY)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A checkout with that procedure alone."""
    for folder in ("bpmn", "forms"):
        for name in (KEY, "shared"):
            source = Path(__file__).parents[2] / folder / name
            if source.is_dir():
                shutil.copytree(source, tmp_path / folder / name)
    return tmp_path


def load(city: City, root: Path, wanted: int) -> int:
    organisation = tomllib.loads(demo.ORGANISATION.read_text(encoding="utf-8"))
    known = {key: organisation[key] for key in ("unit", "person")}
    return demo_history.load_history(city.db, city.platform, root, known, lambda _line: None, wanted)


def past(city: City) -> list[DossierRow]:
    return city.see(lambda s: list(s.scalars(select(DossierRow).order_by(DossierRow.code))))


def test_the_network_is_one_centre_22_branches_and_312_points_with_a_thousand_people(city: City) -> None:
    for _ in range(2):  # the second time changes nothing
        demo_history.load_network(city.db, city.platform)
        kinds = city.see(lambda s: dict(s.execute(select(UnitRow.kind, func.count()).group_by(UnitRow.kind)).all()))
        assert (kinds["centre"], kinds["branch"], kinds["reception_point"]) == (1, 22, 312)
        assert city.see(lambda s: s.scalar(select(func.count()).select_from(PersonRow))) == 1_000


def test_the_network_is_marked_as_made_up_and_every_point_has_two_officers() -> None:
    units = network.units()
    assert len({unit.code for unit in units}) == len(units) == 334
    assert all("(mẫu)" in unit.name_vi for unit in units)
    people = network.people(980)
    assert len({person.username for person in people}) == 980
    points = [unit.code for unit in units if unit.kind is UnitKind.RECEPTION_POINT]
    officers = [person.unit for person in people if person.role is Role.RECEPTION_OFFICER]
    assert all(officers.count(point) == 2 for point in points)


def test_the_past_is_whole_spread_and_counted_by_the_ledger(city: City, root: Path) -> None:
    demo_history.load_network(city.db, city.platform)
    assert load(city, root, SOME) == SOME
    dossiers = past(city)
    assert round(sum(each.channel == "online" for each in dossiers) / SOME, 2) == 0.71
    assert len({each.receiving_unit for each in dossiers}) > 50
    assert {each.state for each in dossiers} == {"closed"}
    assert all(each.closed_at is not None and each.closed_at < city.clock.moment for each in dossiers)
    for dossier in random.Random(1).sample(dossiers, 20):
        assert city.see(lambda s, head=dossier: verify(s, head)).intact
        clock = events_of(city.see(lambda s, stream=dossier.id: clock_entries(s, stream)))
        procedure = city.see(lambda s, head=dossier: pinned(s, head))
        term = resolve_term(procedure.terms, city.platform.day_of(dossier.submitted_at))
        assert due(clock, term, city.platform.calendar).due_at == dossier.due_at


def test_a_dossier_of_the_past_is_told_like_any_other(city: City, root: Path) -> None:
    load(city, root, 5)
    dossier = past(city)[0]
    picture = city.see(lambda s: as_of(s, dossier.id, city.clock.moment))
    assert (picture.outcome, picture.tasks) == (dossier.outcome, {})
    assert picture.answers["application"]["applicant_name"] == dossier.applicant_name
    filed = read(city.see(lambda s: entries(s, dossier.id))[0])["payload"]
    assert (filed["code"], filed["channel"]) == (dossier.code, dossier.channel)


def test_a_second_load_adds_only_what_is_missing(city: City, root: Path) -> None:
    assert load(city, root, 10) == 10
    assert load(city, root, 10) == 0
    assert load(city, root, 15) == 5
    assert len(past(city)) == 15


def test_codes_go_on_behind_those_of_the_past(city: City, root: Path) -> None:
    load(city, root, SOME)
    taken = {each.code for each in past(city)}
    agency, day, _number = past(city)[0].code.rsplit("-", 2)
    on = datetime.strptime(day, "%y%m%d").date()  # noqa: DTZ007 - a day
    assert city.do(lambda s: next_code(s, agency, on)) not in taken


def test_entries_written_in_bulk_are_the_very_text_that_the_journal_would_write() -> None:
    moment = datetime.fromisoformat("2026-11-23T09:00:00+07:00")
    said = bulk.text_of({"z": 1, "a": {"name": 'Đặng "Minh"', "list": [1, None, True]}})
    facts = [bulk.Fact("dossier:filed", moment, bulk.text_of({"name": "Lan"}), said)] * 3
    rows, head = bulk.chained(new_id(), facts)
    assert rows[-1]["hash"] == head
    for row in rows:
        parsed = read(type("Row", (), row))  # type: ignore[arg-type]
        assert canonical(parsed) == row["entry"]
