"""The layout, the parts that pages are made of, the small scripts and the diagram viewer, in a real browser
under the strictest content security policy: no inline style or script, no evaluation."""

import gzip
import json
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest
from flask import Flask, Response, flash, render_template_string, request
from keyboard import press
from playwright.sync_api import Page, expect

import api
from api import assets

pytestmark = pytest.mark.browser

POLICY = "default-src 'self'; style-src 'self'; script-src 'self'; img-src 'self' data:; frame-ancestors 'none'"
LISTS = """
{% from "components/tags.html" import tag, dossier_state, due %}
{% from "components/lists.html" import summary_list, pagination, timeline, error_summary %}
"""
EVERYTHING = (
    "{% extends 'layout.html' %}"
    + LISTS
    + """
{% block title %}Hồ sơ H29.11-260310-0001{% endblock %}
{% block content %}
{{ error_summary([{"href": "#name", "text": "Ghi họ và tên"}]) }}
<p>{{ dossier_state("processing", "Đang xử lý") }} {{ dossier_state("awaiting_applicant", "Chờ bổ sung") }}
   {{ dossier_state("closed", "Từ chối", "refused") }} {{ dossier_state("closed", "Đã trả", "granted") }}
   {{ tag("Mới") }} {{ due("Quá hạn 2 ngày", "late", moment) }} {{ due("Còn 1 ngày", "soon") }}
   {{ due("Còn 9 ngày", "well") }} {{ due("Đang dừng", "stopped") }}</p>
{{ summary_list([{"key": "Người nộp", "value": "Nguyễn Thị Ánh"},
                 {"key": "Điện thoại", "value": "0901", "href": "#", "action": "Sửa", "hidden": "điện thoại"}]) }}
{{ timeline([{"title": "Nộp hồ sơ", "when": "9 giờ, 10/3/2026", "moment": moment, "who": "Nguyễn Thị Ánh"},
             {"title": "Tạm dừng", "when": "11/3/2026", "kind": "clock", "text": "Chờ bổ sung bản vẽ"}]) }}
<form method="post" data-draft-url="/draft" data-draft-etag='"1"' data-draft-saving="Đang lưu"
      data-draft-saved="Đã lưu lúc" data-draft-failed="Chưa lưu được" data-draft-conflict="Người khác đã làm">
  <label class="govuk-label" for="name">Họ và tên</label>
  <input class="govuk-input" id="name" name="name" data-shortcut="/" data-shortcut-label="Họ và tên">
  <p class="mc-draft-status" data-draft-status role="status"></p>
  <button class="govuk-button" data-module="govuk-button">Gửi</button>
  <button class="govuk-button govuk-button--secondary" type="button">Để sau</button>
  <button class="govuk-button govuk-button--warning" type="button">Từ chối</button>
  <button class="govuk-button govuk-button--secondary" type="button" data-print hidden>In</button>
</form>
<p><a class="govuk-link" href="#part" hx-get="/part" hx-target="#part" id="more">Xem thêm</a></p><div id="part"></div>
{{ pagination("?after=2", "?") }}
{% endblock %}"""
)
DIAGRAM = """{% extends 'layout.html' %}{% block title %}Sơ đồ{% endblock %}{% block content %}
<div class="mc-diagram" data-diagram="/diagram.bpmn" data-current="review" data-done="start" role="img"
     aria-label="Sơ đồ" data-failed="Chưa vẽ được" data-zoom-in="Phóng to" data-zoom-out="Thu nhỏ"
     data-zoom-fit="Vừa khung"></div>{% endblock %}
{% block head %}<link rel="stylesheet" href="{{ asset('viewer.css') }}">{% endblock %}
{% block scripts %}<script type="module" src="{{ asset('viewer.js') }}"></script>{% endblock %}"""
BPMN = """<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:di="http://www.omg.org/spec/BPMN/20100524/DI"
  xmlns:dc="http://www.omg.org/spec/DD/20100524/DC" xmlns:dd="http://www.omg.org/spec/DD/20100524/DI"
  targetNamespace="urn:test" id="d">
  <process id="p"><startEvent id="start"/><userTask id="review" name="Thẩm định"/>
    <sequenceFlow id="f" sourceRef="start" targetRef="review"/></process>
  <di:BPMNDiagram id="dia"><di:BPMNPlane id="pl" bpmnElement="p">
    <di:BPMNShape id="s1" bpmnElement="start"><dc:Bounds x="100" y="100" width="36" height="36"/></di:BPMNShape>
    <di:BPMNShape id="s2" bpmnElement="review"><dc:Bounds x="200" y="78" width="100" height="80"/></di:BPMNShape>
    <di:BPMNEdge id="e1" bpmnElement="f"><dd:waypoint x="136" y="118"/><dd:waypoint x="200" y="118"/></di:BPMNEdge>
  </di:BPMNPlane></di:BPMNDiagram>
</definitions>"""


class Site:
    """A site with nothing but the frame, and a memory of the drafts that were sent to it."""

    def __init__(self) -> None:
        self.drafts: list[tuple[str, str | None, str | None]] = []
        self.draft_sent = threading.Event()
        self.draft_answer = 204
        self.app = Flask(api.__name__, static_folder="static", template_folder="templates")
        self.app.secret_key = "only for this test"
        assets.install(self.app)
        self.app.jinja_env.globals.update(
            _=lambda text: text, csrf_token=lambda: "the-token", lang="vi", home_url="/", sign_out_url="/out"
        )
        self.app.after_request(self._forbid)
        self.app.add_url_rule("/", view_func=self.everything)
        self.app.add_url_rule("/drawing", view_func=lambda: render_template_string(DIAGRAM))
        self.app.add_url_rule("/diagram.bpmn", endpoint="bpmn", view_func=lambda: Response(BPMN, mimetype="text/xml"))
        self.app.add_url_rule("/part", endpoint="part", view_func=lambda: "<p>Phần <b>thêm</b></p>")
        self.app.add_url_rule("/draft", view_func=self.draft, methods=["POST"])

    def everything(self) -> str:
        if "done" in request.args:
            flash("Đã hoàn thành việc", "success")
        items = [{"href": "/", "text": "Việc của tôi", "current": True}, {"href": "/x", "text": "Tra cứu"}]
        person = SimpleNamespace(name="Trần Văn Bình")
        moment = datetime(2026, 3, 10, 2, 0, tzinfo=UTC)
        return render_template_string(EVERYTHING, navigation=items, current_person=person, moment=moment)

    def draft(self) -> tuple[str, int, dict[str, str]]:
        token, match = request.headers.get("X-CSRFToken"), request.headers.get("If-Match")
        self.drafts.append((request.form["name"], token, match))
        self.draft_sent.set()
        return "", self.draft_answer, {"ETag": '"2"'}

    @staticmethod
    def _forbid(response: Response) -> Response:
        response.headers["Content-Security-Policy"] = POLICY
        return response


@pytest.fixture
def site() -> Site:
    return Site()


def test_the_frame_and_its_parts_have_no_barriers(
    site: Site, serve: Callable[[Flask], str], page: Page, barriers: Callable[[Page], list[str]]
) -> None:
    page.goto(serve(site.app) + "/?done=1")
    expect(page.get_by_role("heading", level=1)).to_have_text("Hồ sơ H29.11-260310-0001")
    expect(page.get_by_role("alert").first).to_contain_text("Đã hoàn thành việc")
    assert barriers(page) == []


def test_the_keyboard_reaches_the_content_first(site: Site, serve: Callable[[Flask], str], page: Page) -> None:
    page.goto(serve(site.app) + "/drawing")
    page.keyboard.press("Tab")
    expect(page.locator(":focus")).to_have_text("Đến nội dung chính")
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()


def test_mistakes_in_a_form_are_read_out_first(site: Site, serve: Callable[[Flask], str], page: Page) -> None:
    page.goto(serve(site.app))
    expect(page.locator(".govuk-error-summary")).to_be_focused()


def test_a_key_leads_to_a_field_until_shortcuts_are_switched_off(
    site: Site, serve: Callable[[Flask], str], page: Page
) -> None:
    page.goto(serve(site.app))
    press(page, "/")
    expect(page.locator("#name")).to_be_focused()
    page.locator("main").focus()
    press(page, "?")
    expect(page.locator("[data-keys-list]")).to_contain_text("Họ và tên")
    page.get_by_label("Tắt phím tắt trên máy này").check()
    page.keyboard.press("Escape")
    page.locator("main").focus()
    press(page, "/")
    expect(page.locator("#name")).not_to_be_focused()


def test_what_is_typed_is_kept_as_a_draft(site: Site, serve: Callable[[Flask], str], page: Page) -> None:
    page.goto(serve(site.app))
    page.locator("#name").fill("Nguyễn")
    expect(page.locator("[data-draft-status]")).to_contain_text("Đã lưu lúc")
    page.locator("#name").fill("Nguyễn Thị Ánh")
    site.draft_sent.clear()
    assert site.draft_sent.wait(10)
    assert site.drafts == [("Nguyễn", "the-token", '"1"'), ("Nguyễn Thị Ánh", "the-token", '"2"')]


def test_a_draft_that_somebody_else_overtook_is_not_forced(
    site: Site, serve: Callable[[Flask], str], page: Page
) -> None:
    site.draft_answer = 412
    page.goto(serve(site.app))
    page.locator("#name").fill("Nguyễn")
    expect(page.locator("[data-draft-status]")).to_have_text("Người khác đã làm")
    page.locator("#name").fill("Nguyễn Thị")
    page.wait_for_timeout(2500)
    assert len(site.drafts) == 1


def test_a_part_of_the_page_is_fetched_without_a_reload(site: Site, serve: Callable[[Flask], str], page: Page) -> None:
    page.goto(serve(site.app))
    page.locator("#more").click()
    expect(page.locator("#part")).to_have_text("Phần thêm")


def test_the_page_says_everything_without_scripts(
    site: Site, serve: Callable[[Flask], str], page_without_scripts: Page
) -> None:
    page_without_scripts.goto(serve(site.app))
    expect(page_without_scripts.get_by_role("link", name="Tra cứu")).to_be_visible()
    expect(page_without_scripts.locator(".mc-timeline__item")).to_have_count(2)
    expect(page_without_scripts.get_by_role("button", name="In", exact=True)).to_be_hidden()


def test_a_diagram_shows_where_the_dossier_is_and_keeps_the_mark_of_bpmn_io(
    site: Site, serve: Callable[[Flask], str], page: Page, barriers: Callable[[Page], list[str]]
) -> None:
    page.goto(serve(site.app) + "/drawing")
    expect(page.locator("[data-diagram]")).to_have_attribute("data-ready", "yes")
    expect(page.locator('[data-element-id="review"]')).to_have_class("djs-element djs-shape is-current")
    expect(page.locator('[data-element-id="start"]')).to_have_class("djs-element djs-shape is-done")
    mark = page.locator(".bjs-powered-by")
    expect(mark).to_be_visible()
    box = mark.bounding_box()
    assert box is not None
    assert box["width"] > 40
    on_top = "([x, y]) => document.elementFromPoint(x, y)?.closest('.bjs-powered-by') !== null"
    assert page.evaluate(on_top, [box["x"] + box["width"] / 2, box["y"] + box["height"] / 2])
    page.get_by_role("button", name="Phóng to").click()
    assert barriers(page) == []


def test_what_every_page_loads_stays_small() -> None:
    dist = Path(api.__path__[0]) / "static" / "dist"
    names = json.loads((dist / "manifest.json").read_text(encoding="utf-8"))
    size = sum(len(gzip.compress((dist / names[name]).read_bytes(), 9)) for name in ("style.css", "app.js"))
    assert size <= 150_000
