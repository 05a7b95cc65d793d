"""Carrying out what a button of a page asks for, and telling the person how it went."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from flask import flash, g, redirect
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from api.auth import current_actor
from api.auth.errors import NotSignedInError
from api.database import write
from api.pages import present
from engine.errors import EngineError, InvalidInputError
from engine.model import Actor


def person() -> Actor:
    """The person who is signed in.

    Raises:
        NotSignedInError: nobody is (the guard lets nobody else come here, but types cannot know).
    """
    actor = current_actor()
    if actor is None or actor.id is None:
        raise NotSignedInError("expected somebody who is signed in, found nobody; sign in", "Cần đăng nhập.")
    return actor


@dataclass(frozen=True)
class Refused:
    """What a small form among others on a page was refused for, so that the page shows it again as it was left."""

    field: str  # the id of what was typed in
    typed: str
    text: str = ""  # in the reader's language
    amendable: bool = True  # whether typing something else helps

    @property
    def errors(self) -> list[dict[str, str]]:
        """As the summary of errors takes it."""
        return [{"href": f"#{self.field}" if self.amendable else "", "text": self.text}]


def carry_out(act: Callable[[Session], Any], done: str, onward: str, otherwise: str = "") -> Response:
    """Do it in one transaction and go on; a refusal is told on the page the person comes back to."""
    try:
        write(act)
    except EngineError as refusal:
        flash(present.told(refusal), "error")
        return redirect(otherwise or onward)
    flash(done, "success")
    return redirect(onward)


def carry_out_typed(
    act: Callable[[Session], Any], done: str, onward: str, typed: Refused, page: Callable[[Refused], str]
) -> Response | tuple[str, int]:
    """Do it in one transaction and go on; after a refusal the page is shown again with what was typed."""
    try:
        write(act)
    except EngineError as refusal:
        g.here = onward
        amendable = isinstance(refusal, InvalidInputError)
        return page(replace(typed, text=present.told(refusal), amendable=amendable)), refusal.status
    flash(done, "success")
    return redirect(onward)
