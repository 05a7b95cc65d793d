"""What can go wrong with a calendar, a term or the clock's ledger."""

from typing import ClassVar

from engine.errors import EngineError


class DeadlineError(EngineError):
    """The due date cannot be worked out."""

    code: ClassVar[str] = "deadline-error"
    status: ClassVar[int] = 422
    title_vi: ClassVar[str] = "Không tính được thời hạn."


# ---- the calendar ---------------------------------------------------------------------------------------


class CalendarDataError(DeadlineError):
    """The calendar's data contradict themselves or are incomplete."""

    code = "calendar-data"
    title_vi = "Dữ liệu lịch làm việc không hợp lệ."


class OverlappingDecisionsError(CalendarDataError):
    """Two decisions speak of the same day and neither supersedes the other."""

    code = "overlapping-decisions"
    title_vi = "Hai quyết định về lịch cùng quy định một ngày mà không văn bản nào thay thế văn bản nào."


class UnknownCalendarYearError(DeadlineError):
    """The calendar does not cover this year."""

    code = "unknown-calendar-year"
    title_vi = "Lịch làm việc chưa có năm này."


# ---- the term -------------------------------------------------------------------------------------------


class TermContradictionError(DeadlineError):
    """The term contradicts itself or another one."""

    code = "term-contradiction"
    title_vi = "Thời hạn tự mâu thuẫn hoặc mâu thuẫn với thời hạn khác."


class NoTermInForceError(DeadlineError):
    """No term is in force on this day."""

    code = "no-term-in-force"
    title_vi = "Không có thời hạn nào có hiệu lực vào ngày này."


# ---- the ledger -----------------------------------------------------------------------------------------


class ClockEventError(DeadlineError):
    """The clock event is incomplete."""

    code = "clock-event"
    title_vi = "Sự kiện thời hạn chưa đầy đủ."


class ClockRefusedError(DeadlineError):
    """The clock cannot do this now; the ledger stays as it is."""

    code = "clock-refused"
    status = 409
    title_vi = "Thời hạn không thể chuyển như vậy; sổ thời hạn giữ nguyên."


class ClockNotStartedError(ClockRefusedError):
    """The clock has not started: the dossier has not been accepted."""

    code = "clock-not-started"
    title_vi = "Thời hạn chưa bắt đầu: hồ sơ chưa được tiếp nhận đầy đủ, hợp lệ."


class ClockAlreadyStartedError(ClockRefusedError):
    """The clock has already started."""

    code = "clock-already-started"
    title_vi = "Thời hạn đã bắt đầu."


class ClockClosedError(ClockRefusedError):
    """The clock has stopped for good: the dossier was decided or stopped."""

    code = "clock-closed"
    title_vi = "Thời hạn đã kết thúc: hồ sơ đã có kết quả hoặc đã dừng."


class EventOutOfOrderError(ClockRefusedError):
    """The event lies before the last legal moment of the ledger."""

    code = "clock-event-out-of-order"
    title_vi = "Sự kiện xảy ra trước mốc pháp lý cuối cùng trong sổ thời hạn."


class AlreadySuspendedError(ClockRefusedError):
    """The clock is already suspended."""

    code = "clock-already-suspended"
    title_vi = "Thời hạn đang tạm dừng."


class NotSuspendedError(ClockRefusedError):
    """The clock is not suspended, so it cannot resume."""

    code = "clock-not-suspended"
    title_vi = "Thời hạn không tạm dừng nên không thể tiếp tục."


class SuspensionBeyondCapError(ClockRefusedError):
    """The suspension went beyond the day it was allowed to last to."""

    code = "suspension-beyond-cap"
    title_vi = "Việc tạm dừng vượt quá mốc được phép."


class TooManySuspensionsError(ClockRefusedError):
    """The clock was suspended as often as the term allows."""

    code = "too-many-suspensions"
    title_vi = "Đã tạm dừng đủ số lần cho phép."


class AlreadyExtendedError(ClockRefusedError):
    """The term was extended as often as the law allows."""

    code = "already-extended"
    title_vi = "Đã hẹn lại đủ số lần cho phép."


class GroundMissingError(ClockRefusedError):
    """A suspension, an extension or a stop needs its legal ground."""

    code = "clock-ground-missing"
    title_vi = "Tạm dừng, gia hạn hoặc dừng giải quyết phải nêu căn cứ."
