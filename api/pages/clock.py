"""The statutory clock on a page: the same dates, reasons and countdown for the officer and for the applicant."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from api.language import current_language
from api.pages import present, wording
from api.site import site
from engine.deadlines import explain as explained
from engine.deadlines import ledger
from engine.deadlines.explain import Explanation
from engine.deadlines.ledger import ClockState, Timeliness
from engine.deadlines.terms import Term
from engine.dossier_clock import StepShare, TaskShare, by_unit, explanation_of
from engine.model import LegalBasis
from engine.persistence.organisation import unit_names
from engine.persistence.tables import DossierRow
from engine.runtime.procedure import Procedure

_STATES = {
    ClockState.NOT_STARTED: lambda: _("Chưa bắt đầu tính"),
    ClockState.RUNNING: lambda: _("Đang tính"),
    ClockState.SUSPENDED: lambda: _("Đang tạm dừng"),
    ClockState.DECIDED: lambda: _("Đã có kết quả, ngừng tính"),
    ClockState.STOPPED: lambda: _("Ngừng tính"),
}
_TIMELINESS = {
    Timeliness.EARLY: lambda: _("Trước hạn"),
    Timeliness.ON_TIME: lambda: _("Đúng hạn"),
    Timeliness.OVERDUE: lambda: _("Quá hạn"),
}


@dataclass(frozen=True)
class DayLine:
    """How one day counts."""

    day: str
    counted: str
    reason: str


@dataclass(frozen=True)
class ClockView:
    """What a page says of the clock."""

    due: present.Due | None
    summary: str
    facts: tuple[tuple[str, str], ...]
    bases: tuple[LegalBasis, ...]
    days: tuple[DayLine, ...]


@dataclass(frozen=True)
class ShareLine:
    """What one step used of the term."""

    step: str
    times: int
    used: str


@dataclass(frozen=True)
class UnitLine:
    """What one unit used of the term, with its steps."""

    unit: str
    used: str
    steps: tuple[ShareLine, ...]


def view(session: Session, dossier: DossierRow) -> ClockView | None:
    """The clock of a dossier; None while it has not started."""
    told = explanation_of(session, site().platform, dossier)
    return view_of(told, None if told.due.state.closed else present.dossier_due(dossier))


def view_of(told: Explanation, due: present.Due | None) -> ClockView | None:
    """The clock that an explanation tells of; None while it has not started."""
    if told.due.started_at is None:
        return None
    return ClockView(
        due=due,
        summary=told.summary_vi if current_language() == "vi" else told.summary_en,
        facts=tuple(_facts(told.due, told.term)),
        bases=_bases(told.term),
        days=tuple(_day(line) for line in told.lines),
    )


def unit_shares(session: Session, procedure: Procedure, shares: Sequence[TaskShare]) -> list[UnitLine]:
    """Which unit used how much of the term, step by step, in the order in which the units were reached."""
    found = by_unit(shares)
    units = unit_names(session, {one.unit for one in found}, current_language())
    return [
        UnitLine(
            units.get(one.unit, one.unit) or wording.role(one.steps[0].role),
            f"{one.used:g}",
            tuple(_share(procedure, step) for step in one.steps),
        )
        for one in found
    ]


def _share(procedure: Procedure, share: StepShare) -> ShareLine:
    element = procedure.elements.get(share.step)
    return ShareLine(element.title(current_language()) if element else share.step, share.times, f"{share.used:g}")


def _day(line: explained.DayLine) -> DayLine:
    reason = line.reason_vi if current_language() == "vi" else line.reason_en
    if line.article:
        reason = f"{reason} ({line.article})"
    counted = _("Có") if line.counted else _("Không")
    if line.number is not None:
        counted = f"{counted}: {line.number:g}"
    return DayLine(f"{line.day:%d/%m/%Y}", counted, reason)


def _facts(counted: ledger.Due, term: Term) -> list[tuple[str, str]]:
    lang = current_language()
    rows = [
        (_("Thời hạn theo luật"), term.describe(lang)),
        (_("Bắt đầu tính"), present.moment_text(counted.started_at)),
        (_("Đồng hồ"), _STATES[counted.state]()),
        (_("Hạn trả kết quả"), present.due_date_text(counted.due_at) if counted.due_at else _("chưa xác định")),
        (_("Hạn trả ban đầu"), present.due_date_text(counted.original_due_at) if counted.original_due_at else ""),
        (_("Đã dùng"), f"{counted.consumed:g} / {counted.allowed:g} {_unit(term)}"),
    ]
    if counted.state.closed and counted.timeliness:
        rows.append((_("So với hạn"), _TIMELINESS[counted.timeliness]()))
    if counted.state.closed and counted.days_late:
        rows.append((_("Số ngày quá hạn"), f"{counted.days_late} {_unit(term)}"))
    if counted.provisional:
        rows.append((_("Lưu ý"), _("Lịch nghỉ của năm này còn có thể thay đổi.")))
    if len(counted.history) > 1:
        rows.append((_("Các lần đổi hạn"), "; ".join(_step(step) for step in counted.history)))
    return [(key, value) for key, value in rows if value]


def _step(step: ledger.DueStep) -> str:
    since = present.moment_text(step.since)
    ground = f" ({step.ground})" if step.ground else ""
    return _("%(due)s từ %(since)s", due=present.due_date_text(step.due_at), since=since) + ground


def _unit(term: Term) -> str:
    return wording.word(wording.UNITS, "calendar-days" if term.unit == "months" else term.unit)


def _bases(term: Term) -> tuple[LegalBasis, ...]:
    if not term.legal_basis:
        return ()
    return (LegalBasis(term.legal_basis, checked=str(term.checked or ""), sample=term.sample),)
