"""Where a walk over HTTP gets its tokens: from a file, or made in the database when it runs beside the site."""

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import orjson
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from api.walks.over_http import Api, Person
from engine.errors import InvalidInputError
from engine.model import Role
from engine.organisation import people
from engine.persistence.tables import PersonRow, RoleRow
from engine.persistence.transaction import run
from engine.platform import Platform

_LIFE = timedelta(hours=1)


class TokensFromFile:
    """Tokens in a JSON file {"username": "token", …}; the API says who they are and what roles they hold."""

    def __init__(self, api: Api, path: Path) -> None:
        """Ask the API about every token.

        Raises:
            InvalidInputError: the file is no such JSON.
        """
        self._people: list[tuple[Person, list[Mapping[str, str]]]] = []
        for token in _read(path).values():
            told = api.ask("GET", "/me", {"Authorization": f"Bearer {token}"})
            self._people.append((Person(told["id"], told["name"], token), told["roles"]))

    def holding(self, role: str, unit: str = "") -> Person | None:
        """Somebody in the file who holds the role in the unit (in any when it is empty)."""
        for person, roles in self._people:
            if any(held["role"] == role and unit in ("", held["unit"]) for held in roles):
                return person
        return None

    def known(self, person_id: str) -> Person | None:
        """The person in the file with this id."""
        return next((person for person, _roles in self._people if person.id == person_id), None)


class TokensFromDatabase:
    """Makes tokens, valid for an hour, for the people a walk needs."""

    def __init__(self, db: Engine, platform: Platform) -> None:
        """The site's own database."""
        self._db, self._platform = db, platform
        self._made: dict[UUID, Person] = {}

    def holding(self, role: str, unit: str = "") -> Person | None:
        """The first by name who holds the role in the unit (in any when it is empty) today."""

        def work(session: Session) -> Person | None:
            anywhere = select(RoleRow.unit_code).where(RoleRow.role == role).distinct()
            units = [unit] if unit else session.scalars(anywhere).all()
            for code in units:
                for person in people.holders(session, Role(role), code, self._platform.today()):
                    return self._with_token(session, person)
            return None

        return run(self._db, work)

    def known(self, person_id: str) -> Person | None:
        """The person with this id."""

        def work(session: Session) -> Person | None:
            person = session.get(PersonRow, UUID(person_id))
            return self._with_token(session, person) if person else None

        return run(self._db, work)

    def _with_token(self, session: Session, person: PersonRow) -> Person:
        if person.id not in self._made:
            now = self._platform.now()
            token = people.issue_token(session, person, "motcua walk", now=now, expires_at=now + _LIFE)
            self._made[person.id] = Person(str(person.id), person.name, token)
        return self._made[person.id]


def _read(path: Path) -> Mapping[str, str]:
    try:
        content = orjson.loads(path.read_bytes())
    except (OSError, ValueError) as problem:
        raise InvalidInputError(f'expected a file of tokens ({{"username": "token"}}) at {path}: {problem}') from None
    if not isinstance(content, dict) or not all(isinstance(token, str) for token in content.values()):
        raise InvalidInputError(f'expected {{"username": "token", …}} in {path}, found something else')
    return content
