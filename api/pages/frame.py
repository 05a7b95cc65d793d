"""What stands around every page: who is signed in, the doors open to them, the other language."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, g, request, url_for
from flask_babel import gettext as _

from api.auth import current_actor
from api.database import read
from api.language import LANGUAGES, current_language
from api.pages import keyboard, notice_list, present, uploads
from api.pages.choosing import options
from engine.access import SEES_ALL
from engine.errors import EngineError
from engine.model import Actor, Role
from engine.statistics_inquiry import READERS

_OF_THE_ORGANISATION = {"organisation", "reorganisation", "absence", "mandates", "handovers"}
_REGISTER_READERS = (Role.PROCEDURE_CONTROL, Role.OPERATOR, Role.AGENCY_LEADER)
_NAMES = {"vi": "Tiếng Việt", "en": "English"}


@dataclass(frozen=True)
class Door:
    """One entry of the navigation."""

    href: str
    text: str
    current: bool
    key: str = ""  # that opens it (api/pages/keyboard.py)


def install(app: Flask) -> None:
    """Give every page its frame, and templates what pages use of filters and functions."""
    app.jinja_env.filters.update(present.FILTERS)
    app.jinja_env.globals["options"] = options
    app.url_value_preprocessor(uploads.let_large_bodies_in)
    app.context_processor(frame)


def frame() -> dict[str, Any]:
    """The variables that layout.html reads."""
    person = signed_in()
    with read():  # what follows reads in one transaction
        return _around(person)


def _around(person: Actor | None) -> dict[str, Any]:
    return {
        "lang": current_language(),
        "current_person": person,
        "navigation": doors(person),
        "organisation_register_open": person is not None and any(map(person.has_role, _REGISTER_READERS)),
        "keyboard": keyboard.of(person),
        "keys_url": url_for("keyboard.show") if person else "",
        "search_url": url_for("search.find") if person else "",
        "bell": notice_list.bell(person) if person else None,
        "language_links": [
            {"code": code, "name": _NAMES[code], "href": url_for("account.language", lang=code, next=_here())}
            for code in LANGUAGES
        ],
        "home_url": url_for("citizen.home"),
        "sign_in_url": url_for("account.sign_in_page"),
        "sign_out_url": url_for("account.leave"),
    }


def signed_in() -> Actor | None:
    """The person of the organisation who is signed in; also on the page that refuses a wrong access token."""
    try:
        actor = current_actor()
    except EngineError:
        return None
    return actor if actor and actor.id else None


def doors(actor: Actor | None) -> list[Door]:
    """The pages that somebody may open, the present one marked."""
    if actor is None:
        return [_door("citizen.home", _("Thủ tục")), _door("citizen.follow", _("Tra cứu hồ sơ"))]
    found = [_door("officer.inbox", _("Công việc"), "g i")]
    if actor.has_role(Role.RECEPTION_OFFICER):
        found.append(_door("reception.desk", _("Quầy tiếp nhận"), "g q"))
    found.append(_door("dossiers.index", _("Hồ sơ"), "g d"))
    if any(actor.has_role(role) for role in READERS):
        found.append(_door("statistics.index", _("Thống kê"), "g s"))
    found.append(_door("organisation.index", _("Tổ chức"), "g t"))
    if actor.has_role(Role.OPERATOR):
        found.append(_door("operator.incidents", _("Sự cố")))
    if any(actor.has_role(role) for role in SEES_ALL):
        found.append(_door("looks.index", _("Ai đã xem")))
    if any(actor.has_role(role) for role in (Role.PROCESS_DESIGNER, Role.OPERATOR, Role.PROCEDURE_CONTROL)):
        found.append(_door("designer.procedures", _("Thủ tục và phiên bản")))
    return found


def safe_next(wanted: str, otherwise: str) -> str:
    """A path of this site to go on to; anything that could lead elsewhere is not followed."""
    parts = urlsplit(wanted)
    outside = parts.scheme or parts.netloc or not wanted.startswith("/") or wanted.startswith(("//", "/\\"))
    return otherwise if outside or any(ord(letter) < 32 for letter in wanted) else wanted


def is_fragment() -> bool:
    """Whether a script of ours asks for a part of the page, not a person for the whole."""
    return request.headers.get("HX-Request") == "true"


def _door(endpoint: str, text: str, key: str = "") -> Door:
    blueprint, _dot, _name = endpoint.partition(".")
    here = "organisation" if request.blueprint in _OF_THE_ORGANISATION else request.blueprint
    return Door(
        url_for(endpoint),
        text,
        here == blueprint if blueprint != "citizen" else request.endpoint == endpoint,
        key,
    )


def _here() -> str:
    if "here" in g:  # the page that a form stands on, shown as the answer to it
        return str(g.here)
    return request.full_path.rstrip("?") if request.method == "GET" else request.path
