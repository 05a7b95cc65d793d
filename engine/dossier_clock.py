"""Reads the statutory clock of a dossier from its ledger."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from engine.clockwork import events_of
from engine.deadlines import ledger
from engine.deadlines.ledger import ClockEvent, Due
from engine.deadlines.terms import Term, resolve_term
from engine.history.journal import clock_entries
from engine.persistence.tables import DossierRow
from engine.platform import Platform
from engine.procedures import pinned


@dataclass(frozen=True)
class Account:
    """A dossier's clock: what happened to it, the term that governs it, and what follows."""

    events: tuple[ClockEvent, ...]
    term: Term
    due: Due


def account(session: Session, platform: Platform, dossier: DossierRow) -> Account:
    """The clock as of now, counted anew from the ledger."""
    events = tuple(events_of(clock_entries(session, dossier.id)))
    terms = pinned(session, dossier).terms_of(dossier.procedure_case)
    term = resolve_term(terms, platform.day_of(dossier.submitted_at))
    return Account(events, term, ledger.due(events, term, platform.calendar, now=platform.now()))
