"""Forms with every component in a real browser: with scripts, without them, with the keyboard alone."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from flask import Flask, Response, render_template_string, request
from playwright.sync_api import Page, expect

import api
from api import assets
from forms.answers import AnswerContext, DocumentRef, InvalidAnswers, action, check, from_html
from forms.definition import FormDefinition
from forms.view import view

pytestmark = pytest.mark.browser

DATA = Path(__file__).parents[1] / "unit" / "forms" / "data"
LAYOUT = (Path(__file__).parent / "looks" / "layout.js").read_text(encoding="utf-8")
POLICY = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'"
PLAN = DocumentRef("doc-pdf", "ban-ve-tong-mat-bang-ti-le-1-500-phuong-hiep-binh.pdf", "application/pdf", 1_000)
DOSSIER: dict[str, object] = {
    "application": {
        "applicant_name": "Lê Thị Hoa",
        "plots": [{"number": "12", "area": 250}, {"number": "13", "area": 90}],
        "drawings": ["doc-pdf"],
    },
    "wards": [{"value": "TD", "label": "Thủ Đức", "label:en": "Thu Duc"}, {"value": "LX", "label": "Long Xuân"}],
}
PAGE = """{% extends "layout.html" %}{% from "forms/form.html" import form, error_summary %}
{% block title %}{{ view.title }}{% endblock %}
{% block heading %}{{ error_summary(view) }}<h1 class="govuk-heading-l">{{ view.title }}</h1>{% endblock %}
{% block content %}<p class="govuk-body" id="kept">{{ kept }}</p>{{ form(view, csrf_token()) }}{% endblock %}"""


class OneForm:
    """A site with one form; what was completed last is kept."""

    def __init__(self, name: str) -> None:
        source = (DATA / f"{name}.form.json").read_bytes()
        self.form = FormDefinition.parse(source)
        now = datetime(2026, 11, 23, 9, 0, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh"))
        self.context = AnswerContext(now=now, data=DOSSIER, documents=lambda one: PLAN if one == PLAN.id else None)
        self.kept: dict[str, object] = {}
        self.app = Flask(api.__name__, static_folder="static", template_folder="templates")
        self.app.secret_key = "only for this test"
        assets.install(self.app)
        self.app.jinja_env.globals.update(_=lambda text: text, csrf_token=lambda: "the-token", home_url="/")
        self.app.add_url_rule("/", view_func=self.show, methods=["GET", "POST"])
        self.app.after_request(self._forbid)

    def show(self) -> str:
        """The form; answers that are complete and right are kept."""
        lang = request.args.get("lang", "vi")
        items = list(request.form.items(multi=True))
        values = from_html(self.form, items, (), self.context) if items else {}
        problems = ()
        if action(items).kind == "complete":
            try:
                self.kept = check(self.form, values, self.context)
            except InvalidAnswers as wrong:
                problems = wrong.problems
        shown = view(self.form, values, problems, context=self.context, lang=lang, document_href="/papers/{}".format)
        return render_template_string(PAGE, view=shown, lang=lang, kept="kept" if self.kept else "")

    @staticmethod
    def _forbid(response: Response) -> Response:
        response.headers["Content-Security-Policy"] = POLICY
        return response


@pytest.fixture
def every() -> OneForm:
    return OneForm("every_component")


def layout_faults(page: Page) -> list[str]:
    found: list[str] = page.evaluate(LAYOUT)
    return found


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_every_component_is_for_everybody(
    every: OneForm, serve: Callable[[Flask], str], page: Page, barriers: Callable[[Page], list[str]], lang: str
) -> None:
    page.goto(f"{serve(every.app)}/?lang={lang}")
    page.locator("[name=defects]").first.check()
    expect(page.locator("[name='fine.amount']")).to_be_visible()
    page.locator("[value=complete]").click()
    expect(page.locator(".govuk-error-summary")).to_be_focused()
    assert barriers(page) == []
    for width in (1280, 640, 320):
        page.set_viewport_size({"width": width, "height": 600})
        assert layout_faults(page) == [], width


def test_a_question_appears_while_the_keyboard_goes_on(
    every: OneForm, serve: Callable[[Flask], str], page: Page
) -> None:
    page.goto(serve(every.app))
    page.locator("[name=note]").fill("đang gõ dở")
    page.locator("[name=defects]").first.focus()
    page.keyboard.press("Space")
    expect(page.locator("[name='fine.amount']")).to_be_visible()
    expect(page.locator("[name=defects]").first).to_be_focused()
    expect(page.locator("[name=note]")).to_have_value("đang gõ dở")
    page.keyboard.press("Tab")
    expect(page.locator("[name='fine.amount']")).to_be_focused()
    page.keyboard.type("500000")
    with page.expect_response(lambda answer: answer.request.method == "POST"):  # what was typed is looked at first
        page.locator("[name=defects]").first.focus()
    expect(page.locator("[name=defects]").first).to_be_focused()
    page.keyboard.press("Space")
    expect(page.locator("[name='fine.amount']")).to_have_count(0)


def test_choices_that_depend_on_an_answer_follow_it(every: OneForm, serve: Callable[[Flask], str], page: Page) -> None:
    page.goto(serve(every.app))
    expect(page.locator("[name=defects]")).to_have_count(1)
    page.locator("[name=floors][value='2']").check()
    expect(page.locator("[name=defects]")).to_have_count(2)


@pytest.mark.parametrize("scripts", [True, False])
def test_rows_come_and_go_where_the_hand_is(
    every: OneForm, serve: Callable[[Flask], str], page: Page, page_without_scripts: Page, scripts: bool
) -> None:
    window = page if scripts else page_without_scripts
    window.goto(serve(every.app))
    window.locator("[name='houses[0].number']").fill("12 Kha Vạn Cân")
    add = window.locator("button[value='add:houses']")
    add.focus()
    window.keyboard.press("Enter")
    expect(window.locator("[name='houses[2].number']")).to_be_visible()
    expect(window.locator("#f-houses-2")).to_be_focused()
    window.keyboard.press("Tab")
    expect(window.locator("[name='houses[2].number']")).to_be_focused()
    window.keyboard.type("14")
    window.locator("button[value='add:houses[2].rooms']").press("Enter")
    expect(window.locator("#f-houses-2-rooms-0")).to_be_focused()
    window.locator("[name='houses[2].rooms[0].area']").fill("20,5")
    window.locator("button[value='remove:houses:1']").press("Enter")
    expect(window.locator("[name='houses[2].number']")).to_have_count(0)
    expect(window.locator("#f-houses")).to_be_focused()
    expect(window.locator("[name='houses[0].number']")).to_have_value("12 Kha Vạn Cân")
    window.locator("[value=complete]").press("Enter")
    expect(window.locator("#kept")).to_have_text("kept")
    assert every.kept["houses"] == [
        {"number": "12 Kha Vạn Cân", "rooms": [], "total": None},
        {"number": "14", "rooms": [{"area": 20.5}], "total": 20.5},
    ]


def test_a_button_pressed_while_the_fields_come_back_is_pressed(
    every: OneForm, serve: Callable[[Flask], str], page: Page
) -> None:
    page.goto(serve(every.app))
    page.locator("[name='houses[0].number']").fill("12 Kha Vạn Cân")
    add = page.locator("button[value='add:houses']")
    with page.expect_response(lambda answer: answer.request.method == "POST"):
        add.focus()
    expect(page.locator("#f-houses-0-total")).to_be_visible()
    expect(add).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("[name='houses[2].number']")).to_have_value("")
    page.locator("[name='houses[2].number']").fill("14")
    remove = page.locator("button[value='remove:houses:1']")
    remove.scroll_into_view_if_needed()
    remove.hover()
    page.mouse.down()
    page.wait_for_timeout(200)  # a finger stays down for about this long; fields come back sooner
    page.mouse.up()
    expect(page.locator("[name='houses[2].number']")).to_have_count(0)
    expect(page.locator("[name='houses[1].number']")).to_have_value("14")


def test_without_scripts_a_button_shows_what_answers_call_for(
    every: OneForm, serve: Callable[[Flask], str], page_without_scripts: Page
) -> None:
    page = page_without_scripts
    page.goto(serve(every.app))
    page.locator("[name=defects]").first.check()
    page.get_by_role("button", name="Cập nhật biểu mẫu").last.click()
    page.locator("[name='fine.amount']").fill("1.500.000")
    page.locator("[name=visited_at-day]").fill("23")
    page.locator("[name=visited_at-month]").fill("11")
    page.locator("[name=visited_at-year]").fill("2026")
    page.locator("[name=visited_at-time]").fill("7h15")
    page.locator("[name=ward]").select_option("TD")
    page.locator("[value=complete]").click()
    expect(page.locator("#kept")).to_have_text("kept")
    assert every.kept["fine"] == {"amount": 1_500_000, "ground": None}
    assert (every.kept["visited_at"], every.kept["ward"]) == ("2026-11-23T07:15:00+00:00", "TD")


def test_enter_in_a_field_completes_nothing(every: OneForm, serve: Callable[[Flask], str], page: Page) -> None:
    page.goto(serve(every.app))
    page.locator("[name=officer]").press("Enter")
    expect(page.locator("[name=officer]")).to_have_value("Tổ kiểm tra")
    assert every.kept == {}


def test_an_error_leads_to_its_field(serve: Callable[[Flask], str], page: Page) -> None:
    household = OneForm("household_business")
    page.goto(serve(household.app))
    page.locator("[value=complete]").click()
    links = page.locator(".govuk-error-summary__list a")
    for index in range(links.count()):
        target = links.nth(index).get_attribute("href")
        links.nth(index).click()
        focused = page.evaluate("document.activeElement.id")
        assert f"#{focused}" == target, links.nth(index).inner_text()
