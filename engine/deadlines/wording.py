"""The words of an explanation, Vietnamese and English, each with the article it rests on."""

from dataclasses import dataclass
from datetime import date, datetime

from engine.deadlines.clock_events import ClockEvent
from engine.deadlines.days import CalendarDay, DayKind
from engine.deadlines.terms import Ends, Starts, Term, Unit

CIVIL_CODE_147_1 = "BLDS 2015, Điều 147 khoản 1"
CIVIL_CODE_147_2 = "BLDS 2015, Điều 147 khoản 2"
CIVIL_CODE_148_3 = "BLDS 2015, Điều 148 khoản 3"
CIVIL_CODE_148_5 = "BLDS 2015, Điều 148 khoản 5"
CIVIL_CODE_148_6 = "BLDS 2015, Điều 148 khoản 6"
COMPLETE_AND_CORRECT = "NĐ 309/2026, Điều 8 khoản 3"
RECOUNT = "NĐ 61/2018, Điều 19 khoản 4"
APOLOGY = "NĐ 61/2018, Điều 19 khoản 9"


@dataclass(frozen=True)
class Words:
    """A reason in both languages and the article it rests on."""

    vi: str
    en: str
    article: str = ""

    def also(self, vi: str, en: str) -> "Words":
        """The same reason with a further clause."""
        return Words(f"{self.vi}; {vi}", f"{self.en}; {en}", self.article)


def waiting(term: Term) -> Words:
    """The dossier is in, but nothing counts yet."""
    if term.starts is Starts.COMPETENT_BODY_RECEIPT:
        return Words(
            "Chưa tính: cơ quan có thẩm quyền chưa nhận hồ sơ (hồ sơ phi địa giới)",
            "Not counted: the competent body has not received the dossier (boundary-free filing)",
            COMPLETE_AND_CORRECT,
        )
    return Words(
        "Chưa tính: hồ sơ chưa được tiếp nhận đầy đủ, hợp lệ",
        "Not counted: the dossier has not been accepted as complete and correct",
        COMPLETE_AND_CORRECT,
    )


def reception_day(term: Term) -> Words:
    """The day on which the clock started."""
    if term.starts is Starts.COMPETENT_BODY_RECEIPT:
        return Words(
            "Ngày cơ quan có thẩm quyền nhận hồ sơ, không tính",
            "The day the competent body received the dossier, not counted",
            f"{COMPLETE_AND_CORRECT}; {CIVIL_CODE_147_2}",
        )
    return Words("Ngày tiếp nhận hồ sơ, không tính", "The day of reception, not counted", CIVIL_CODE_147_2)


def before_first_day(first: date, term: Term) -> Words:
    """Taken in after the cut-off hour: counted as received on a later day."""
    hour = f"{term.cut_off:%H:%M}" if term.cut_off else ""
    return Words(
        f"Tiếp nhận sau {hour} hoặc vào ngày nghỉ: tính như tiếp nhận ngày {first:%d/%m/%Y}",
        f"Received after {hour} or on a day off: taken as received on {first:%d/%m/%Y}",
        term.legal_basis,
    )


def restart_day() -> Words:
    """The day on which the count began again."""
    return Words(
        "Ngày nhận đủ hồ sơ bổ sung, tính lại từ đầu; ngày này không tính",
        "The completed dossier came back: recounted from zero, this day not counted",
        f"{RECOUNT}; {CIVIL_CODE_147_2}",
    )


def suspended_day(suspension: ClockEvent | None) -> Words:
    """A day within a suspension."""
    reason = suspension.reason if suspension else ""
    paper = f" ({suspension.document})" if suspension and suspension.document else ""
    because = f": {reason}" if reason else ""
    return Words(
        f"Tạm dừng tính thời hạn{because}{paper}",
        f"The clock is suspended{because}{paper}",
        suspension.ground if suspension else "",
    )


def resumption_day(suspension: ClockEvent | None) -> Words:
    """The day on which a suspension ended."""
    ground = suspension.ground if suspension else ""
    return Words(
        "Ngày tiếp tục tính thời hạn, không tính; tính từ ngày liền kề",
        "The day the clock resumed, not counted; it counts from the next day",
        "; ".join(filter(None, (ground, CIVIL_CODE_147_2))),
    )


def counted_day(day: CalendarDay, number: int, allowed: int, term: Term) -> Words:
    """A day that counts."""
    vi, en = f"Ngày thứ {number}/{allowed}", f"Day {number} of {allowed}"
    if day.kind is DayKind.SWAPPED_ON and term.unit is Unit.WORKING_DAYS:
        return Words(f"{vi}: {day.reason_vi}", f"{en}: {day.reason_en}", day.source)
    if term.unit is not Unit.WORKING_DAYS and not day.kind.counts:
        return Words(
            f"{vi}: {day.reason_vi}, vẫn tính vì thời hạn theo ngày lịch",
            f"{en}: {day.reason_en}, counted because the term is in calendar days",
            CIVIL_CODE_148_3 if term.unit is Unit.MONTHS else (term.legal_basis or CIVIL_CODE_147_2),
        )
    return Words(f"{vi}: {day.reason_vi}", f"{en}: {day.reason_en}", term.legal_basis or CIVIL_CODE_147_2)


def closed_day(day: CalendarDay) -> Words:
    """A day off within a term in working days."""
    return Words(f"{day.reason_vi}, không tính", f"{day.reason_en}, not counted", day.source)


def rolled_day(day: CalendarDay) -> Words:
    """A day between the last counted day and the working day on which the term ends."""
    return Words(
        f"{day.reason_vi}: ngày cuối của thời hạn là ngày nghỉ, hạn chuyển sang ngày làm việc tiếp theo",
        f"{day.reason_en}: the last day of the term is a day off, the end moves to the next working day",
        CIVIL_CODE_148_5,
    )


def moved_end() -> Words:
    """The working day to which the end of the term moved."""
    return Words(
        "Ngày làm việc tiếp theo ngày nghỉ: ngày kết thúc thời hạn",
        "The working day after the day off: the term ends",
        CIVIL_CODE_148_5,
    )


def overdue_day() -> Words:
    """A day after the end of the term."""
    return Words("Quá hạn", "Overdue")


def after_close() -> Words:
    """A day after the decision or the stop."""
    return Words("Đã kết thúc", "Closed")


def interrupted() -> tuple[str, str]:
    """The clause for a counted day on which a suspension began."""
    return (
        "tạm dừng bắt đầu trong ngày, ngày này vẫn tính",
        "a suspension began on this day, which still counts",
    )


def extended(event: ClockEvent) -> tuple[str, str]:
    """The clause for a day on which the term was extended."""
    paper = f" ({event.document})" if event.document else ""
    return f"hẹn lại thêm {event.days} ngày{paper}", f"extended by {event.days} days{paper}"


def ends_here(due_at: datetime) -> tuple[str, str]:
    """The clause for the last day."""
    return f"hết hạn lúc {due_at:%H:%M:%S}", f"the term ends at {due_at:%H:%M:%S}"


def rule_of_end(term: Term) -> Words:
    """How the term ends, in one sentence."""
    match term.ends:
        case Ends.EXACT_MOMENT:
            return Words("kết thúc khi hết giờ làm việc cuối cùng", "ends with the last working hour", CIVIL_CODE_147_1)
        case Ends.END_OF_DAY:
            return Words("kết thúc lúc hết ngày cuối cùng", "ends at the end of the last day", CIVIL_CODE_148_6)
        case Ends.CLOSE_OF_BUSINESS:
            return Words(
                "kết thúc lúc hết giờ làm việc của ngày cuối; gặp ngày nghỉ thì sang ngày làm việc tiếp theo",
                "ends with the working hours of the last day; a day off moves it to the next working day",
                CIVIL_CODE_148_5,
            )
        case _:
            return Words(
                "kết thúc lúc hết ngày cuối cùng; gặp ngày nghỉ thì sang ngày làm việc tiếp theo",
                "ends at the end of the last day; a day off moves it to the next working day",
                f"{CIVIL_CODE_148_5}, khoản 6",
            )
