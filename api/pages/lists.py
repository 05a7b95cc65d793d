"""How a person wants the lists: filters kept under a name, and which columns are shown."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from urllib.parse import parse_qsl

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as lazy
from flask_babel.speaklater import LazyString
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from api.auth import allow_signed_in
from api.database import read, write
from api.pages import dossier_list, frame, inbox, listing, statistics_list
from api.pages.acting import person
from api.pages.listing import LONGEST_NAME, MOST_KEPT, Column, Filters, Kept
from engine.errors import NotFoundError

blueprint = Blueprint("lists", __name__)
Change = Callable[[list[Kept]], list[Kept]]


@dataclass(frozen=True)
class Kind:
    """A list whose columns a person may choose, and whose filters, where it has a form of them."""

    title: LazyString
    endpoint: str
    columns: Sequence[Column]
    filters: type[Filters] | None = None


KINDS = {
    "inbox": Kind(lazy("Công việc"), "officer.inbox", inbox.COLUMNS, inbox.Filters),
    "dossiers": Kind(lazy("Hồ sơ"), "dossiers.index", dossier_list.COLUMNS, dossier_list.Filters),
    "behind": Kind(lazy("Hồ sơ của một con số"), "statistics.index", statistics_list.COLUMNS),
}


@blueprint.get("/lists/<kind>")
@allow_signed_in
def show(kind: str) -> str:
    """What the person has chosen for a list; `query` is a filter to be kept, `next` the list as it was left."""
    chosen = _list(kind)
    with read() as session:
        wishes = listing.wishes(session, person(), kind, chosen.columns)
    return render_template(
        "pages/officer/list_choices.html",
        kind=kind,
        list=chosen,
        wishes=wishes,
        shown={one.key for one in wishes.columns},
        query=_query(kind, request.args.get("query", "")),
        back=_back(chosen, request.args.get("next", "")),
        longest=LONGEST_NAME,
    )


@blueprint.post("/lists/<kind>/columns")
@allow_signed_in
def columns(kind: str) -> Response:
    """Keep which columns are shown."""
    known = {one.key for one in _list(kind).columns}
    wanted = [key for key in request.form.getlist("column") if key in known]
    write(lambda session: listing.keep_columns(session, person(), kind, wanted))
    flash(_("Đã lưu các cột hiện ra."), "success")
    return redirect(_back(_list(kind), request.form.get("next", "")))


@blueprint.post("/lists/<kind>/filters")
@allow_signed_in
def keep(kind: str) -> Response:
    """Keep a filter under a name; the same name again replaces it."""
    name, query = _name(), _query(kind, request.form.get("query", ""))
    if _list(kind).filters is None:
        raise _unknown(kind)
    if not name:
        flash(_("Hãy đặt tên cho bộ lọc."), "error")
        return redirect(url_for("lists.show", kind=kind, query=query))

    def change(kept: list[Kept]) -> list[Kept]:
        others = [one for one in kept if one.name != name]
        return [*others[1 - MOST_KEPT :], Kept(name, query)]

    _change(kind, change)
    flash(_("Đã lưu bộ lọc “%(name)s”.", name=name), "success")
    return redirect(f"{url_for(_list(kind).endpoint)}?{query}")


@blueprint.post("/lists/<kind>/filters/change")
@allow_signed_in
def change(kind: str) -> Response:
    """Rename a kept filter, drop it, or let the list begin with it or no longer."""
    which, wanted, name = request.form.get("which", ""), request.form.get("_do", ""), _name()

    def renamed(kept: list[Kept]) -> list[Kept]:
        taken = {one.name for one in kept}
        return [replace(one, name=name) if one.name == which and name not in taken | {""} else one for one in kept]

    changes: dict[str, Change] = {
        "rename": renamed,
        "drop": lambda kept: [one for one in kept if one.name != which],
        "first": lambda kept: [replace(one, first=one.name == which) for one in kept],
        "not-first": lambda kept: [replace(one, first=False) for one in kept],
    }
    if wanted in changes:
        _change(kind, changes[wanted])
        flash(_("Đã lưu."), "success")
    return redirect(url_for("lists.show", kind=kind))


def _list(kind: str) -> Kind:
    if kind not in KINDS:
        raise _unknown(kind)
    return KINDS[kind]


def _unknown(kind: str) -> NotFoundError:
    return NotFoundError(f"expected one of {', '.join(KINDS)}, found '{kind}'", "Không có danh sách này.")


def _back(chosen: Kind, wanted: str) -> str:
    return frame.safe_next(wanted, url_for(chosen.endpoint))


def _change(kind: str, how: Change) -> None:
    actor = person()

    def work(session: Session) -> None:
        kept = listing.wishes(session, actor, kind, ()).kept
        listing.keep_filters(session, actor, kind, how(list(kept)))

    write(work)


def _name() -> str:
    return " ".join(request.form.get("name", "").split())[:LONGEST_NAME]


def _query(kind: str, text: str) -> str:
    """A filter as the list itself would write it; what it does not know is dropped."""
    filters = _list(kind).filters
    return filters.of(dict(parse_qsl(text))).query if text and filters else ""
