"""People, their passwords, and the roles they hold from a day to a day."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from engine.errors import ConflictError, InvalidInputError, NotFoundError
from engine.model import Role
from engine.organisation import credentials, loading, passwords, people
from engine.persistence.tables import PersonRow
from engine.persistence.transaction import reading, run

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
TODAY = date(2026, 11, 23)
UNITS = {
    "unit": [
        {"code": "TD", "name_vi": "Thủ Đức", "kind": "authority"},
        {"code": "TD-QHXD", "name_vi": "Phòng Quy hoạch", "kind": "division", "parent": "TD"},
    ]
}


@pytest.fixture
def lan(db: Engine) -> PersonRow:
    """Somebody in an organisation of two units."""

    def work(session: Session) -> PersonRow:
        loading.load(session, UNITS, now=NOW)
        return people.add_person(session, "Lan.Case", "Nguyễn Thị Lan", now=NOW, email="lan@example.vn")

    return run(db, work)


def test_a_user_name_is_one_whatever_its_case(db: Engine, lan: PersonRow) -> None:
    assert lan.username == "lan.case"
    with reading(db) as session:
        assert people.get_person(session, " LAN.case ").id == lan.id
    with pytest.raises(ConflictError, match=r"lan\.case"):
        run(db, lambda session: people.add_person(session, "LAN.CASE", "Khác", now=NOW))


@pytest.mark.parametrize("username", ["", "a", "có dấu", "two words", ".dot", "x" * 65, "a/b"])
def test_a_user_name_that_could_confuse_is_refused(db: Engine, username: str) -> None:
    with pytest.raises(InvalidInputError, match="user name"):
        run(db, lambda session: people.add_person(session, username, "Tên", now=NOW))


@pytest.mark.parametrize(
    ("first", "last", "held"),
    [
        (None, None, True),
        (TODAY, TODAY, True),
        (TODAY + timedelta(1), None, False),
        (None, TODAY - timedelta(1), False),
        (TODAY - timedelta(1), TODAY + timedelta(1), True),
    ],
)
def test_a_role_is_held_from_its_first_day_to_its_last(
    db: Engine, lan: PersonRow, first: date | None, last: date | None, held: bool
) -> None:
    def work(session: Session) -> None:
        people.grant(session, lan, Role.CASE_OFFICER, "TD-QHXD", valid_from=first, valid_to=last)

    run(db, work)
    with reading(db) as session:
        actor = people.load_actor(session, lan.id, TODAY)
        able = people.holders(session, Role.CASE_OFFICER, "TD-QHXD", TODAY)
        found = people.find_holder(session, "lan.case", Role.CASE_OFFICER, "TD-QHXD", TODAY)
    assert actor.has_role(Role.CASE_OFFICER, "TD-QHXD") is held
    assert not actor.has_role(Role.CASE_OFFICER, "TD")
    assert [person.id for person in able] == ([lan.id] if held else [])
    assert (found is not None) is held


def test_granting_again_changes_the_days(db: Engine, lan: PersonRow) -> None:
    for last in (TODAY - timedelta(1), None):
        run(db, lambda s, last=last: people.grant(s, lan, Role.CASE_OFFICER, "TD-QHXD", valid_to=last))  # type: ignore[misc]
    with reading(db) as session:
        assert people.load_actor(session, lan.id, TODAY).has_role(Role.CASE_OFFICER)


def test_a_role_needs_a_unit_and_days_in_order(db: Engine, lan: PersonRow) -> None:
    with pytest.raises(InvalidInputError, match="code of a unit"):
        run(db, lambda s: people.grant(s, lan, Role.CASE_OFFICER, "NOWHERE"))
    with pytest.raises(InvalidInputError, match="cannot end"):
        run(db, lambda s: people.grant(s, lan, Role.OPERATOR, "TD", valid_from=TODAY, valid_to=date(2026, 1, 1)))


def test_a_closed_account_holds_nothing(db: Engine, lan: PersonRow) -> None:
    def close(session: Session) -> None:
        people.grant(session, people.get_person(session, "lan.case"), Role.CASE_OFFICER, "TD-QHXD")
        people.get_person(session, "lan.case").active = False

    run(db, close)
    with reading(db) as session:
        assert people.holders(session, Role.CASE_OFFICER, "TD-QHXD", TODAY) == []
        with pytest.raises(NotFoundError):
            people.load_actor(session, lan.id, TODAY)
        with pytest.raises(NotFoundError):
            people.get_person(session, "lan.case")


def test_a_password_is_known_by_its_hash_alone(db: Engine, lan: PersonRow) -> None:
    run(db, lambda session: people.set_password(session, session.get_one(PersonRow, lan.id), "mật khẩu đủ dài"))
    with reading(db) as session:
        person = people.get_person(session, "lan.case")
    assert "mật khẩu" not in person.password_hash
    assert person.password_hash.startswith("$argon2id$")
    assert people.verify_password(person, "mật khẩu đủ dài")
    assert not people.verify_password(person, "mật khẩu đủ dàI")
    assert not people.verify_password(None, "mật khẩu đủ dài")
    person.active = False
    assert not people.verify_password(person, "mật khẩu đủ dài")


def test_nobody_signs_in_with_the_hash_that_stands_for_nobody() -> None:
    assert not passwords.matches("", "nobody has this password")
    assert not passwords.matches("not a hash", "anything")


@pytest.mark.parametrize("password", ["ngắn", "x" * 257])
def test_a_password_has_a_sensible_length(password: str) -> None:
    with pytest.raises(InvalidInputError, match="10 to 256"):
        passwords.hash_password(password)


def test_a_token_expires_and_its_days_must_lie_ahead(db: Engine, lan: PersonRow) -> None:
    end = NOW + timedelta(days=1)
    token = run(db, lambda session: people.issue_token(session, lan, "test", now=NOW, expires_at=end))
    assert token.startswith(credentials.TOKEN_PREFIX)
    with reading(db) as session:
        assert people.actor_by_token(session, token, NOW) is not None
        assert people.actor_by_token(session, token, end) is None
        assert people.actor_by_token(session, token + "x", NOW) is None
    with pytest.raises(InvalidInputError, match="moment to come"):
        run(db, lambda session: people.issue_token(session, lan, "test", now=NOW, expires_at=NOW))


def test_loading_an_organisation_again_adds_nothing_and_takes_nothing(db: Engine) -> None:
    content = {
        **UNITS,
        "person": [
            {"username": "an.head", "name": "An", "roles": [{"role": "division_head", "unit": "TD-QHXD"}]},
        ],
    }
    first = run(db, lambda session: loading.load(session, content, now=NOW, password="mật khẩu mẫu"))
    assert (first.units, first.people) == (("TD", "TD-QHXD"), ("an.head",))
    run(db, lambda s: people.set_password(s, people.get_person(s, "an.head"), "của riêng tôi rồi"))
    again = run(db, lambda session: loading.load(session, content, now=NOW, password="mật khẩu mẫu"))
    assert (again.units, again.people) == ((), ())
    with reading(db) as session:
        person = people.get_person(session, "an.head")
        assert people.verify_password(person, "của riêng tôi rồi")
        assert people.load_actor(session, person.id, TODAY).has_role(Role.DIVISION_HEAD, "TD-QHXD")


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ({"unit": [{"code": "A", "name_vi": "A", "kind": "x", "boss": 1}]}, "boss"),
        ({"unit": [{"code": "A", "kind": "x"}]}, "name_vi"),
        ({"unit": [{"code": "A", "name_vi": "A", "kind": "x", "parent": "B"}]}, "parents"),
        ({"unit": {"code": "A"}}, r"\[\[unit\]\]"),
        ({"person": [{"username": "ab", "name": "A", "roles": [{"role": "king", "unit": "A"}]}]}, "king"),
        ({"person": [{"username": "ab", "name": "A", "roles": [{"role": "operator"}]}]}, "unit"),
        ({"person": [{"username": "ab", "name": "A", "roles": [{"role": "operator", "unit": "A"}]}]}, "code of a unit"),
    ],
)
def test_a_description_with_a_fault_is_refused_with_its_place(
    db: Engine, content: dict[str, object], told: str
) -> None:
    with pytest.raises(InvalidInputError, match=told):
        run(db, lambda session: loading.load(session, content, now=NOW))
