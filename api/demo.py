"""Loads the demo: the sample organisation, every procedure of the checkout, and dossiers on their way."""

import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from api import demo_history, demo_mandates
from api.walks.direct import DirectDriver
from api.walks.drive import drive
from api.walks.script import Walk, read_walk
from engine import procedures
from engine.document_store import DocumentStore
from engine.errors import EngineError, NotWaitingError
from engine.model import SYSTEM, Channel
from engine.organisation import loading
from engine.persistence.tables import DossierRow, PersonRow, RoleRow
from engine.persistence.transaction import reading, run
from engine.platform import Platform
from engine.runtime.bundle import Bundle
from forms.answers import InvalidAnswers

ROOT = Path(__file__).resolve().parents[1]  # of the checkout: bpmn/ and forms/ lie there
ORGANISATION = ROOT / "engine" / "organisation" / "demo.toml"
PASSWORD = "motcua-demo"  # noqa: S105 - of every demo account; printed when the demo starts
_OPENS = time(8, 30)


@dataclass(frozen=True)
class Account:
    """A demo account and its roles, for people to try."""

    username: str
    name: str
    roles: tuple[str, ...]


@dataclass(frozen=True)
class Demo:
    """What the demo holds now, and what this load added to it."""

    accounts: tuple[Account, ...]
    procedures: tuple[str, ...]
    dossiers: int
    new_people: int


def load(
    db: Engine, platform: Platform, store: DocumentStore, root: Path = ROOT, tell: Callable[[str], None] = print
) -> Demo:
    """Load what is not there yet; `tell` hears what is being done. A second load adds nothing.

    Raises:
        BundleRejectedError: a procedure of the checkout has faults.
        EngineError: the demo's description does not fit its procedures.
    """
    content = tomllib.loads(ORGANISATION.read_text(encoding="utf-8"))
    tell("Nạp tổ chức mẫu — loading the sample organisation")
    new = run(db, lambda session: loading.load(session, content, now=platform.now(), password=PASSWORD))
    keys = deployable(root)
    for key in keys:
        tell(f"Triển khai thủ tục — deploying {key}")
        bundle = Bundle.find(root, key)
        run(db, lambda session, bundle=bundle: procedures.deploy(session, platform, SYSTEM, bundle))  # type: ignore[misc]
    added = 0
    for described in content.get("demo_dossier", ()):
        added += _add_dossier(db, platform, store, root, described)
    run(db, lambda session: demo_mandates.load(session, platform, content))
    tell(f"{added} hồ sơ mẫu mới — {added} new sample dossiers")
    return Demo(accounts(db, [person["username"] for person in content["person"]]), keys, added, len(new.people))


def load_full(db: Engine, platform: Platform, root: Path = ROOT, tell: Callable[[str], None] = print) -> int:
    """Load the network, its people and ten months of finished dossiers on top of `load`; how many dossiers are new.

    Raises:
        EngineError: the demo is not loaded yet.
    """
    organisation = tomllib.loads(ORGANISATION.read_text(encoding="utf-8"))
    tell("Nạp 335 điểm và 1.000 người — loading 335 points and 1,000 people")
    demo_history.load_network(db, platform)
    known = {key: organisation[key] for key in ("unit", "person")}
    return demo_history.load_history(db, platform, root, known, tell)


def deployable(root: Path) -> tuple[str, ...]:
    """The keys of the procedures whose files lie under the root."""
    return tuple(sorted(path.parent.name for path in (root / "bpmn").glob("*/procedure.toml")))


def accounts(db: Engine, usernames: Sequence[str]) -> tuple[Account, ...]:
    """The accounts with these user names and the roles that they hold."""
    with reading(db) as session:
        people = session.scalars(select(PersonRow).where(PersonRow.username.in_(usernames))).all()
        held = session.execute(
            select(RoleRow.person_id, RoleRow.role, RoleRow.unit_code).order_by(RoleRow.role, RoleRow.unit_code)
        ).all()
    found = {
        person.username: Account(
            person.username,
            person.name,
            tuple(f"{role} @ {unit}" for person_id, role, unit in held if person_id == person.id),
        )
        for person in people
    }
    return tuple(found[username] for username in usernames if username in found)


def _add_dossier(
    db: Engine, platform: Platform, store: DocumentStore, root: Path, described: Mapping[str, Any]
) -> bool:
    """File and drive one dossier of the description, unless one of the same applicant is there; whether it was."""
    source = root / "bpmn" / described["procedure"] / "walks" / f"{described['walk']}.json"
    walk = read_walk(source).with_application(described.get("application", {}))
    channel = Channel(described["channel"])
    with reading(db) as session:
        if _is_there(session, walk, channel):
            return False
    driver = DirectDriver(db, platform, store, channel, _opening(platform, described["filed_days_ago"]))
    try:
        for _step in drive(driver, walk, described.get("until", "")):
            pass
    except NotWaitingError:
        pass  # it waits for a moment that has not come: on its way like any other
    except (EngineError, InvalidAnswers) as problem:
        which = f"{described['procedure']}/{described['walk']} until {described.get('until', 'its end')}"
        raise EngineError(f"the demo dossier {which} cannot be driven: {problem}") from problem
    return True


def _is_there(session: Session, walk: Walk, channel: Channel) -> bool:
    same = select(DossierRow.id).where(
        DossierRow.procedure_key == walk.procedure,
        DossierRow.applicant_name == walk.application["applicant_name"],
        DossierRow.channel == channel,
    )
    return session.scalar(same.limit(1)) is not None


def _opening(platform: Platform, days_ago: int) -> datetime:
    """When the desk opened on that day."""
    day = platform.today() - timedelta(days=days_ago)
    return datetime.combine(day, _OPENS, platform.zone)
