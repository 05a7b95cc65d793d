"""People and the roles they hold in units, from a day to a day."""

import re
from collections import defaultdict
from collections.abc import Collection
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from engine.errors import ConflictError, InvalidInputError, NotFoundError
from engine.ids import new_id
from engine.model import Actor, Role
from engine.organisation import credentials, passwords, standins
from engine.organisation.validity import TODAY, counts_on
from engine.persistence.tables import PersonRow, RoleRow, UnitRow

_HELD = select(RoleRow.role, RoleRow.unit_code).where(
    RoleRow.person_id == bindparam("person"), *counts_on(RoleRow, TODAY)
)
_USERNAME = re.compile(r"[a-z0-9][a-z0-9._-]{1,63}")


def add_person(session: Session, username: str, name: str, *, now: datetime, email: str = "") -> PersonRow:
    """Add a person who holds no role and has no password yet.

    Raises:
        InvalidInputError: the user name is not 2 to 64 of a-z, 0-9, dot, dash, underscore, or the name is empty.
        ConflictError: somebody has this user name already.
    """
    username = _checked_username(username)
    if not name.strip():
        raise InvalidInputError("Expected the person's name, found nothing.", "Cần có họ tên.")
    if find_person(session, username) is not None:
        raise ConflictError(
            f"Somebody is called {username} already. Choose another user name.",
            f"Tên đăng nhập {username} đã có người dùng. Hãy chọn tên khác.",
        )
    person = PersonRow(id=new_id(), username=username, name=name.strip(), email=email, created_at=now)
    session.add(person)
    session.flush()
    return person


def find_person(session: Session, username: str) -> PersonRow | None:
    """The person with this user name (case does not matter), or None."""
    return session.scalar(select(PersonRow).where(PersonRow.username == username.strip().lower()))


def get_person(session: Session, username: str) -> PersonRow:
    """The active person with this user name.

    Raises:
        NotFoundError: there is none.
    """
    person = find_person(session, username)
    if person is None or not person.active:
        raise NotFoundError(
            f"Nobody active is called {username!r}.", f"Không có người dùng nào đang hoạt động tên {username!r}."
        )
    return person


def grant(
    session: Session,
    person: PersonRow,
    role: Role,
    unit_code: str,
    *,
    valid_from: date | None = None,
    valid_to: date | None = None,
) -> RoleRow:
    """Let the person hold the role in the unit, from a day to a day, both included; None leaves that end open.

    Granting a role that the person holds there already changes its days.

    Raises:
        InvalidInputError: the unit is unknown, or the days are in the wrong order.
    """
    if session.get(UnitRow, unit_code) is None:
        raise InvalidInputError(
            f"Expected the code of a unit, found {unit_code!r}. Add the unit first.",
            f"Không có đơn vị nào mang mã {unit_code!r}. Hãy thêm đơn vị trước.",
        )
    if valid_from and valid_to and valid_to < valid_from:
        raise InvalidInputError(
            f"A role cannot end on {valid_to} when it begins on {valid_from}.",
            f"Ngày kết thúc {valid_to} không thể trước ngày bắt đầu {valid_from}.",
        )
    held = session.get(RoleRow, (person.id, role.value, unit_code))
    if held is None:
        held = RoleRow(person_id=person.id, role=role.value, unit_code=unit_code)
        session.add(held)
    held.valid_from, held.valid_to = valid_from, valid_to
    session.flush()
    return held


def load_actor(session: Session, person_id: UUID, today: date) -> Actor:
    """The person with the roles that are valid on the day.

    Raises:
        NotFoundError: there is no such person, or the account is closed.
    """
    person = session.get(PersonRow, person_id)
    if person is None or not person.active:
        raise NotFoundError(f"There is no active person {person_id}.", "Không có người dùng này.")
    return _as_actor(session, person, today)


def holders(session: Session, role: Role, unit_code: str, today: date) -> list[PersonRow]:
    """The active people who hold the role in the unit on the day, by name."""
    found = (
        select(PersonRow)
        .join(RoleRow, RoleRow.person_id == PersonRow.id)
        .where(RoleRow.role == role.value, RoleRow.unit_code == unit_code, PersonRow.active.is_(True))
        .where(*counts_on(RoleRow, today))
        .order_by(PersonRow.name, PersonRow.username)
    )
    return list(session.scalars(found))


def roles_of_each(session: Session, roles: Collection[Role], today: date) -> set[frozenset[tuple[Role, str]]]:
    """What each active person who holds any of the roles on the day holds of them, as (role, unit); each set once."""
    query = (
        select(RoleRow.person_id, RoleRow.role, RoleRow.unit_code)
        .join(PersonRow, PersonRow.id == RoleRow.person_id)
        .where(PersonRow.active, RoleRow.role.in_(roles), *counts_on(RoleRow, today))
    )
    held: dict[UUID, set[tuple[Role, str]]] = defaultdict(set)
    for person, role, unit in session.execute(query):
        held[person].add((Role(role), unit))
    return set(map(frozenset, held.values()))


def find_holder(session: Session, username: str, role: Role, unit_code: str, today: date) -> PersonRow | None:
    """The active person with this user name, when that person holds the role in the unit on the day; else None."""
    found = (
        select(PersonRow)
        .join(RoleRow, RoleRow.person_id == PersonRow.id)
        .where(PersonRow.username == username.strip().lower(), PersonRow.active.is_(True))
        .where(RoleRow.role == role.value, RoleRow.unit_code == unit_code, *counts_on(RoleRow, today))
    )
    return session.scalar(found)


def staff(session: Session, unit_code: str, today: date) -> dict[str, list[PersonRow]]:
    """The active people of a unit on the day, by the role they hold there, each list by name."""
    found = (
        select(RoleRow.role, PersonRow)
        .join(PersonRow, RoleRow.person_id == PersonRow.id)
        .where(RoleRow.unit_code == unit_code, PersonRow.active.is_(True), *counts_on(RoleRow, today))
        .order_by(PersonRow.name, PersonRow.username)
    )
    by_role: dict[str, list[PersonRow]] = {}
    for role, person in session.execute(found):
        by_role.setdefault(role, []).append(person)
    return by_role


def set_password(session: Session, person: PersonRow, password: str) -> None:
    """Give the person a password; whoever was signed in as this person is signed out.

    Raises:
        InvalidInputError: the password is shorter or longer than allowed.
    """
    person.password_hash = passwords.hash_password(password)
    credentials.close_sessions(session, person.id)
    session.flush()


def verify_password(person: PersonRow | None, password: str) -> bool:
    """Whether this is an active person's password; for nobody it takes as long to say no as for somebody."""
    right = passwords.matches(person.password_hash if person else "", password)
    return right and person is not None and person.active


def issue_token(session: Session, person: PersonRow, label: str, *, now: datetime, expires_at: datetime) -> str:
    """A new personal access token for the API. Only its SHA-256 is kept: this is the one time it can be read."""
    return credentials.issue_token(session, person.id, label, now=now, expires_at=expires_at)


def actor_by_token(session: Session, token: str, now: datetime) -> Actor | None:
    """Who holds this access token, or None when it is unknown, revoked or expired, or the account is closed.

    `now` stands in the organisation's time zone: its date decides which roles are valid.
    """
    return _active_actor(session, credentials.person_of_token(session, token, now), now)


def actor_by_session(session: Session, secret: str, now: datetime) -> Actor | None:
    """Who is signed in with this session secret, or None; `now` as for `actor_by_token`."""
    return _active_actor(session, credentials.person_of_session(session, secret, now), now)


def _active_actor(session: Session, person: PersonRow | None, now: datetime) -> Actor | None:
    if person is None or not person.active:
        return None
    return _as_actor(session, person, now.date())


def _as_actor(session: Session, person: PersonRow, today: date) -> Actor:
    held = session.execute(_HELD, {"person": person.id, "today": today})
    own = frozenset((Role(role), unit) for role, unit in held)
    covers = standins.covers_of(session, person.id, today)
    borrowed = frozenset(pair for cover in covers for pair in cover.roles) - own
    return Actor(person.id, person.name, person.username, own | borrowed, covers=covers, borrowed=borrowed)


def _checked_username(username: str) -> str:
    folded = username.strip().lower()
    if not _USERNAME.fullmatch(folded):
        raise InvalidInputError(
            f"Expected a user name of 2 to 64 letters a-z, digits, dots, dashes or underscores, found {username!r}.",
            f"Tên đăng nhập gồm 2 đến 64 ký tự a-z, 0-9, chấm, gạch nối hoặc gạch dưới; {username!r} không hợp lệ.",
        )
    return folded
