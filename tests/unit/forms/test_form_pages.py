"""The page: what a person sees, what works without JavaScript, what a screen reader is told, what comes back."""

from collections.abc import Callable
from typing import Any

import pytest

from forms.answers import Action, AnswerContext, InvalidAnswers, action, check, check_draft, from_html
from forms.definition import FormDefinition
from forms.markdown import Run, blocks
from forms.posted import number_typed
from forms.summary import lines
from forms.values import AmbiguousNumber
from forms.view import view

Page = Callable[..., Any]
Pressed = Callable[..., list[tuple[str, str]]]
Answers = dict[str, Any]


def replaced(items: list[tuple[str, str]], **values: str) -> list[tuple[str, str]]:
    """The post with some names (`__` for a dot) given another value."""
    named = {name.replace("__", "."): value for name, value in values.items()}
    return [(name, value) for name, value in items if name not in named] + list(named.items())


def test_a_person_fills_a_form_step_by_step_without_javascript(
    household: FormDefinition, answers: Answers, context: AnswerContext, page: Page, pressed: Pressed
) -> None:
    """Choose, update, add a row, fill it, remove another, complete: only buttons and what browsers do by themselves."""
    shown = page(view(household, {}, context=context))
    assert not shown.xpath("//*[@name='members[0].name']"), "members show for a family only"

    raw = from_html(household, replaced(pressed(shown, "refresh"), founder="family"), context=context)
    shown = page(view(household, raw, context=context))
    assert shown.xpath("//input[@name='members[0].name']")

    raw = from_html(household, replaced(pressed(shown, "add:members"), **{"members[0].name": "An"}), context=context)
    shown = page(view(household, raw, context=context))
    assert shown.xpath("//input[@name='members[0].name']/@value") == ["An"]
    assert shown.xpath("//input[@name='members[1].name']")

    raw = from_html(household, replaced(pressed(shown, "remove:members:0")), context=context)
    assert raw["members"] == [{"name": "", "capital": None, "minor": False}]

    answers |= {"founder": "family", "members": [{"name": "Bình", "capital": 2000, "minor": True, "guardian": "Ba"}]}
    shown = page(view(household, answers, context=context))
    raw = from_html(household, pressed(shown), context=context)
    assert check(household, raw, context)["members"] == answers["members"]


def test_what_other_posted_answers_hide_is_dropped_from_a_page_but_refused_from_json(
    household: FormDefinition, answers: Answers, context: AnswerContext, page: Page, pressed: Pressed
) -> None:
    answers |= {"founder": "family", "members": [{"name": "An", "capital": 1000}]}
    post = replaced(pressed(page(view(household, answers, context=context))), founder="person")
    assert "members" not in check(household, from_html(household, post, context=context), context)
    with pytest.raises(InvalidAnswers):
        check(household, answers | {"founder": "person"}, context)


def test_problems_stand_at_the_top_and_at_their_fields(
    household: FormDefinition, context: AnswerContext, page: Page
) -> None:
    with pytest.raises(InvalidAnswers) as refused:
        check(household, {"founder": "family", "members": [{}]}, context)
    shown = page(view(household, {"founder": "family"}, refused.value.problems, context=context))
    links = shown.xpath("//*[@class='govuk-error-summary__body']//a")
    assert len(links) == len(refused.value.problems)
    for link in links:
        target = shown.xpath(f"//*[@id='{link.get('href')[1:]}']")
        assert len(target) == 1, link.get("href")
    name = shown.xpath("//input[@name='business_name']")[0]
    assert name.get("aria-invalid") == "true"
    told = [shown.xpath(f"//*[@id='{key}']")[0].text_content() for key in name.get("aria-describedby").split()]
    assert "Nhập tên hộ kinh doanh" in told[0]


def test_a_problem_without_a_place_is_still_told(household: FormDefinition, context: AnswerContext) -> None:
    with pytest.raises(InvalidAnswers) as refused:
        check(household, {"stranger": 1}, context)
    shown = view(household, {}, refused.value.problems, context=context, lang="en")
    assert ("", "The form has no field “stranger”") in {(problem.href, problem.text) for problem in shown.problems}


@pytest.mark.parametrize("lang", ["vi", "en"])
@pytest.mark.parametrize("form", ["household", "every"])
def test_the_markup_can_be_used_by_everybody(
    request: Any, form: str, lang: str, answers: Answers, context: AnswerContext, page: Page
) -> None:
    definition: FormDefinition = request.getfixturevalue(form)
    filled = answers | {"founder": "family", "members": [{}, {}]} if form == "household" else {"defects": ["boundary"]}
    shown = page(view(definition, filled, context=context, lang=lang))
    ids = shown.xpath("//@id")
    assert len(ids) == len(set(ids)), "an id stands for one thing"
    for control in shown.xpath("//input[not(@type='hidden')] | //select | //textarea"):
        assert shown.xpath(f"//label[@for='{control.get('id')}']"), f"no label for {control.get('name')}"
    for described in shown.xpath("//@aria-describedby"):
        assert all(key in ids for key in described.split())
    for choice in shown.xpath("//input[@type='radio']"):
        assert choice.xpath("ancestor::fieldset/legend")
    for fieldset in shown.xpath("//fieldset"):
        assert fieldset.find("legend").text_content().strip()
    buttons = [button.text_content().strip() for button in shown.xpath("//button")]
    assert all(buttons)
    assert not shown.xpath("//@style | //@onclick | //script"), "the content security policy forbids inline code"
    assert "__" not in shown.text_content()


def test_the_page_speaks_the_readers_language(household: FormDefinition, context: AnswerContext, page: Page) -> None:
    vietnamese = page(view(household, {"business_name": "Phở"}, context=context)).text_content()
    english = page(view(household, {"business_name": "Phở"}, context=context, lang="en")).text_content()
    assert "Ngành, nghề" in vietnamese
    assert "không bắt buộc" in vietnamese
    assert "Lưu nháp" in vietnamese
    assert "Lines of business" in english
    assert "(optional)" in english
    assert "Save draft" in english
    assert "Ngành" not in english


def test_inputs_help_the_browser_and_the_keyboard(
    household: FormDefinition, context: AnswerContext, page: Page
) -> None:
    shown = page(view(household, {}, context=context))

    def attribute(name: str, what: str) -> Any:
        return shown.xpath(f"//input[@name='{name}']/@{what}")

    assert attribute("owner.full_name", "autocomplete") == ["name"]
    assert attribute("owner.born_on-day", "autocomplete") == ["bday-day"]
    assert attribute("owner.phone", "type") == ["tel"]
    assert attribute("capital", "inputmode") == ["numeric"]
    assert attribute("area", "inputmode") == ["decimal"]
    assert attribute("papers", "accept") == [".pdf,image/*"]
    assert shown.xpath("//form/@enctype") == ["multipart/form-data"]
    assert shown.xpath("//input[@name='csrf_token']/@value") == ["token-1"]
    assert shown.xpath("//form//button")[0].get("value") == "refresh", "Enter must not complete anything"


def test_only_what_decides_over_others_is_posted_at_once(
    household: FormDefinition, context: AnswerContext, page: Page
) -> None:
    shown = page(view(household, {"founder": "family"}, context=context))
    watched = set(shown.xpath("//div[@hx-post]//@name"))
    assert {"founder", "capital", "members[0].minor"} <= watched
    assert "lines_of_business" not in watched
    target = shown.xpath("//*[@hx-target]")[0]
    assert target.get("hx-select") == f"[id='{target.get('id')}']"


def test_what_people_typed_is_text_and_never_markup(make: Any, context: AnswerContext, page: Page) -> None:
    evil = '<script>alert(1)</script> [x](https://evil.example) **b** "quoted"'
    form = make(
        {"type": "text", "text": "Chào **{{ name }}**, {{ name }}"},
        {"type": "text", "text": "=name"},
        {"type": "textfield", "key": "name", "label": "{{ name }}"},
        {"type": "textarea", "key": "note"},
        {"type": "image", "source": "=name", "alt": "x"},
    )
    shown = page(view(form, {"name": evil, "note": "</textarea><b>"}, context=context))
    assert not shown.xpath("//script | //img | //main//p//a")
    assert shown.xpath("//input[@name='name']/@value") == [evil]
    assert shown.xpath("//textarea")[0].text == "\n</textarea><b>"


def test_links_in_texts_lead_to_safe_places_only(context: AnswerContext) -> None:
    (paragraph,) = blocks("[a](https://a.vn/x) [b](javascript:alert) [c](//d.vn) [e](mailto:a@b.vn)")
    assert [(run.text, run.href) for run in paragraph.lines[0] if run.text.strip()] == [
        ("a", "https://a.vn/x"),
        ("b", ""),
        ("c", ""),
        ("e", "mailto:a@b.vn"),
    ]


def test_markdown_becomes_blocks() -> None:
    found = blocks("# Một\nhai **ba** *bốn*\nnăm\n- sáu\n- bảy\n1. tám\n\n---\n\\*chín\\*")
    assert [(block.kind, block.level, len(block.lines)) for block in found] == [
        ("heading", 1, 1),
        ("paragraph", 0, 1),
        ("bullets", 0, 2),
        ("numbers", 0, 1),
        ("rule", 0, 0),
        ("paragraph", 0, 1),
    ]
    assert found[1].lines[0] == (Run("hai "), Run("ba", bold=True), Run(" "), Run("bốn", italic=True), Run(" năm"))
    assert found[-1].lines[0] == (Run("*chín*"),)


@pytest.mark.parametrize(
    ("typed", "digits", "read"),
    [
        ("", 0, None),
        ("  ", None, None),
        ("1 500 000", 0, "1500000"),
        ("1.500.000", 0, "1500000"),
        ("1,500,000", 0, "1500000"),
        ("1.500", 0, "1500"),
        ("1,500", 2, "1500"),
        ("1.500,25", 2, "1500.25"),
        ("1,500.25", 2, "1500.25"),
        ("2,5", 2, "2.5"),
        ("2.5", None, "2.5"),
        (",5", 2, "0.5"),
        ("0,125", None, "0.125"),
        ("-3,5", 1, "-3.5"),
        ("1.50.0", 2, "1.50.0"),
        ("năm", 0, "năm"),
        ("12a", 0, "12a"),
    ],
)
def test_numbers_are_understood_in_both_styles(typed: str, digits: int | None, read: str | None) -> None:
    assert number_typed(typed, digits) == read


def test_a_number_with_two_readings_is_asked_about(make: Any, context: AnswerContext, page: Page) -> None:
    form = make({"type": "number", "key": "area", "label": "Diện tích"})
    raw = from_html(form, [("area", "1.500")], context=context)
    assert isinstance(raw["area"], AmbiguousNumber)
    with pytest.raises(InvalidAnswers) as refused:
        check(form, raw, context)
    assert refused.value.problems[0].message_vi == (
        "Diện tích: “1.500” đọc được theo hai cách. Hãy viết 1500 hoặc 1,5000"
    )
    draft = check_draft(form, raw)
    with pytest.raises(InvalidAnswers):
        check(form, draft, context)
    assert page(view(form, draft, context=context)).xpath("//input[@name='area']/@value") == ["1.500"]


def test_a_date_that_does_not_exist_stays_as_typed(
    household: FormDefinition, context: AnswerContext, page: Page
) -> None:
    post = [("owner.born_on-day", "31"), ("owner.born_on-month", "2"), ("owner.born_on-year", "90")]
    raw = from_html(household, post, context=context)
    with pytest.raises(InvalidAnswers) as refused:
        check(household, raw, context)
    assert {p.code for p in refused.value.problems if p.path == "owner.born_on"} == {"date"}
    for kept in (raw, check_draft(household, raw)):
        shown = page(view(household, kept, context=context))
        values = [shown.xpath(f"//input[@name='owner.born_on-{part}']/@value")[0] for part in ("day", "month", "year")]
        assert values == ["31", "2", "90"]


@pytest.mark.parametrize("typed", ["9:05", "9h05", "09.05", "0905", "9 giờ 5"])
def test_times_are_understood_as_people_write_them(every: FormDefinition, context: AnswerContext, typed: str) -> None:
    raw = from_html(every, [("back_at-time", typed)], context=context)
    assert check(every, raw, context)["back_at"] == "09:05:00"


def test_uploads_join_what_is_attached(
    household: FormDefinition, every: FormDefinition, context: AnswerContext
) -> None:
    more = from_html(household, [("papers", "doc-pdf")], [("papers", "doc-photo")], context)
    assert more["papers"] == ["doc-pdf", "doc-photo"]
    fewer = from_html(household, [("papers", "doc-pdf"), ("papers", "doc-photo"), ("_action", "remove:papers:0")])
    assert fewer["papers"] == ["doc-photo"]
    one = from_html(every, [("photo", "doc-pdf")], [("photo", "doc-photo")], context)
    assert one["photo"] == ["doc-photo"], "a field for one file takes the new one"


def test_documents_show_by_name_and_only_those_one_may_see(
    every: FormDefinition, context: AnswerContext, page: Page
) -> None:
    shown = page(
        view(every, {"photo": ["doc-photo", "strange"]}, context=context, document_href="/documents/{}".format)
    )
    assert shown.xpath("//a[starts-with(@href, '/documents/')]/text()") == ["so-do.pdf", "nha.jpg"]


def test_tables_readonly_answers_and_choices_come_from_the_dossier(
    every: FormDefinition, context: AnswerContext, page: Page
) -> None:
    shown = page(view(every, {}, context=context))
    assert shown.xpath("//table//td/text()") == ["12", "250.5", "13", "90"]
    assert "Lê Thị Hoa" in shown.text_content()
    assert shown.xpath("//select[@name='ward']/option/text()") == ["Không chọn", "Thủ Đức", "Long Xuân"]
    assert shown.xpath("//button[@value='complete']")[0].text_content() == "Ghi biên bản"
    assert shown.xpath("//input[@name='officer']/@value") == ["Tổ kiểm tra"]
    assert len(shown.xpath("//input[contains(@name, '].number')]")) == 2


def test_buttons_say_what_was_pressed() -> None:
    assert action([]) == Action("refresh")
    assert action([("_action", "complete")]) == Action("complete")
    assert action([("_action", "save")]) == Action("save")
    assert action([("_action", "add:houses[0].rooms")]) == Action("add", "houses[0].rooms")
    assert action([("_action", "remove:houses[0].rooms:3")]) == Action("remove", "houses[0].rooms", 3)
    for junk in ("", "delete", "add:", "add:[0]", "remove:houses", "remove:houses:x", "remove:houses:-1"):
        assert action([("_action", junk)]) == Action("refresh")


def test_answers_are_read_back_as_lines(household: FormDefinition, answers: Answers, context: AnswerContext) -> None:
    answers |= {"founder": "family", "members": [{"name": "An", "capital": 1500000}]}
    read = {line.label: line.value for line in lines(household, check(household, answers, context), context)}
    assert read["Ngày sinh"] == "28/02/1990"
    assert read["Người thành lập"] == "Các thành viên hộ gia đình"
    assert read["Vốn góp (dòng 1)"] == "1.500.000 đồng"
    assert read["Diện tích sử dụng"] == "42,5 m²"
    assert read["Giấy tờ nhà"] == "so-do.pdf"
    assert read["Tôi cam kết những điều khai trên là đúng"] == "Có"
    english = {line.label: line.value for line in lines(household, answers, context, "en")}
    assert english["Date of birth"] == "28 February 1990"
    assert english["Capital (row 1)"] == "1,500,000 dong"


def test_a_refresh_keeps_the_inputs_in_which_somebody_types(make: Any, context: AnswerContext, page: Page) -> None:
    """Inputs stay when the fields are replaced around them, except where their choices may have changed."""
    form = make(
        {"type": "textfield", "key": "a"},
        {"type": "radio", "key": "b", "values": [{"value": "x", "label": "X"}]},
        {"type": "select", "key": "c", "valuesExpression": "=[a]"},
    )
    shown = page(view(form, {"a": "x"}, context=context))
    assert set(shown.xpath("//*[@hx-preserve]/@name")) == {"a", "b"}
    still = make({"type": "textfield", "key": "a"})
    assert not page(view(still, {}, context=context)).xpath("//*[@hx-preserve or @hx-post or @hx-target]")
