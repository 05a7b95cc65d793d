"""Who looked at which dossier: kept when a page is opened, shown to those who control procedures."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from flask import Blueprint, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from api.auth import allow
from api.database import read, write
from api.pages.acting import person
from api.site import site
from engine.model import Role
from engine.persistence import access_log
from engine.persistence.access_log import Look, LookFilter

blueprint = Blueprint("looks", __name__)
PAGE = 50
SHOWN = 20  # on the page of one dossier


@dataclass(frozen=True)
class LookLine:
    """One look in a list."""

    at: datetime
    who: str
    what: str
    code: str
    dossier_id: UUID

    @property
    def href(self) -> str:
        """The dossier's page."""
        return url_for("dossiers.show", dossier_id=self.dossier_id)


def note_once(dossier_id: UUID, what: str) -> None:
    """Keep that the person looks at this part of the dossier, unless the same look was kept a moment ago."""
    actor, now = person(), site().platform.now()
    with read() as session:
        if access_log.is_noted(session, actor, dossier_id, what, now):
            return
    write(lambda session: access_log.note(session, actor, dossier_id, what, now))


def of_dossier(session: Session, dossier_id: UUID) -> list[LookLine]:
    """The latest looks at one dossier."""
    return _lines(access_log.listing(session, LookFilter(dossier_id=dossier_id), limit=SHOWN))


@blueprint.get("/looks")
@allow(Role.PROCEDURE_CONTROL, Role.OPERATOR)
def index() -> str:
    """Who has looked at what, the latest first, of everybody or of one person or dossier."""
    asked = {key: request.args.get(key, "").strip()[:64] for key in ("person", "code")}
    chosen = LookFilter(person=asked["person"], code=asked["code"])
    before = _uuid(request.args.get("before", ""))
    with read() as session:
        found = access_log.listing(session, chosen, before, PAGE + 1)
    shown, more = found[:PAGE], len(found) > PAGE
    return render_template(
        "pages/auditor/looks.html",
        chosen=chosen,
        looks=_lines(shown),
        next_href=url_for(".index", before=shown[-1].id, person=chosen.person or None, code=chosen.code or None)
        if more
        else "",
        first_href=url_for(".index", person=chosen.person or None, code=chosen.code or None) if before else "",
    )


def _words(what: str, known: Mapping[str, str]) -> str:
    """What somebody looked at."""
    kind, _sep, name = what.partition(": ")
    word = known.get(kind, kind)
    return f"{word}: {name}" if name else word


def _kinds() -> Mapping[str, str]:
    return {
        "dossier": _("Trang hồ sơ"),
        "history": _("Toàn bộ lịch sử"),
        "past": _("Hồ sơ tại một thời điểm"),
        "data": _("Nội dung đã khai"),
        "archive": _("Tải tệp lưu trữ"),
        "paper": _("Giấy tờ"),
    }


def _lines(found: Sequence[Look]) -> list[LookLine]:
    kinds = _kinds()
    return [
        LookLine(
            one.at,
            f"{one.name} ({one.person})" if one.name else one.person,
            _words(one.what, kinds),
            one.code,
            one.dossier_id,
        )
        for one in found
    ]


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
