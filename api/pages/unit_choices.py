"""The units that filters of dossiers offer: those that some dossier names, and what has been chosen."""

import time
from collections.abc import Mapping

from flask import current_app
from sqlalchemy.orm import Session

from api.language import current_language
from api.pages.listing import Choice
from engine.access import everyone_of
from engine.model import Actor
from engine.persistence.dossier_choices import Names, OccurringUnits, occurring_units
from engine.persistence.organisation import unit_names
from engine.text import alphabetical

_KEPT_FOR = 60.0  # seconds
_OCCURRING = "dossier-choices"  # where the application keeps what occurs in all dossiers


def competent(session: Session, actor: Actor, chosen: str) -> list[Choice]:
    """The bodies that decide dossiers, the actor's own first."""
    return _choices(session, actor, _occurring(session).competent, chosen)


def receiving(session: Session, actor: Actor, chosen: str) -> list[Choice]:
    """The places that have received dossiers, the actor's own first."""
    return _choices(session, actor, _occurring(session).receiving, chosen)


def _occurring(session: Session) -> OccurringUnits:
    """As it was up to a minute ago."""
    kept: tuple[float, OccurringUnits] | None = current_app.extensions.get(_OCCURRING)
    if kept is None or time.monotonic() - kept[0] > _KEPT_FOR:
        kept = time.monotonic(), occurring_units(session)
        current_app.extensions[_OCCURRING] = kept
    return kept[1]


def _choices(session: Session, actor: Actor, there: Mapping[str, Names], chosen: str) -> list[Choice]:
    language = current_language()
    names = {code: (en if language == "en" else vi) or vi for code, (vi, en) in there.items()}
    if chosen and chosen not in names:
        names |= unit_names(session, {chosen}, language)
    own = everyone_of(actor) or frozenset()
    return [Choice(*one) for one in sorted(names.items(), key=lambda one: (one[0] not in own, alphabetical(one[1])))]
