"""What people answer: accepted and tidied, or refused with a sentence that says what to do, in two languages."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from forms.answers import AnswerContext, InvalidAnswers, check, check_draft
from forms.definition import FormDefinition

Make = Callable[..., FormDefinition]
Answers = dict[str, Any]


def problems(definition: FormDefinition, raw: Answers, context: AnswerContext) -> dict[str, str]:
    with pytest.raises(InvalidAnswers) as caught:
        check(definition, raw, context)
    assert all(problem.message_vi and problem.message_en for problem in caught.value.problems)
    return {problem.path: problem.code for problem in caught.value.problems}


def test_complete_answers_come_out_clean(household: FormDefinition, answers: Answers, context: AnswerContext) -> None:
    answers["business_name"] = "  Phở Hà\t"
    assert check(household, answers, context) == {
        **answers,
        "business_name": "Phở Hà",
        "area": 42.5,
        "capital_of_members": 0,
    }


def test_an_empty_form_asks_for_every_required_answer(household: FormDefinition, context: AnswerContext) -> None:
    assert problems(household, {}, context) == {
        "business_name": "required_text",
        "owner.full_name": "required_text",
        "owner.born_on": "required_text",
        "owner.phone": "required_text",
        "owner.identity_number": "required_text",
        "founder": "required_choice",
        "capital": "required_text",
        "lines_of_business": "required_choice",
        "starts_on": "required_text",
        "papers": "required_file",
        "promise": "required_tick",
    }


def test_messages_speak_as_a_person_would(household: FormDefinition, context: AnswerContext) -> None:
    with pytest.raises(InvalidAnswers) as caught:
        check(household, {"founder": "person"}, context)
    said = {problem.path: (problem.message("vi"), problem.message("en")) for problem in caught.value.problems}
    assert said["owner.full_name"] == ("Nhập họ tên của chủ hộ", "Enter full name of the owner")
    assert said["papers"] == ("Tải lên giấy tờ nhà", "Upload proof of address")
    assert said["promise"] == (
        "Đánh dấu vào ô “Tôi cam kết những điều khai trên là đúng” để tiếp tục",
        "Tick “I declare that the above is true” to continue",
    )


def test_a_problem_in_a_row_says_which_row(household: FormDefinition, answers: Answers, context: AnswerContext) -> None:
    answers |= {"founder": "family", "members": [{"name": "An", "capital": 2000}, {"name": "", "capital": 1500}]}
    with pytest.raises(InvalidAnswers) as caught:
        check(household, answers, context)
    assert [(p.path, p.code, p.message_vi) for p in caught.value.problems] == [
        ("members[1].name", "required_text", "Nhập họ tên (dòng 2)"),
        ("members[1].capital", "increment", "Vốn góp (dòng 2) phải là bội số của 1000"),
    ]


def test_rows_differ_in_what_they_show(household: FormDefinition, answers: Answers, context: AnswerContext) -> None:
    grown, minor = {"name": "An", "capital": 2000}, {"name": "Bi", "capital": 3000, "minor": True}
    answers |= {"founder": "family", "members": [grown, minor]}
    assert problems(household, answers, context) == {"members[1].guardian": "required_text"}
    answers["members"][1]["guardian"] = "Cô Ba"
    clean = check(household, answers, context)
    assert clean["members"] == [{**grown, "minor": False}, {**minor, "guardian": "Cô Ba"}]
    assert clean["capital_of_members"] == 5000


def test_a_limit_may_be_an_expression(household: FormDefinition, answers: Answers, context: AnswerContext) -> None:
    answers |= {"founder": "family", "capital": 2000, "members": [{"name": "An", "capital": 3000}]}
    assert problems(household, answers, context) == {"members[0].capital": "too_large"}


def test_our_own_rule_is_asked_when_everything_else_is_right(
    household: FormDefinition, answers: Answers, context: AnswerContext
) -> None:
    answers["owner"]["born_on"] = "2008-11-24"
    with pytest.raises(InvalidAnswers) as caught:
        check(household, answers, context)
    assert [(p.path, p.code, p.message_vi, p.message_en) for p in caught.value.problems] == [
        ("owner.born_on", "assertion", "Chủ hộ phải đủ 18 tuổi", "The owner must be at least 18")
    ]
    answers["owner"]["born_on"] = "2008-11-23"
    check(household, answers, context)


def test_a_pattern_may_bring_its_own_sentence(
    household: FormDefinition, answers: Answers, context: AnswerContext
) -> None:
    answers["owner"]["identity_number"] = "07909000123"
    with pytest.raises(InvalidAnswers) as caught:
        check(household, answers, context)
    assert caught.value.problems[0].message_en == "A personal identity number has exactly 12 digits"


def test_today_is_the_day_of_the_authority(make: Make, context: AnswerContext) -> None:
    form = make({"type": "datetime", "key": "d", "disallowPassedDates": True})
    late = datetime(2026, 11, 23, 18, 0, tzinfo=ZoneInfo("UTC"))  # already the 24th in Thủ Đức
    assert problems(form, {"d": "2026-11-23"}, replace(context, now=late)) == {"d": "past"}
    assert check(form, {"d": "2026-11-24"}, replace(context, now=late)) == {"d": "2026-11-24"}


@pytest.mark.parametrize(
    ("component", "sent", "kept"),
    [
        ({"type": "textfield"}, "  a\nb\t ", "ab"),
        ({"type": "textfield"}, "Ho\u0323 te\u0302n", "Họ tên"),
        ({"type": "textfield"}, "a\x00b", "ab"),
        ({"type": "textfield"}, "   ", None),
        ({"type": "textfield"}, None, None),
        ({"type": "textarea"}, "a\r\nb\rc\n", "a\nb\nc"),
        ({"type": "number"}, 3, 3),
        ({"type": "number"}, 3.0, 3),
        ({"type": "number"}, 0.1, 0.1),
        ({"type": "number"}, "2.50", 2.5),
        ({"type": "number"}, Decimal("-0"), 0),
        ({"type": "number"}, "1e3", 1000),
        ({"type": "number", "serializeToString": True}, 12.5, "12.5"),
        ({"type": "number", "serializeToString": True}, 12, "12"),
        ({"type": "number", "serializeToString": True}, 10**25, "1" + "0" * 25),
        ({"type": "number"}, 999_999_999_999_999, 999_999_999_999_999),
        ({"type": "number", "decimalDigits": 1}, "2.50", 2.5),
        ({"type": "number", "increment": "0.1"}, 0.3, 0.3),
        ({"type": "datetime"}, "2028-02-29", "2028-02-29"),
        ({"type": "datetime", "subtype": "time"}, "07:05", "07:05:00"),
        ({"type": "datetime", "subtype": "time", "timeSerializingFormat": "utc_offset"}, "07:05", "07:05:00+07:00"),
        ({"type": "datetime", "subtype": "time", "timeSerializingFormat": "utc_normalized"}, "07:05", "00:05:00Z"),
        ({"type": "datetime", "subtype": "datetime"}, "2026-11-23T07:05", "2026-11-23T07:05:00"),
        (
            {"type": "datetime", "subtype": "datetime", "timeSerializingFormat": "utc_normalized"},
            "2026-11-23T06:05+07:00",
            "2026-11-22T23:05:00Z",
        ),
        ({"type": "checkbox"}, None, False),
        ({"type": "checkbox"}, True, True),
        ({"type": "radio", "values": [{"value": 1, "label": "x"}]}, "1", 1),
        ({"type": "select", "values": [{"value": "a", "label": "x"}]}, "", None),
        (
            {"type": "taglist", "values": [{"value": "a", "label": "x"}, {"value": 2, "label": "y"}]},
            ["2", "a"],
            [2, "a"],
        ),
        ({"type": "checklist", "values": [{"value": "a", "label": "x"}]}, None, []),
        ({"type": "select", "valuesKey": "wards"}, "TD", "TD"),
        ({"type": "select", "valuesExpression": "=application.plots.number"}, "13", "13"),
        ({"type": "filepicker"}, ["doc-pdf"], ["doc-pdf"]),
        ({"type": "filepicker"}, [], []),
    ],
)
def test_answers_are_tidied(
    make: Make, context: AnswerContext, component: dict[str, object], sent: object, kept: object
) -> None:
    assert check(make(component | {"key": "x"}), {"x": sent}, context) == {"x": kept}


@pytest.mark.parametrize(
    ("component", "sent", "code"),
    [
        ({"type": "textfield"}, 7, "text"),
        ({"type": "textfield"}, ["a"], "text"),
        ({"type": "textfield"}, "\ud800", "characters"),
        pytest.param({"type": "textfield"}, "x" * 100_001, "too_long", id="a very long text"),
        ({"type": "textfield", "validate": {"maxLength": "=1 + 1"}}, "abc", "too_long"),
        ({"type": "textfield", "validate": {"minLength": 3}}, " ab ", "too_short"),
        ({"type": "textfield", "validate": {"validationType": "email"}}, "ha@", "email"),
        ({"type": "textfield", "validate": {"validationType": "email"}}, "ha@a..vn", "email"),
        ({"type": "textfield", "validate": {"validationType": "phone"}}, "12345", "phone"),
        ({"type": "textfield", "validate": {"pattern": "^[A-Z]+$"}}, "abc", "pattern"),
        ({"type": "number"}, "abc", "number"),
        ({"type": "number"}, True, "number"),
        ({"type": "number"}, float("nan"), "number"),
        ({"type": "number"}, float("inf"), "number"),
        ({"type": "number"}, "NaN", "number"),
        ({"type": "number"}, "Infinity", "number"),
        ({"type": "number"}, Decimal("sNaN"), "number"),
        ({"type": "number"}, "1e999999999", "number"),
        ({"type": "number"}, "1e99", "number"),
        ({"type": "number"}, 10**15, "too_many_digits"),
        ({"type": "number"}, 0.1 + 0.2, "too_many_digits"),
        pytest.param({"type": "number"}, 10**5000, "number", id="a number of 5000 digits"),
        ({"type": "number"}, "٣", "number"),
        ({"type": "number", "decimalDigits": 0}, 1.5, "whole"),
        ({"type": "number", "decimalDigits": 2}, "0.001", "decimal_digits"),
        ({"type": "number", "increment": "0.1"}, "0.25", "increment"),
        ({"type": "number", "validate": {"min": 1}}, 0, "too_small"),
        ({"type": "number", "validate": {"max": "=2 * 5"}}, 11, "too_large"),
        ({"type": "datetime"}, "2026-02-29", "date"),
        ({"type": "datetime"}, "23/11/2026", "date"),
        ({"type": "datetime"}, "20261123", "date"),
        ({"type": "datetime"}, 20261123, "date"),
        ({"type": "datetime", "subtype": "time"}, "25:00", "time"),
        ({"type": "datetime", "subtype": "time"}, "07:00+07:00", "time"),
        ({"type": "datetime", "subtype": "time", "timeInterval": 15}, "07:05", "interval"),
        ({"type": "datetime", "subtype": "datetime"}, "2026-11-23", "date_time"),
        (
            {"type": "datetime", "subtype": "datetime", "timeSerializingFormat": "utc_normalized"},
            "0001-01-01T00:00+14:00",
            "date_time",
        ),
        ({"type": "checkbox"}, "yes", "boolean"),
        ({"type": "checkbox", "validate": {"required": True}}, False, "required_tick"),
        ({"type": "radio", "values": [{"value": "a", "label": "x"}]}, "b", "choice"),
        ({"type": "radio", "values": [{"value": "a", "label": "x"}]}, ["a"], "choice"),
        ({"type": "radio", "values": [{"value": "a", "label": "x"}]}, {}, "choice"),
        ({"type": "taglist", "values": [{"value": "a", "label": "x"}]}, "a", "list"),
        ({"type": "taglist", "values": [{"value": "a", "label": "x"}]}, ["a", "a"], "repeated"),
        ({"type": "taglist", "values": [{"value": "a", "label": "x"}]}, ["a", "b"], "choice"),
        ({"type": "select", "valuesKey": "wards"}, "XX", "choice"),
        ({"type": "select", "valuesKey": "nothing"}, "XX", "choice"),
        ({"type": "filepicker"}, "doc-pdf", "list"),
        ({"type": "filepicker"}, ["somebody-elses"], "document"),
        ({"type": "filepicker"}, ["doc-pdf", "doc-photo"], "one_document"),
        ({"type": "filepicker", "accept": ".pdf,image/*"}, ["doc-exe"], "document_kind"),
        ({"type": "filepicker", "properties": {"maxSizeMb": "20"}}, ["doc-huge"], "document_size"),
        ({"type": "filepicker"}, [{"id": "doc-pdf"}], "text"),
    ],
)
def test_what_breaks_a_rule_is_refused(
    make: Make, context: AnswerContext, component: dict[str, object], sent: object, code: str
) -> None:
    assert problems(make(component | {"key": "x"}), {"x": sent}, context) == {"x": code}


def test_null_does_not_pass_for_an_answer(make: Make, context: AnswerContext) -> None:
    form = make({"type": "number", "key": "x", "validate": {"required": True, "min": 1}})
    assert problems(form, {"x": None}, context) == {"x": "required_text"}


def test_readonly_keeps_what_is_stored_and_disabled_takes_nothing(
    every: FormDefinition, context: AnswerContext
) -> None:
    sent: Answers = {"application": {"applicant_name": "Kẻ gian"}, "houses": []}
    clean = check(every, sent, context)
    assert clean["application"] == {"applicant_name": "Lê Thị Hoa"}
    fined: Answers = {"houses": [], "floors": 2, "defects": ["height"], "fine": {"amount": 0, "ground": "x"}}
    assert problems(every, fined, context) == {"fine.ground": "disabled"}
    assert check(every, fined | {"fine": {"amount": 0}}, context)["fine"] == {"amount": 0}


def test_stored_answers_of_the_form_come_before_the_dossier(make: Make, context: AnswerContext) -> None:
    form = make({"type": "textfield", "key": "application.applicant_name", "readonly": True})
    again = replace(context, stored={"application": {"applicant_name": "Đã lưu"}})
    assert check(form, {}, again) == {"application": {"applicant_name": "Đã lưu"}}


def test_lists_in_lists_are_summed_row_by_row(every: FormDefinition, context: AnswerContext) -> None:
    houses = [{"number": "1", "rooms": [{"area": 10}, {"area": "2.5"}]}, {"number": "2"}]
    clean = check(every, {"houses": houses}, context)
    assert clean["houses"] == [
        {"number": "1", "rooms": [{"area": 10}, {"area": 2.5}], "total": 12.5},
        {"number": "2", "rooms": [], "total": None},
    ]


def test_a_list_that_must_not_grow_keeps_its_rows(make: Make, context: AnswerContext) -> None:
    rows: dict[str, object] = {
        "type": "dynamiclist",
        "path": "rows",
        "allowAddRemove": False,
        "defaultRepetitions": 2,
        "components": [{"type": "textfield", "key": "a"}, {"type": "textfield", "key": "b", "readonly": True}],
    }
    form = make(rows)
    assert problems(form, {"rows": [{"a": "x"}]}, context) == {"rows": "row_count"}
    stored = replace(context, stored={"rows": [{"b": "một"}, {"b": "hai"}, {"b": "ba"}]})
    sent = {"rows": [{"a": "1", "b": "?"}, {"a": "2"}, {"a": "3"}]}
    assert [row["b"] for row in check(form, sent, stored)["rows"]] == ["một", "hai", "ba"]  # type: ignore[attr-defined]


def test_a_hidden_field_counts_as_unanswered_for_others(make: Make, context: AnswerContext) -> None:
    """A chain: c shows while b is unanswered, and b shows when a is yes."""
    form = make(
        {"type": "textfield", "key": "c", "conditional": {"hide": "=b != null"}},
        {"type": "textfield", "key": "b", "conditional": {"hide": '=a != "yes"'}},
        {"type": "textfield", "key": "a"},
    )
    assert check(form, {"a": "yes", "b": "x"}, context) == {"a": "yes", "b": "x"}
    assert check(form, {"a": "no", "c": "z"}, context) == {"a": "no", "c": "z"}
    assert problems(form, {"a": "no", "b": "x", "c": "z"}, context) == {"b": "hidden"}


def test_a_choice_posted_as_text_decides_like_its_value(make: Make, context: AnswerContext) -> None:
    form = make(
        {"type": "select", "key": "n", "valuesExpression": "=[1, 2]"},
        {"type": "textfield", "key": "why", "conditional": {"hide": "=n != 2"}, "validate": {"required": True}},
    )
    assert problems(form, {"n": "2"}, context) == {"why": "required_text"}
    assert check(form, {"n": "2", "why": "x"}, context) == {"n": 2, "why": "x"}


def test_drafts_keep_what_was_typed_and_nothing_else(household: FormDefinition) -> None:
    raw = {
        "business_name": "Ph",
        "capital": "năm mươi triệu",
        "area": {"hack": 1},
        "owner": {"born_on": "31/2/1990", "phone": 7},
        "members": [{"name": "An"}, "junk", {"capital": 3.5}],
        "lines_of_business": ["5610", 7, None, "gone"],
        "papers": ["anything"],
        "stranger": 1,
    }
    assert check_draft(household, raw) == {
        "business_name": "Ph",
        "capital": "năm mươi triệu",
        "owner": {"born_on": "31/2/1990"},
        "members": [{"name": "An"}, {}, {"capital": 3.5}],
        "lines_of_business": ["5610", "gone"],
        "papers": ["anything"],
    }
    assert check_draft(household, ["no", "object"]) == {}  # type: ignore[arg-type]


def test_no_answer_can_stall_the_server(make: Make, context: AnswerContext) -> None:
    """A pattern that takes a backtracking engine longer than the age of the universe."""
    form = make({"type": "textfield", "key": "x", "validate": {"pattern": "^(a+)+$"}})
    assert problems(form, {"x": "a" * 50_000 + "!"}, context) == {"x": "pattern"}
    mail = make({"type": "textfield", "key": "x", "validate": {"validationType": "email"}})
    assert problems(mail, {"x": "a@" + "a.-" * 60}, context) == {"x": "email"}


def test_what_cannot_be_told_hides_as_it_does_in_the_designer(make: Make, context: AnswerContext) -> None:
    form = make(
        {"type": "number", "key": "area"},
        {"type": "textfield", "key": "why", "conditional": {"hide": "=area <= 100"}, "validate": {"required": True}},
    )
    assert check(form, {}, context) == {"area": None}
    assert check(form, {"area": 100}, context) == {"area": 100}
    assert problems(form, {"area": 101}, context) == {"why": "required_text"}


def test_a_row_in_a_row_reads_the_row_around_it(make: Make, context: AnswerContext) -> None:
    room = {"id": "note", "type": "textfield", "key": "note", "conditional": {"hide": "=parent.floors < 3"}}
    rooms = {"id": "rooms", "type": "dynamiclist", "path": "rooms", "components": [room]}
    floors = {"id": "floors", "type": "number", "key": "floors"}
    form = make({"type": "dynamiclist", "path": "houses", "components": [floors, rooms]})
    houses = [{"floors": 5, "rooms": [{"note": "cao"}]}, {"floors": 2, "rooms": [{}]}]
    assert check(form, {"houses": houses}, context) == {"houses": houses}
    houses[1]["rooms"] = [{"note": "thấp"}]
    assert problems(form, {"houses": houses}, context) == {"houses[1].rooms[0].note": "hidden"}


@pytest.mark.parametrize("written", ["0901 234 567", "+84 901 234 567", "0084901234567", "028.3829.1234"])
def test_a_telephone_number_may_be_written_as_people_do(make: Make, context: AnswerContext, written: str) -> None:
    form = make({"type": "textfield", "key": "phone", "validate": {"validationType": "phone"}})
    assert check(form, {"phone": written}, context) == {"phone": written}
    assert problems(form, {"phone": "12"}, context) == {"phone": "phone"}
