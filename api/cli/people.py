"""`motcua user` and `motcua token`: who may sign in, and with what."""

from datetime import date, timedelta

import click
from sqlalchemy.orm import Session

from api.cli.setup import tools
from api.cli.telling import answer, as_json, say
from engine.model import Role
from engine.organisation import people
from engine.persistence.tables import PersonRow
from engine.persistence.transaction import run

_ROLES = [role.value for role in Role if role is not Role.APPLICANT]


@click.group()
def user() -> None:
    """Người dùng — the people who can sign in."""


@user.command("add")
@click.argument("username")
@click.option("--name", required=True, help="Họ tên — the person's name.")
@click.option("--email", default="", help="Thư điện tử — mail address.")
@click.option("--role", "roles", multiple=True, metavar="ROLE@UNIT", help="A role in a unit; may be repeated.")
@click.password_option("--password", help="Mật khẩu — asked for when it is not given.")
@as_json
def add(*, username: str, name: str, email: str, roles: tuple[str, ...], password: str, as_json: bool) -> None:
    """Add a person who signs in as USERNAME."""
    wanted = [_role_in_unit(text) for text in roles]
    with tools() as at_hand:

        def work(session: Session) -> PersonRow:
            person = people.add_person(session, username, name, now=at_hand.platform.now(), email=email)
            people.set_password(session, person, password)
            for role, unit in wanted:
                people.grant(session, person, role, unit)
            return person

        person = run(at_hand.db, work)
    if as_json:
        answer({"id": person.id, "username": person.username, "name": person.name})
    else:
        say(f"Đã thêm {person.username}", "added")


@user.command("grant")
@click.argument("username")
@click.argument("role_at_unit", metavar="ROLE@UNIT")
@click.option("--from", "valid_from", type=click.DateTime(["%Y-%m-%d"]), help="First day.")
@click.option("--to", "valid_to", type=click.DateTime(["%Y-%m-%d"]), help="Last day.")
def grant(*, username: str, role_at_unit: str, valid_from: date | None, valid_to: date | None) -> None:
    """Let USERNAME hold a role in a unit, such as case_officer@TD-QHXD."""
    role, unit = _role_in_unit(role_at_unit)
    first, last = (day.date() if day else None for day in (valid_from, valid_to))  # type: ignore[attr-defined]
    with tools() as at_hand:

        def work(session: Session) -> None:
            person = people.get_person(session, username)
            people.grant(session, person, role, unit, valid_from=first, valid_to=last)

        run(at_hand.db, work)
    say(f"{username} giữ vai trò {role} tại {unit}", "granted")


@user.command("password")
@click.argument("username")
@click.password_option("--password", help="Mật khẩu mới — asked for when it is not given.")
def set_password(*, username: str, password: str) -> None:
    """Give USERNAME a new password; open sessions of that person end."""
    with tools() as at_hand:
        run(at_hand.db, lambda session: people.set_password(session, people.get_person(session, username), password))
    say(f"Đã đổi mật khẩu của {username}", "password changed")


@click.group()
def token() -> None:
    """Mã truy cập — personal access tokens for the API."""


@token.command("create")
@click.argument("username")
@click.option("--label", default="motcua token create", help="What it is for.")
@click.option("--days", type=click.IntRange(1, 366), default=90, show_default=True, help="How long it is valid.")
@as_json
def create(*, username: str, label: str, days: int, as_json: bool) -> None:
    """Make a token for USERNAME and print it. It is shown this once; only its digest is kept."""
    with tools() as at_hand:
        now = at_hand.platform.now()
        expires_at = now + timedelta(days=days)

        def work(session: Session) -> str:
            person = people.get_person(session, username)
            return people.issue_token(session, person, label, now=now, expires_at=expires_at)

        text = run(at_hand.db, work)
    if as_json:
        answer({"username": username, "token": text, "expires_at": expires_at})
    else:
        click.echo(text)


def _role_in_unit(text: str) -> tuple[Role, str]:
    role, _at, unit = text.partition("@")
    if role not in _ROLES or not unit:
        raise click.BadParameter(f"expected ROLE@UNIT with a role of {', '.join(_ROLES)}; found {text!r}")
    return Role(role), unit
