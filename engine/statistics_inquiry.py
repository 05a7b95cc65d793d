"""Who asks the statistics for what: the question that the database is asked, and what is kept to answer it from."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property

from sqlalchemy.orm import Session

from engine.model import Actor, Role
from engine.persistence import month_tallies
from engine.persistence.once import once
from engine.persistence.statistics import Tally
from engine.persistence.statistics_boxes import Question
from engine.platform import Platform
from engine.statistics_months import Kept, Span, Window
from engine.statistics_months import month as month_of
from engine.statistics_procedures import Procedures
from engine.statistics_values import Asked

READERS = (Role.DIVISION_HEAD, Role.AGENCY_LEADER, Role.PROCEDURE_CONTROL, Role.OPERATOR)
_SEE_ALL = (Role.PROCEDURE_CONTROL, Role.OPERATOR)


@dataclass(frozen=True)
class Inquiry:
    """Who asks for what, in which surroundings."""

    platform: Platform
    actor: Actor
    asked: Asked


def question_of(inquiry: Inquiry, procedures: Procedures) -> Question:
    """The same as the database is asked. Whoever leads a unit sees what that unit has to do with."""
    platform, actor, asked = inquiry.platform, inquiry.actor, inquiry.asked
    calendar, now = platform.calendar, platform.now()
    start = calendar.end_of_day(asked.period.first - timedelta(days=1)) + timedelta(seconds=1)
    end = calendar.end_of_day(asked.period.last) + timedelta(seconds=1)
    leading = (
        actor.roles if any(map(actor.has_role, _SEE_ALL)) else {each for each in actor.roles if each[0] in READERS}
    )
    keys = {procedures.of_field(asked.field)} if asked.field else set()
    if asked.procedure:
        keys.add((asked.procedure,))
    chosen = set.intersection(*map(set, keys)) if keys else None
    return Question(
        actor=replace(actor, roles=frozenset(leading)),
        start=start,
        end=end,
        at=min(end - timedelta(seconds=1), now),
        zone=platform.zone,
        competent=asked.competent,
        receiving=asked.receiving,
        procedures=None if chosen is None else tuple(sorted(chosen)),
        channels=(asked.channel,) if asked.channel else (),
    )


@dataclass(frozen=True)
class Counting:
    """A question, and what is kept of it: only the gaps are counted, and what is open."""

    question: Question
    kept: Kept

    @cached_property
    def window(self) -> Window | None:
        """Its months; None when it breaks one, so that nothing that is kept can be used."""
        return Window.of(self.question)

    def about(self, question: Question) -> "Counting":
        """The same of another question."""
        return Counting(question, self.kept)

    @cached_property
    def usable(self) -> Kept:
        """What is kept of it."""
        return self.kept.since(self.window.first) if self.window else Kept()

    @property
    def gaps(self) -> list[Span]:
        """When that was closed which has to be counted."""
        return self.usable.gaps(self.question.start)

    @property
    def tallies(self) -> list[Tally]:
        """What is kept, as the report adds it up."""
        return self.usable.tallies(self.window) if self.window else []


def counting_of(session: Session, inquiry: Inquiry, question: Question, since: datetime) -> Counting:
    """How a question is counted, with the months that are kept since a moment."""
    scope = month_tallies.Scope.of(question, inquiry.asked.by, inquiry.platform.calendar_number)
    first = month_of(since, inquiry.platform.zone)
    kept = once(session, (scope, first), lambda: month_tallies.kept(session, scope, first))
    return Counting(question, Kept(tuple(kept)))


def is_noted(session: Session, inquiry: Inquiry) -> bool:
    """Whether it is known that this is asked, so that its months are kept; see `engine.month_keeping`."""
    return month_tallies.asked_on(session, scope_of(session, inquiry)) == inquiry.platform.today()


def note(session: Session, inquiry: Inquiry) -> None:
    """Make it known that this is asked."""
    month_tallies.note(session, scope_of(session, inquiry), inquiry.platform.today())


def scope_of(session: Session, inquiry: Inquiry) -> month_tallies.Scope:
    """The scope in which the months of an inquiry are counted, whatever its period."""
    question = question_of(inquiry, Procedures.known(session))
    return month_tallies.Scope.of(question, inquiry.asked.by, inquiry.platform.calendar_number)
