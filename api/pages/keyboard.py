"""Keys: which key does what on the pages of officers, changed or turned off by each person (WCAG 2.1.4).

A page writes the first key of an action into `data-shortcut`; the script (web/src/app/keys.js) reads the person's own
key in its place from the help dialog (templates/components/keys.html).
"""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as lazy
from werkzeug.wrappers import Response

from api.auth import allow_signed_in
from api.database import read, write
from api.pages.acting import person
from engine.model import Actor
from engine.persistence import preferences

blueprint = Blueprint("keyboard", __name__)
KEPT = "keys"
ACTIONS = {
    "/": lazy("Tìm hồ sơ"),
    "?": lazy("Xem các phím tắt của trang"),
    "g i": lazy("Đến Công việc"),
    "g d": lazy("Đến Hồ sơ"),
    "g q": lazy("Đến Quầy tiếp nhận"),
    "g s": lazy("Đến Thống kê"),
    "g t": lazy("Đến Tổ chức"),
    "j": lazy("Dòng sau"),
    "k": lazy("Dòng trước"),
    "o": lazy("Mở dòng đang xem"),
    "x": lazy("Đánh dấu dòng đang xem"),
    "*": lazy("Đánh dấu tất cả trên trang, hoặc bỏ hết"),
    "c": lazy("Nhận việc"),
    "r": lazy("Trả việc về hàng chờ"),
    "a": lazy("Giao việc"),
    "e": lazy("Hoàn thành"),
    "s": lazy("Ký"),
    "f": lazy("Lọc danh sách"),
    "n": lazy("Nạp lại danh sách khi có gì mới"),
    "[": lazy("Trang đầu"),
    "]": lazy("Trang tiếp"),
    "u": lazy("Về danh sách"),
    "t": lazy("Tìm thủ tục"),
    "p": lazy("Có đủ giấy tờ; in giấy tiếp nhận"),
    **{
        str(number): lazy("Lựa chọn thứ %(number)s của trang: hộp việc, thủ tục ở quầy, biểu mẫu", number=number)
        for number in range(1, 10)
    },
}
"""What keys do, by the key that each has at first; no page offers a key that is not here."""


@dataclass(frozen=True)
class Keyboard:
    """A person's keys; `own` holds those that differ, by the first key."""

    off: bool = False
    own: Mapping[str, str] = field(default_factory=dict)

    def key(self, first: str) -> str:
        """The key that does what `first` does at first."""
        return self.own.get(first, first)


def of(actor: Actor | None) -> Keyboard:
    """The person's keys."""
    if actor is None or actor.id is None:
        return Keyboard()
    with read() as session:
        kept: dict[str, Any] = preferences.get(session, actor.id, KEPT, {})
    return Keyboard(kept.get("off", False), kept.get("own", {}))


@blueprint.get("/keys")
@allow_signed_in
def show() -> str:
    """All keys, each with a field to change it."""
    return _page(of(person()), [])


@blueprint.post("/keys")
@allow_signed_in
def keep() -> Response | tuple[str, int]:
    """Keep the person's keys, or go back to those that everybody begins with."""
    actor = person()
    if "_reset" in request.form:
        chosen = Keyboard()
    else:
        typed = {first: " ".join(request.form.get(f"key {first}", first).split()) for first in ACTIONS}
        own = {first: key for first, key in typed.items() if key != first}
        chosen = Keyboard("off" in request.form, own)
    if errors := _faults(chosen):
        return _page(chosen, errors), 422
    value = {"off": chosen.off, "own": dict(chosen.own)}
    write(lambda session: preferences.put(session, actor.id, KEPT, value) if actor.id else None)
    flash(_("Đã lưu phím tắt."), "success")
    return redirect(url_for("keyboard.show"))


def _faults(chosen: Keyboard) -> list[dict[str, str]]:
    """What is wrong with the keys: one or two single signs each, and no two alike."""
    errors, taken = [], dict[str, str]()
    for number, (first, does) in enumerate(ACTIONS.items()):
        key = chosen.key(first)
        if not all(_is_sign(part) for part in key.split()) or not 1 <= len(key.split()) <= 2:
            told = _("%(does)s: hãy gõ một ký tự, hoặc hai ký tự cách nhau một dấu cách.", does=does)
            errors.append({"href": f"#key-{number}", "text": told})
        clash = next((other for other in taken if _collide(other, key)), None)
        if clash is not None:
            told = _("%(does)s: phím %(key)s đã dùng cho “%(other)s”.", does=does, key=key, other=taken[clash])
            errors.append({"href": f"#key-{number}", "text": told})
        taken[key] = str(does)
    return errors


def _collide(one: str, other: str) -> bool:
    """Whether a keyboard could not tell them apart: the same, or one begins the other."""
    return one == other or one.startswith(f"{other} ") or other.startswith(f"{one} ")


def _is_sign(part: str) -> bool:
    return len(part) == 1 and unicodedata.category(part)[0] in "LNPS"


def _page(chosen: Keyboard, errors: list[dict[str, str]]) -> str:
    keys = [{"first": first, "does": does, "key": chosen.key(first)} for first, does in ACTIONS.items()]
    return render_template("pages/account/keys.html", chosen=chosen, keys=keys, errors=errors)
