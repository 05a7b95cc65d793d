"""How pages write moments, days, sizes and how near a due date is. One countdown for officers and for citizens."""

from dataclasses import dataclass
from datetime import date, datetime, time

from flask_babel import gettext as _
from flask_babel import ngettext

from api.database import read
from api.language import current_language
from api.pages import mandate_words, wording
from api.site import site
from engine.deadlines.calendar import END_OF_DAY
from engine.deadlines.errors import UnknownCalendarYearError
from engine.errors import EngineError
from engine.model import DossierState
from engine.persistence.organisation import unit_names
from engine.persistence.tables import FAR_FUTURE, DossierRow, ProcedureRow

SOON = 2  # working days: an apology is due one day before the term lapses, so this is the last calm moment


@dataclass(frozen=True)
class Due:
    """A due date for a page: the date, how near it is in words, and a tone for the eye."""

    date: str
    text: str
    tone: str  # late, soon, well or stopped
    moment: datetime | None = None


def local(moment: datetime) -> datetime:
    """The moment in the organisation's time zone."""
    return moment.astimezone(site().platform.zone)


def moment_text(moment: datetime | str | None) -> str:
    """A moment as dd/mm/yyyy HH:MM; nothing for none."""
    if not moment:
        return ""
    at = datetime.fromisoformat(moment) if isinstance(moment, str) else moment
    return f"{local(at):%d/%m/%Y %H:%M}"


def day_text(day: date | str | None) -> str:
    """A day as dd/mm/yyyy; a moment's day in the organisation's time zone; other texts as they are."""
    if not day:
        return ""
    if isinstance(day, str):
        try:
            return day_text(datetime.fromisoformat(day))
        except ValueError:
            return day
    here = local(day) if isinstance(day, datetime) and day.tzinfo else day
    return f"{here:%d/%m/%Y}"


def due_date_text(moment: datetime) -> str:
    """A due moment: only its day when it is the end of that day, with the time otherwise."""
    here = local(moment)
    whole_day = here.time().replace(microsecond=0) in {END_OF_DAY, time(0)}
    return f"{here:%d/%m/%Y}" if whole_day else f"{here:%d/%m/%Y %H:%M}"


def due(moment: datetime | None) -> Due | None:
    """A moment that something must be done by; None for what has no limit."""
    if moment is None or moment >= FAR_FUTURE:
        return None
    now, today, day = site().now(), site().now().date(), local(moment).date()
    if moment < now:
        return Due(due_date_text(moment), _late(_working_days(day, today)), "late", moment)
    if day == today:
        return Due(due_date_text(moment), _("hết hạn hôm nay"), "soon", moment)
    left = _working_days(today, day)
    text = ngettext("còn %(num)s ngày làm việc", "còn %(num)s ngày làm việc", left)
    return Due(due_date_text(moment), text, "soon" if left <= SOON else "well", moment)


def dossier_due(dossier: DossierRow) -> Due | None:
    """The dossier's due date, as it stands: running, suspended, or kept or missed when decided."""
    if dossier.due_at is None:
        waits = dossier.state == DossierState.AWAITING_APPLICANT
        return Due("", _("đang tạm dừng, chờ bổ sung"), "stopped") if waits else None
    date_text = due_date_text(dossier.due_at)
    ended = dossier.decided_at or dossier.closed_at
    if ended is not None:
        return _kept_or_missed(ended, dossier.due_at, date_text)
    if dossier.state == DossierState.AWAITING_APPLICANT:
        return Due(date_text, _("đang tạm dừng, chờ bổ sung"), "stopped", dossier.due_at)
    return due(dossier.due_at)


def _kept_or_missed(ended: datetime, due_at: datetime, date_text: str) -> Due:
    if ended > due_at:
        return Due(date_text, _("đã quá hạn"), "late", due_at)
    early = local(ended).date() < local(due_at).date()
    return Due(date_text, _("trước hạn") if early else _("đúng hạn"), "well", due_at)


def _late(days: int) -> str:
    if not days:
        return _("vừa quá hạn")
    return ngettext("quá hạn %(num)s ngày làm việc", "quá hạn %(num)s ngày làm việc", days)


def _working_days(first: date, last: date) -> int:
    """The working days behind the first day up to the last one."""
    try:
        return site().platform.calendar.working_days_between(first, last)
    except UnknownCalendarYearError:
        return (last - first).days  # beyond the known calendar nobody can say which days are worked


def size_text(size: int) -> str:
    """A number of bytes as a person reads it (decimal units, as file managers show them)."""
    for unit, factor in (("GB", 10**9), ("MB", 10**6), ("KB", 10**3)):
        if size >= factor:
            told = f"{size / factor:.1f} {unit}"
            return told if current_language() == "en" else told.replace(".", ",")
    return f"{size} B"


def progress_text(dossier: DossierRow) -> str:
    """How far a dossier has come."""
    return _("Hoàn thành %(percent)s %%", percent=dossier.progress)


def told(error: EngineError) -> str:
    """What a person is told of an error, in the reader's language."""
    return error.message_vi if current_language() == "vi" else error.message


def unit_word(code: str | None) -> str:
    """A unit's name in the reader's language; the code of one that is not known."""
    with read() as session:
        return unit_names(session, {code}, current_language()).get(code or "", code or "")


def procedure_word(key: str) -> str:
    """A procedure's title in the reader's language; the key of one that is not known."""
    with read() as session:
        row = session.get(ProcedureRow, key)
        return ((row.title_en if current_language() == "en" else "") or row.title_vi) if row else key


FILTERS = {
    "moment": moment_text,
    "day": day_text,
    "state_words": wording.dossier_state,
    "role_word": wording.role,
    "kind_word": wording.unit_kind,
    "unit_word": unit_word,
    "procedure_word": procedure_word,
    "act_word": mandate_words.act,
}
