"""The units that filters of dossiers offer: those that some dossier names, and what has been chosen."""

from collections.abc import Mapping

from sqlalchemy.orm import Session

from api.language import current_language
from api.pages.lately import lately
from api.pages.listing import Choice
from engine.access import everyone_of
from engine.model import Actor
from engine.persistence.dossier_choices import Names, OccurringUnits, occurring_units
from engine.persistence.organisation import unit_names
from engine.text import alphabetical


def competent(session: Session, actor: Actor, chosen: str) -> list[Choice]:
    """The bodies that decide dossiers, the actor's own first."""
    return _choices(session, actor, _occurring(session).competent, chosen)


def receiving(session: Session, actor: Actor, chosen: str) -> list[Choice]:
    """The places that have received dossiers, the actor's own first."""
    return _choices(session, actor, _occurring(session).receiving, chosen)


def _occurring(session: Session) -> OccurringUnits:
    return lately("units of dossiers", lambda: occurring_units(session))


def _choices(session: Session, actor: Actor, there: Mapping[str, Names], chosen: str) -> list[Choice]:
    language = current_language()
    names = {code: (en if language == "en" else vi) or vi for code, (vi, en) in there.items()}
    if chosen and chosen not in names:
        names |= unit_names(session, {chosen}, language)
    own = everyone_of(actor) or frozenset()
    return [Choice(*one) for one in sorted(names.items(), key=lambda one: (one[0] not in own, alphabetical(one[1])))]
