"""Carrying out what a button of a page asks for, and telling the person how it went."""

from collections.abc import Callable
from typing import Any

from flask import flash, redirect
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from api.auth import current_actor
from api.auth.errors import NotSignedInError
from api.database import write
from api.pages import present
from engine.errors import EngineError
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


def carry_out(act: Callable[[Session], Any], done: str, onward: str, otherwise: str = "") -> Response:
    """Do it in one transaction and go on; a refusal is told on the page the person comes back to."""
    try:
        write(act)
    except EngineError as refusal:
        flash(present.told(refusal), "error")
        return redirect(otherwise or onward)
    flash(done, "success")
    return redirect(onward)
