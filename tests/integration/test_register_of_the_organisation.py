"""The journal of the organisation: whole, in step with the registers, and open for what stood there before it."""

from datetime import date, datetime
from typing import Any

import pytest
from city import City
from click.testing import CliRunner
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from api.cli import main
from engine.clock import FixedClock
from engine.errors import NotAllowedError
from engine.ids import new_id
from engine.model import SYSTEM, Role
from engine.organisation import mandate_register, register, register_check, rights
from engine.organisation.mandate_register import Mandate
from engine.organisation.mandates import MandateKind
from engine.persistence.tables import MandateRow

DAY = date(2026, 11, 23)


@pytest.fixture
def city(db: Engine) -> City:
    """The demo city on an ordinary Monday morning."""
    return City.found(db, FixedClock(datetime.fromisoformat("2026-11-23T09:00:00+07:00")))


def record(city: City, number: str, person: str) -> MandateRow:
    wanted = Mandate("TD-UBND", MandateKind.STATUTE, number, DAY, DAY, person=person, act="approve")
    return city.do(lambda s: mandate_register.record(s, SYSTEM, wanted, now=city.clock.now()))


def inherited(city: City) -> None:
    """A mandate as an older release recorded it: without a journal."""

    def put(session: Session) -> None:
        given: dict[str, Any] = {"valid_from": DAY, "instrument_date": DAY, "recorded_at": city.clock.now()}
        session.add(
            MandateRow(
                id=new_id(),
                unit_code="TD-UBND",
                kind="statute",
                delegate_role="agency_leader",
                delegate_unit="TD-UBND",
                instrument_number="1/LUẬT",
                recorded_by="motcua",
                **given,
            )
        )

    city.do(put)


def test_an_empty_organisation_is_whole(city: City) -> None:
    assert city.see(register_check.verify).intact


def test_what_stood_there_before_is_kept_in_the_first_entry(city: City) -> None:
    inherited(city)
    assert not city.see(register_check.verify).intact
    record(city, "2/QĐ", "phuc.leader")
    verdict = city.see(register_check.verify)
    assert (verdict.intact, verdict.checked) == (True, 2)


@pytest.mark.parametrize(
    ("attack", "told"),
    [
        ("UPDATE mandate SET valid_to = '2030-01-01'", "was changed beside the history: valid_to"),
        ("DELETE FROM mandate", "no more in the register"),
        ("UPDATE register SET journal_head = 'x'", "expected 2 entries"),
    ],
)
def test_a_change_beside_the_history_is_found(city: City, attack: str, told: str) -> None:
    record(city, "2/QĐ", "phuc.leader")
    city.do(lambda s: s.execute(text(attack)))
    assert told in city.see(register_check.verify).fault


def test_a_row_that_was_slipped_in_is_found(city: City) -> None:
    record(city, "2/QĐ", "phuc.leader")
    inherited(city)
    assert "not in the history" in city.see(register_check.verify).fault


def test_a_revocation_is_an_entry_with_the_new_state(city: City) -> None:
    row = record(city, "2/QĐ", "phuc.leader")
    city.do(lambda s: mandate_register.revoke(s, SYSTEM, row.id, DAY, "Đổi người", now=city.clock.now()))
    assert [entry.type for entry in city.see(register.newest)] == [
        "mandate:revoked",
        "mandate:recorded",
        "register:opened",
    ]
    assert city.see(register_check.verify).intact


def test_the_command_tells_whether_the_registers_are_whole(
    city: City, database_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    monkeypatch.setenv("MOTCUA_DATABASE_URL", database_url)
    monkeypatch.setenv("MOTCUA_VAR", str(tmp_path / "var"))
    record(city, "2/QĐ", "phuc.leader")
    assert CliRunner().invoke(main, ["mandate", "verify"]).exit_code == 0
    city.do(lambda s: s.execute(text("DELETE FROM mandate")))
    answer = CliRunner().invoke(main, ["mandate", "verify"])
    assert (answer.exit_code, "không còn trong sổ" in answer.output) == (1, True)


def test_heads_run_their_unit_and_those_below_and_no_rights_are_borrowed(city: City) -> None:
    leader, head, officer = (city.actor(name) for name in ("phuc.leader", "son.head", "minh.case"))

    def runs(actor: Any, code: str, *, from_above: bool = False) -> bool:
        return city.see(lambda s: rights.may_run(s, actor, code, from_above=from_above))

    assert runs(leader, "TD-TTHCC-01")
    assert runs(head, "TD-QHXD")
    assert not runs(head, "TD-QHXD", from_above=True)
    assert not runs(head, "TD-UBND")
    assert not runs(officer, "TD-QHXD")
    borrowed = type(head)(head.id, head.name, head.username, head.roles, borrowed=head.roles)
    assert not runs(borrowed, "TD-QHXD")
    with pytest.raises(NotAllowedError, match="above TD-QHXD"):
        city.see(lambda s: rights.refuse_unless_run(s, head, {"TD-QHXD"}, from_above=True))
    assert Role.OPERATOR in rights.BY_OPERATORS_ONLY
