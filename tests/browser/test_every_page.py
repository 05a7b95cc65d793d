"""Every page that the site has, in both languages, over real content: what holds for one must hold for all.

The pages are found in the list of routes (tests/api/who_may_use_what.txt, which another test keeps equal to the
application): a new page is visited without being named here. What must be said, is who opens it where the first
holder of a role would see nothing (AS), what a new name in its path stands for (tests/support/lively.py), and any
further shape of the page that is worth a look (ALSO).
"""

import gzip
import re
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
from lively import Lively, lively
from playwright.sync_api import Browser, ConsoleMessage, Page
from werkzeug.serving import make_server

from api import demo

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("every-page")]

ROOT = Path(__file__).parents[2]
ROUTES = ROOT / "tests" / "api" / "who_may_use_what.txt"
DIST = ROOT / "api" / "static" / "dist"
BUDGET = 150_000  # bytes of HTML, style and scripts, gzipped
NOBODY = ""

# Who opens a page that several may open, so that there is something to see on it.
HOLDERS = {
    "public": NOBODY,
    "signed-in": "minh.case",
    "parties": "minh.case",
    "agency_leader": "phuc.leader",
    "case_officer": "minh.case",
    "division_head": "son.head",
    "operator": "tam.operator",
    "operator-or-this-machine": "tam.operator",
    "procedure_control": "ha.control",
    "process_designer": "dung.designer",
    "reception_officer": "lan.reception",
    "records_clerk": "mai.clerk",
}
AS = {
    "/design/": "dung.designer",
    "/design/<key>/<int:number>": "dung.designer",
    "/notices/new": "minh.case",
    "/organisation/handovers/<uuid:dossier_id>/send": "phuc.leader",
    "/register": "lan.reception",
}
# Further shapes of pages: by whom, and the address.
ALSO = (
    (NOBODY, "/?q=quy+hoach"),
    (NOBODY, "/?q=khong+co+gi"),
    (NOBODY, "/follow?code=nothing"),
    (NOBODY, "/no-such-page"),
    (NOBODY, "/procedures/household_business_registration/file"),
    (NOBODY, "/procedures/house_building_permit/file"),
    ("lan.reception", "/inbox?box=queue"),
    ("lan.reception", "/tasks/<task_id>"),
    ("hung.reception", "/dossiers?q=nguyen+phuoc"),
    ("son.head", "/tasks/<task_id>"),
    ("son.head", "/inbox?box=queue"),
    ("nam.land", "/tasks/<task_id>"),
    ("phuc.leader", "/tasks/<task_id>"),
    ("phuc.leader", "/inbox?box=queue"),
    ("minh.case", "/inbox?q=nothing+at+all"),
    ("son.head", "/inbox?box=all&state=running"),
    ("ha.control", "/inbox?box=overdue"),
    ("minh.case", "/lists/inbox?query=box%3Dall"),
    ("ha.control", "/dossiers"),
    ("ha.control", "/dossiers/<dossier_id>"),
)
# What answers with a part of a page.
PARTS = {"/notices/new"}
# Not to look at: files, what only leads on (the language switch, the search box), and news for scripts.
LEFT_OUT = {
    "/static/<path:filename>",
    "/language",
    "/search",
    "/inbox/news",
    "/inbox/rows",
    "/dossiers/news",
    "/reception/news",
}
FILES = (".pdf", ".csv", ".xlsx", ".svg", ".zip", ".ics", ".xes")
# The diagram, drawn by bpmn-js, and what designers draw with: too big for the budget, and not on a citizen's page.
ISLANDS = re.compile(r"^(viewer|designer|bpmn|dmn|forms?|modeler|editor)[\w-]*\.")

LAYOUT = (Path(__file__).parent / "looks" / "layout.js").read_text(encoding="utf-8")
OVERLAP = (Path(__file__).parent / "looks" / "overlap.js").read_text(encoding="utf-8")
FRAME = (Path(__file__).parent / "looks" / "frame.js").read_text(encoding="utf-8")


@dataclass(frozen=True)
class Visit:
    """Somebody opens an address; `rule` is the route that it belongs to."""

    rule: str
    username: str
    path: str

    def __str__(self) -> str:
        return f"{self.path} as {self.username or 'a visitor'}"


def routes() -> Iterator[tuple[str, str]]:
    """Each route that can be opened in a browser, with who may use it."""
    for line in ROUTES.read_text(encoding="utf-8").splitlines():
        method, path, access = re.split(r"\s{1,}", line, maxsplit=2)
        if method == "GET" and not path.startswith("/api/v1/") and path not in LEFT_OUT and not path.endswith(FILES):
            yield path, access


def visits() -> list[Visit]:
    """Every page once, and the further shapes."""
    found = [Visit(rule, AS.get(rule) or HOLDERS[access.split(", ")[0]], _plain(rule)) for rule, access in routes()]
    return found + [Visit("", username, path) for username, path in ALSO]


def _plain(rule: str) -> str:
    """A rule without the kinds of its names."""
    return re.sub(r"<(?:\w+:)?(\w+)>", r"<\1>", rule)


# ---- one server, a window for each person and language --------------------------------------------------


@dataclass
class Windows:
    """The site, served, and an open window for whoever has come."""

    site: Lively
    browser: Browser
    open: dict[tuple[str, str], Page] = field(default_factory=dict)
    complaints: list[str] = field(default_factory=list)

    def of(self, username: str, lang: str) -> Page:
        """The window of this person in this language, signed in."""
        if (username, lang) not in self.open:
            window = self.browser.new_context(locale="vi-VN", viewport={"width": 1280, "height": 900})
            window.set_default_timeout(20000)
            self.open[username, lang] = page = window.new_page()
            page.on("pageerror", lambda problem: self.complaints.append(f"script: {problem}"))
            page.on("console", self._hear)
            if username:
                page.goto(f"{self.site.address}/sign-in")
                page.fill("[name=username]", username)
                page.fill("[name=password]", demo.PASSWORD)
                page.click("main button[type=submit]")
                page.wait_for_selector("form[action$='/sign-out']")
            page.goto(f"{self.site.address}/language?lang={lang}&next=/follow")
        return self.open[username, lang]

    def _hear(self, line: ConsoleMessage) -> None:
        if line.type == "error":
            self.complaints.append(f"console: {line.text}")

    def address(self, visit: Visit) -> str:
        """Where the visit goes, with an example for each name in the path."""

        def example(name: re.Match[str]) -> str:
            known = self.site.example(name[1], visit.username)
            assert known, f"no example for <{name[1]}> of {visit.rule}: say one in _examples of tests/support/lively.py"
            return known

        return self.site.address + re.sub(r"<(\w+)>", example, visit.path)


@pytest.fixture(scope="module")
def windows(chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Windows]:
    """The demo served for all tests of this module."""
    site = lively(tmp_path_factory.mktemp("lively"))
    server = make_server("127.0.0.1", 0, site.app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    site.address = f"http://127.0.0.1:{server.server_port}"
    windows = Windows(site, chromium)
    yield windows
    for page in windows.open.values():
        page.context.close()
    server.shutdown()
    thread.join()
    server.server_close()


# ---- what is looked at ----------------------------------------------------------------------------------


@lru_cache
def weight(address: str) -> int:
    """The gzipped bytes of one style sheet or script; nothing for the islands."""
    name = address.rpartition("/")[2]
    return 0 if ISLANDS.match(name) else len(gzip.compress((DIST / name).read_bytes(), 9))


def frame_faults(page: Page, lang: str, body: bytes) -> list[str]:
    """What is wrong with the page as a whole."""
    found: dict[str, Any] = page.evaluate(FRAME)
    size = len(gzip.compress(body, 9)) + sum(weight(one) for one in found["assets"])
    faults = {
        f"title “{found['title']}”": not re.fullmatch(r"\S.* – motcua", found["title"], re.DOTALL),
        f"lang {found['lang']}": found["lang"] != lang,
        f"main headings {found['headings']}": len(found["headings"]) != 1 or not found["headings"][0],
        f"the first link leads to {found['skip']}, not to the content": found["skip"] != "#main",
        "no main part": found["main"] != 1,
        f"{found['inline']} inline styles or scripts": found["inline"] > 0,
        f"{size} bytes, more than {BUDGET}": size > BUDGET,
    }
    return [text for text, wrong in faults.items() if wrong]


def layout_faults(page: Page) -> list[str]:
    """What does not fit into windows of 1280, 640 (zoomed to 200 %) and 320 pixels (to 400 %)."""
    found = []
    for width, height in ((1280, 900), (640, 450), (320, 256)):
        page.set_viewport_size({"width": width, "height": height})
        found += [f"at {width}: {one}" for one in page.evaluate(LAYOUT)]
    return found


@pytest.mark.parametrize("lang", ["vi", "en"])
@pytest.mark.parametrize("visit", visits(), ids=str)
def test_every_page_is_whole(windows: Windows, barriers: Callable[[Page], list[str]], visit: Visit, lang: str) -> None:
    """No barrier, nothing too wide or cut off, no complaint of the browser; light, with a name, in its language."""
    page, address = windows.of(visit.username, lang), windows.address(visit)
    answer = page.request.get(address)
    expected = 404 if visit.path in {"/no-such-page", "/follow?code=nothing"} else 200
    assert answer.status == expected, f"{visit} ({address}) answers {answer.status}"
    kind, body = answer.headers.get("content-type", ""), answer.body()
    if not kind.startswith("text/html"):
        return  # a file
    if not body.lstrip().lower().startswith(b"<!doctype html"):
        assert visit.rule in PARTS, f"{visit} is neither a page nor named as a part of one"
        return
    windows.complaints.clear()
    page.set_viewport_size({"width": 1280, "height": 900})
    page.goto(address)
    if page.locator("[data-diagram]").count():
        page.wait_for_selector("[data-diagram][data-ready=yes]")
    faults = frame_faults(page, lang, body) + [f"barrier: {one}" for one in barriers(page)] + layout_faults(page)
    complaints = [one for one in windows.complaints if expected != 404 or "404" not in one]
    assert faults + complaints == [], str(visit)


# Where people spend their day, with text at twice its size in windows that stay as wide as they were.
MAIN = (
    (NOBODY, "/"),
    (NOBODY, "/follow"),
    (NOBODY, "/procedures/<key>"),
    (NOBODY, "/procedures/detailed_plan_adjustment/file"),
    (NOBODY, "/applications/<secret>/saved"),
    (NOBODY, "/my/<link>/"),
    ("minh.case", "/inbox"),
    ("minh.case", "/dossiers"),
    ("minh.case", "/dossiers/<dossier_id>"),
    ("minh.case", "/tasks/<task_id>"),
    ("lan.reception", "/reception/"),
    ("lan.reception", "/reception/<key>"),
    ("phuc.leader", "/statistics"),
    ("phuc.leader", "/organisation/"),
    ("minh.case", "/keys"),
)


@pytest.mark.parametrize("width", [1280, 640])
@pytest.mark.parametrize(("username", "path"), MAIN)
def test_text_at_twice_its_size_is_neither_cut_nor_over_other_text(
    windows: Windows, username: str, path: str, width: int
) -> None:
    """Text alone is enlarged (WCAG 1.4.4), as browsers do that zoom text only."""
    page = windows.of(username, "vi")
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(windows.address(Visit(path, username, path)))
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    page.wait_for_timeout(100)
    assert page.evaluate(LAYOUT) + page.evaluate(OVERLAP) == [], f"{path} at {width}"


PAPERS = ((NOBODY, "/my/<link>/receipt", 2), ("phuc.leader", "/dossiers/<dossier_id>/history", 12))


@pytest.mark.parametrize(("username", "path", "most"), PAPERS)
def test_what_people_print_is_a_paper(windows: Windows, username: str, path: str, most: int) -> None:
    """On A4: no header, no buttons, nothing beyond the edge, and not a pile of sheets."""
    page = windows.of(username, "vi")
    page.goto(windows.address(Visit(path, username, path)))
    page.set_viewport_size({"width": 680, "height": 970})  # A4 without its margins, at 96 dots an inch
    page.emulate_media(media="print")
    shown = page.evaluate(
        "() => [...document.querySelectorAll('.mc-header, .mc-footer, .govuk-button')]"
        ".filter((one) => one.getClientRects().length).length"
    )
    assert (shown, page.evaluate(LAYOUT)) == (0, [])
    sheets = page.pdf(format="A4", prefer_css_page_size=True).count(b"/Type /Page\n")
    page.emulate_media(media="screen")
    assert 1 <= sheets <= most


def test_the_looks_see_what_is_wrong(chromium: Browser) -> None:
    page = chromium.new_page()
    page.set_content(
        "<title>no</title><style>p {width: 20px; overflow: hidden; white-space: nowrap}</style>"
        "<p>cut off here</p><b>" + "x" * 900 + "</b><i style='color: red'>inline</i>"
    )
    found = layout_faults(page)
    assert "at 1280: cut off: p. “cut off here”" in found
    assert any(one.startswith("at 320: beyond the edge: b") for one in found)
    assert any(one.endswith("pixels wide") for one in found)
    page.set_content("<p style='margin: 0'>one text</p><p style='margin: -18px 0 0'>another text</p>")
    assert page.evaluate(OVERLAP) == ["“one text” over “another text”"]
    page.set_content("<title>no</title><b>" + "x" * 900 + "</b><i style='color: red'>inline</i>")
    faults = frame_faults(page, "vi", b"")
    assert len(faults) == 6, faults
    page.close()
