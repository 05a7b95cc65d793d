"""What officers and citizens read: day by day, the account of days used, and what a new calendar moves."""

from collections.abc import Callable
from datetime import date, datetime

from engine.deadlines.calendar import Calendar
from engine.deadlines.consumption import Holding, consumption
from engine.deadlines.explain import Explanation, explain
from engine.deadlines.ledger import ClockEvent, opening
from engine.deadlines.preview import CalendarChange, moved_by
from engine.deadlines.terms import Starts, Term, Unit

Event = Callable[..., ClockEvent]
At = Callable[[str], datetime]
EIGHT = Term(8, Unit.WORKING_DAYS, legal_basis="NQ 24/2026/NQ-CP")
SEVENTEEN = Term(17, Unit.WORKING_DAYS, legal_basis="NĐ 96/2026")


def said(told: Explanation, day: date) -> str:
    """The Vietnamese reason of a day."""
    return next(line.reason_vi for line in told.lines if line.day == day)


# ---- day by day -----------------------------------------------------------------------------------------


def test_the_dossier_of_20_august_2026_is_explained_for_every_day(calendar: Calendar, at: At) -> None:
    told = explain(opening(at("2026-08-20 16:10")), EIGHT, calendar)
    counted = {line.day.strftime("%d/%m"): line.number for line in told.lines if line.counted}
    assert counted == {
        "21/08": 1,
        "22/08": 2,
        "24/08": 3,
        "25/08": 4,
        "26/08": 5,
        "27/08": 6,
        "28/08": 7,
        "03/09": 8,
    }
    reasons = {line.day.strftime("%d/%m"): line for line in told.lines}
    assert "không tính" in reasons["20/08"].reason_vi
    assert reasons["20/08"].article == "BLDS 2015, Điều 147 khoản 2"
    assert "hoán đổi, bù cho ngày 31/08/2026" in reasons["22/08"].reason_vi
    assert reasons["22/08"].article == "Thông báo 9441/TB-BNV"
    for day in ("31/08", "01/09", "02/09"):
        assert not reasons[day].counted
        assert reasons[day].reason_vi.endswith("không tính")
        assert reasons[day].article
    assert reasons["03/09"].last
    assert "23:59:59" in reasons["03/09"].reason_vi
    assert told.summary_vi.startswith("Thời hạn 8 ngày làm việc (NQ 24/2026/NQ-CP)")
    assert "03/09/2026" in told.summary_en


def test_a_suspension_is_named_with_its_ground_and_paper(event: Event, calendar: Calendar) -> None:
    events = [
        event("received", "2026-03-02 09:00"),
        event("accepted", "2026-03-02 09:00"),
        event("suspended", "2026-03-06 10:00", document="12/HDHS", reason="thiếu bản vẽ"),
        event("resumed", "2026-03-16 09:00"),
    ]
    told = explain(events, SEVENTEEN, calendar)
    assert "ngày này vẫn tính" in said(told, date(2026, 3, 6))
    assert said(told, date(2026, 3, 9)) == "Tạm dừng tính thời hạn: thiếu bản vẽ (12/HDHS)"
    assert "Ngày tiếp tục" in said(told, date(2026, 3, 16))
    assert next(line.article for line in told.lines if line.day == date(2026, 3, 9)) == "NĐ 96/2026, Điều 6"
    assert "Ngày hẹn đầu tiên: 23:59:59 25/03/2026" in told.summary_vi


def test_a_restart_is_told_and_numbers_begin_again(event: Event, calendar: Calendar) -> None:
    events = [
        event("accepted", "2026-08-03 09:00"),
        event("suspended", "2026-08-05 10:00"),
        event("restarted", "2026-08-10 10:00"),
    ]
    told = explain(events, EIGHT, calendar)
    assert "tính lại từ đầu" in said(told, date(2026, 8, 10))
    assert [line.number for line in told.lines if line.counted][:3] == [1, 2, 1]


def test_a_rolled_end_cites_the_civil_code(calendar: Calendar, at: At) -> None:
    told = explain(opening(at("2026-08-20 16:10")), Term(9, Unit.CALENDAR_DAYS), calendar)
    sunday = next(line for line in told.lines if line.day == date(2026, 8, 23))
    assert sunday.counted
    assert "thời hạn theo ngày lịch" in sunday.reason_vi
    rolled = next(line for line in told.lines if line.day == date(2026, 8, 30))
    assert (rolled.counted, rolled.article) == (False, "BLDS 2015, Điều 148 khoản 5")
    assert told.lines[-1].last


def test_a_cut_off_hour_is_named(calendar: Calendar, at: At) -> None:
    told = explain(
        opening(at("2026-08-20 16:10")), Term.parse({"amount": 8, "unit": "working-days", "cut_off": "15:00"}), calendar
    )
    assert "sau 15:00" in said(told, date(2026, 8, 20))
    assert said(told, date(2026, 8, 21)) == "Ngày tiếp nhận hồ sơ, không tính"


def test_waiting_for_the_competent_body_is_told(event: Event, calendar: Calendar) -> None:
    term = Term(8, Unit.WORKING_DAYS, Starts.COMPETENT_BODY_RECEIPT)
    events = [event("received", "2026-08-13 10:00"), event("accepted", "2026-08-17 10:00")]
    told = explain(events, term, calendar)
    assert "phi địa giới" in said(told, date(2026, 8, 14))
    assert "cơ quan có thẩm quyền nhận" in said(told, date(2026, 8, 17))
    assert told.lines[0].article == "NĐ 309/2026, Điều 8 khoản 3"
    online = explain(events, EIGHT, calendar)
    assert "chưa được tiếp nhận" in said(online, date(2026, 8, 13))


def test_an_extension_and_what_follows_it_are_told(event: Event, calendar: Calendar, at: At) -> None:
    events = [
        event("accepted", "2026-05-04 09:00"),
        event("extended", "2026-05-12 10:00", days=2, document="15/XL"),
        event("decided", "2026-05-20 10:00"),
    ]
    told = explain(events, Term(7, Unit.WORKING_DAYS), calendar)
    assert "hẹn lại thêm 2 ngày (15/XL)" in said(told, date(2026, 5, 12))
    assert said(told, date(2026, 5, 18)) == "Quá hạn"
    assert told.lines[-1].day == date(2026, 5, 20)
    assert "Provisional" not in told.summary_en


def test_the_days_of_an_open_overdue_dossier_are_shown_up_to_the_moment_asked(calendar: Calendar, at: At) -> None:
    told = explain(opening(at("2026-03-02 09:00")), Term(1, Unit.WORKING_DAYS), calendar, until=at("2026-03-05 09:00"))
    assert [line.reason_en for line in told.lines][2:] == ["Overdue", "Overdue"]


def test_a_suspended_and_an_unstarted_dossier_say_so(event: Event, calendar: Calendar) -> None:
    received = event("received", "2026-03-02 09:00")
    paused = [received, event("accepted", "2026-03-02 09:00"), event("suspended", "2026-03-03 09:00")]
    assert "Đang tạm dừng" in explain(paused, EIGHT, calendar).summary_vi
    assert "Not started" in explain([received], EIGHT, calendar).summary_en
    stopped = [*paused, event("stopped", "2026-03-05 09:00")]
    assert "Closed while suspended" in explain(stopped, EIGHT, calendar).summary_en
    assert explain([], EIGHT, calendar).lines == ()


def test_a_provisional_and_an_unconfirmed_term_say_so(calendar: Calendar, at: At) -> None:
    told = explain(opening(at("2026-12-31 10:00")), Term(1, Unit.WORKING_DAYS, sample=True), calendar)
    assert "Tạm tính" in told.summary_vi
    assert "minh họa" in told.summary_vi
    assert told.lines[-1].provisional


def test_hours_are_explained_per_day(event: Event, calendar: Calendar, at: At) -> None:
    events = [
        *opening(at("2026-03-13 16:00")),
        event("suspended", "2026-03-16 09:30"),
        event("resumed", "2026-03-17 15:00"),
    ]
    told = explain(events, Term(8, Unit.WORKING_HOURS), calendar, until=at("2026-03-20 08:00"))
    assert [line.number for line in told.lines] == [1, None, None, 3, 5, 8, None, None]
    assert "hết hạn lúc 10:30:00" in said(told, date(2026, 3, 18))
    assert said(told, date(2026, 3, 20)) == "Quá hạn"


def test_the_days_between_a_cut_short_last_day_and_the_new_end_are_explained(event: Event, calendar: Calendar) -> None:
    events = [
        event("accepted", "2026-03-02 09:00"),
        event("suspended", "2026-03-05 14:00"),
        event("resumed", "2026-03-14 09:00"),
    ]
    told = explain(events, Term(3, Unit.WORKING_DAYS), calendar)
    assert "hạn chuyển sang ngày làm việc tiếp theo" in said(told, date(2026, 3, 15))
    assert said(told, date(2026, 3, 16)).startswith("Ngày làm việc tiếp theo ngày nghỉ")
    assert told.lines[-1].last


def test_an_end_on_a_closed_day_is_said_where_the_law_does_not_roll_forward(calendar: Calendar, at: At) -> None:
    term = Term.parse({"amount": 5, "unit": "calendar-days", "ends": "end-of-day"})
    told = explain(opening(at("2024-02-05 09:00")), term, calendar)
    assert told.lines[-1].day == date(2024, 2, 10)
    assert "Điều 148 khoản 6" in told.summary_vi


def test_hours_before_the_start_and_after_the_end_are_told(event: Event, calendar: Calendar) -> None:
    term = Term(8, Unit.WORKING_HOURS, Starts.COMPETENT_BODY_RECEIPT)
    events = [
        event("received", "2026-03-12 09:00"),
        event("accepted", "2026-03-13 16:00"),
        event("restarted", "2026-03-16 16:00"),
        event("decided", "2026-03-17 10:00"),
    ]
    told = explain(events, term, calendar)
    assert "phi địa giới" in said(told, date(2026, 3, 12))
    assert [line.number for line in told.lines if line.counted] == [1, 1, 3.5]
    stopped = explain([*events[:2], event("stopped", "2026-03-14 09:00")], term, calendar)
    assert "không tính" in said(stopped, date(2026, 3, 14))


# ---- the account of days --------------------------------------------------------------------------------


def test_each_unit_bears_the_days_that_began_in_its_hands(calendar: Calendar, at: At) -> None:
    events = opening(at("2026-08-20 16:10"))
    holdings = [
        Holding("Bộ phận Một cửa", "tiếp nhận", at("2026-08-20 16:10"), at("2026-08-21 08:00")),
        Holding("Phòng QH-XD", "thẩm định", at("2026-08-21 08:00"), at("2026-08-28 10:00")),
        Holding("UBND", "ký", at("2026-08-28 10:00"), at("2026-08-28 15:00")),
        Holding("Văn thư", "phát hành", at("2026-08-28 15:00")),
    ]
    shares = consumption(holdings, events, EIGHT, calendar, now=at("2026-09-03 09:00"))
    # 21/8 began at the desk; 22, 24-28 at the division; 3/9 at the clerk; the leader had it within one day
    assert [share.used for share in shares] == [1, 6, 0, 1]


def test_days_of_a_suspension_are_nobodys(event: Event, calendar: Calendar, at: At) -> None:
    events = [
        *opening(at("2026-03-02 09:00")),
        event("suspended", "2026-03-06 10:00"),
        event("resumed", "2026-03-16 09:00"),
    ]
    holding = Holding("Phòng QH-XD", "thẩm định", at("2026-03-02 09:00"))
    assert consumption([holding], events, SEVENTEEN, calendar, now=at("2026-03-16 12:00"))[0].used == 4


def test_bodies_consulted_in_parallel_each_bear_the_day(calendar: Calendar, at: At) -> None:
    events = opening(at("2026-03-02 09:00"))
    both = [Holding(unit, "góp ý", at("2026-03-02 10:00"), at("2026-03-05 10:00")) for unit in ("A", "B")]
    shares = consumption(both, events, SEVENTEEN, calendar, now=at("2026-03-20 09:00"))
    assert [share.used for share in shares] == [3, 3]


def test_before_the_clock_starts_nobody_has_used_anything(event: Event, calendar: Calendar, at: At) -> None:
    holding = Holding("Bộ phận Một cửa", "tiếp nhận", at("2026-03-02 09:00"))
    received = [event("received", "2026-03-02 09:00")]
    assert consumption([holding], received, EIGHT, calendar, now=at("2026-03-05 09:00"))[0].used == 0


def test_hours_are_accounted_for_to_the_minute(calendar: Calendar, at: At) -> None:
    holding = Holding("Bộ phận Một cửa", "tiếp nhận", at("2026-03-16 08:00"), at("2026-03-16 14:30"))
    events = opening(at("2026-03-16 07:30"))
    assert (
        consumption([holding], events, Term(8, Unit.WORKING_HOURS), calendar, now=at("2026-03-17 09:00"))[0].used == 5
    )


# ---- a new calendar -------------------------------------------------------------------------------------


def test_a_preview_lists_the_open_dossiers_that_a_decision_moves(event: Event, calendar: Calendar, at: At) -> None:
    change = CalendarChange(calendar.as_known_on(date(2025, 12, 24)), calendar.as_known_on(date(2025, 12, 25)))
    three = Term(3, Unit.WORKING_DAYS)
    ends = [event("decided", "2026-01-05 09:00")]
    pause = [event("suspended", "2025-12-31 09:00")]
    dossiers = {
        "later": (opening(at("2025-12-30 10:00")), three),
        "over the made-up day": (opening(at("2025-12-30 10:00")), EIGHT),
        "closed": ([*opening(at("2025-12-30 10:00")), *ends], three),
        "suspended": ([*opening(at("2025-12-30 10:00")), *pause], three),
        "earlier": (opening(at("2026-01-08 10:00")), three),
    }
    moved = moved_by(change, [(name, events, term) for name, (events, term) in dossiers.items()])
    assert [(one.id, one.days) for one in moved] == [("later", 1), ("earlier", -1)]
    assert moved[0].before == at("2026-01-05 23:59:59")
    assert moved[0].after == at("2026-01-06 23:59:59")


def test_a_change_names_the_days_it_changes(calendar: Calendar) -> None:
    change = CalendarChange(calendar.as_known_on(date(2025, 12, 24)), calendar.as_known_on(date(2025, 12, 25)))
    days = {
        one.day: (one.before and one.before.kind.value, one.after and one.after.kind.value) for one in change.days()
    }
    assert days == {date(2026, 1, 2): ("working", "swapped-off"), date(2026, 1, 10): ("weekend", "swapped-on")}


def test_a_year_taken_out_of_the_calendar_is_a_problem_and_not_a_move(calendar: Calendar, at: At) -> None:
    change = CalendarChange(calendar, calendar.as_known_on(date(2025, 12, 25)))
    moved = moved_by(change, [("a", opening(at("2026-12-31 10:00")), EIGHT)])
    assert (moved[0].after, moved[0].days) == (None, None)
    assert "2027" in moved[0].problem
    assert len(change.days()) > 365
