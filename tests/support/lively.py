"""The demo as people see it on an ordinary day, for tests of every page: each kind of thing is there at least once."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from city import City
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session
from town import MORNING, ROOT

from api import demo
from api.app import create_app
from api.settings import Settings
from engine import applications_begun, dossiers
from engine.applications_begun import Begun
from engine.clock import FixedClock
from engine.deadlines.calendar import vietnam
from engine.document_store import DocumentStore
from engine.dossiers import Filing
from engine.model import SYSTEM, Role, TaskState
from engine.organisation import mandate_register
from engine.organisation.mandate_register import Mandate
from engine.organisation.mandates import MandateKind
from engine.persistence.database import make_engine, upgrade
from engine.persistence.tables import (
    DocumentRow,
    DossierRow,
    IncidentRow,
    MailAddressRow,
    MandateRow,
    NoticeRow,
    PersonRow,
    RoleRow,
    TaskRow,
)
from engine.platform import Platform
from forms.definition import FormDefinition

LINK = "the-link-of-this-test"
SECRET = "the-secret-of-an-application-that-was-begun"
TOKEN = "the-token-of-a-mail-that-asks"
LONG_NAME = (
    "Công ty Trách nhiệm hữu hạn Một thành viên Thương mại Dịch vụ Xuất nhập khẩu Nguyễn-Phước-Trường-Thịnh-Thuận-Phát"
)
LONG_WORD = "nguyenthithanhthuyphuongthaoanhtuyetmaikimloanbichngocthuytrang"
WAITS_FOR_APPLICANT = "at_examination.submit_supplement"


@dataclass
class Lively:
    """The application, the address it is served at, and one example of everything that a path can name."""

    app: Flask
    examples: Mapping[str, str]
    of_person: Mapping[tuple[str, str], str]
    address: str = ""

    def example(self, name: str, username: str) -> str | None:
        """What stands in a path for `<name>` when this person opens it; None when nobody has said."""
        return self.of_person.get((name, username), self.examples.get(name))


def lively(folder: Path) -> Lively:
    """The demo organisation with all procedures, dossiers in every state, a fault, notices and papers."""
    url = f"sqlite:///{folder / 'lively.sqlite'}"
    upgrade(url)
    db = make_engine(url)
    clock = FixedClock(MORNING)
    platform = Platform(clock, vietnam())
    store = DocumentStore(folder / "documents")
    demo.load(db, platform, store, tell=lambda _line: None)
    city = City(db, clock, platform)
    _long_names(city)
    _fault(city)
    _link(city)
    _registers(city)
    found = city.see(_examples)
    own = city.see(_of_people)
    db.dispose()
    settings = Settings(
        database_url=url, secret_key="only for tests, and long enough to be taken", store=folder / "documents"
    )
    return Lively(create_app(settings, Platform(clock, vietnam())), found, own)


def _long_names(city: City) -> None:
    """Somebody whose name, address and words are as long as they come."""
    walk = city.walk_file("certified_copy", "handed_over")
    answers = {**walk["application"], "applicant_name": LONG_NAME, "paper": f"Giấy tờ {LONG_WORD} và {LONG_NAME}"}

    def work(session: Session) -> Any:
        filled = city.with_papers(session, answers, "citizen")
        return dossiers.file(session, city.platform, None, Filing("certified_copy", filled, uploader_key="citizen"))

    city.do(work)


def _fault(city: City) -> None:
    """An automatic step that has failed."""

    def work(session: Session) -> None:
        dossier = session.scalars(select(DossierRow).order_by(DossierRow.code)).first()
        assert dossier is not None
        row = IncidentRow(
            dossier_id=dossier.id,
            id=uuid4(),
            element_id="certify",
            error="service-failed",
            message=f"Không gọi được dịch vụ ký số https://signing.example.vn/{LONG_WORD}: hết thời gian chờ.",
            opened_at=city.clock.now(),
        )
        session.add(row)

    city.do(work)


def _waiting(session: Session) -> TaskRow:
    query = select(TaskRow).where(TaskRow.element_id == WAITS_FOR_APPLICANT, TaskRow.state == TaskState.OPEN)
    return session.scalars(query).one()


def _link(city: City) -> None:
    """A link that opens the dossier whose applicant is asked for something."""

    def work(session: Session) -> None:
        dossier = session.get_one(DossierRow, _waiting(session).dossier_id)
        dossier.link_digest = hashlib.sha256(LINK.encode()).hexdigest()

    city.do(work)


def _registers(city: City) -> None:
    """A mandate, somebody absent, an application that was begun, an address that has been asked for its consent."""
    today, now = city.platform.today(), city.clock.now()
    delegation = Mandate(
        unit_code="TD-UBND",
        kind=MandateKind.DELEGATION,
        instrument_number="12/QĐ-UBND",
        instrument_date=today,
        valid_from=today,
        person="phuc.leader",
        act="approve",
    )
    definition = FormDefinition.parse((ROOT / "forms/detailed_plan_adjustment/application.form.json").read_bytes())
    begun = Begun("detailed_plan_adjustment", definition, {"applicant_name": LONG_NAME}, timedelta(days=30))

    def work(session: Session) -> None:
        mandate_register.record(session, SYSTEM, delegation, now=now)
        applications_begun.save(session, city.platform, SECRET, begun)
        asked = {"address": f"{LONG_WORD}@example.vn", "token": TOKEN, "asked_at": now}
        session.merge(MailAddressRow(dossier_id=_waiting(session).dossier_id, **asked))

    city.do(work)


def _examples(session: Session) -> dict[str, str]:
    """What a name in a path stands for, whoever opens it. A new name in a path needs a line here."""
    waiting = _waiting(session)
    paper = select(DocumentRow.id).where(DocumentRow.dossier_id == waiting.dossier_id)
    return {
        "key": "detailed_plan_adjustment",
        "number": "1",
        "secret": SECRET,
        "token": TOKEN,
        "code": "TD-QHXD",
        "what": "people",
        "mandate_id": str(session.scalars(select(MandateRow.id)).first()),
        "kind": "inbox",  # of lists
        "path": "process.bpmn",
        "link": LINK,
        "dossier_id": str(waiting.dossier_id),
        "task_id": str(waiting.id),
        "document_id": str(session.scalars(paper).first()),
        "notice_id": str(session.scalars(select(NoticeRow.id)).first()),
        "incident_id": str(session.scalars(select(IncidentRow.id)).first()),
        "username": "minh.case",
        "unit_code": "TD-QHXD",
        "person_id": str(session.scalars(select(PersonRow.id).where(PersonRow.username == "minh.case")).one()),
    }


def _of_people(session: Session) -> dict[tuple[str, str], str]:
    """An open task of each person: one they have, else one they may take."""
    found: dict[tuple[str, str], str] = {}
    tasks = list(session.scalars(_open_tasks()))
    for person in session.scalars(select(PersonRow)):
        roles = _roles(session, person.id)
        held = [task.id for task in tasks if task.assignee_id == person.id]
        free = [task.id for task in tasks if (task.role, task.unit_code) in roles]
        if held or free:
            found["task_id", person.username] = str([*held, *free][0])
    return found


def _open_tasks() -> Any:
    return select(TaskRow).where(TaskRow.state == TaskState.OPEN, TaskRow.role != Role.APPLICANT).order_by(TaskRow.id)


def _roles(session: Session, person_id: UUID) -> set[tuple[str, str]]:
    rows = session.execute(select(RoleRow.role, RoleRow.unit_code).where(RoleRow.person_id == person_id))
    return {(role, unit) for role, unit in rows}
