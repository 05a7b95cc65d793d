"""A real browser for tests, the accessibility checker, and a way to serve a Flask application to both."""

import os
import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from persona import Persona
from playwright.sync_api import Browser, Page, sync_playwright
from town import MORNING, Town, copy_of, found
from werkzeug.serving import make_server

WEB = Path(__file__).resolve().parents[2] / "web"
NAMES = ("chromium", "chromium-browser", "google-chrome")
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Chromium as the machine has it."""
    found = os.environ.get("MOTCUA_TEST_CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        problem = f"NOT TESTED IN A BROWSER: none of {', '.join(NAMES)} is installed."
        if "browser" in os.environ.get("MOTCUA_TEST_REQUIRE", "").split(","):
            pytest.fail(problem)
        pytest.skip(problem)
    with sync_playwright() as playwright:
        # Chromium refuses its sandbox to root, which is who tests are in most containers.
        arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
        browser = playwright.chromium.launch(executable_path=found, args=arguments)
        yield browser
        browser.close()


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    """A new window in Vietnamese. The test fails if the page's script did, or its security policy was broken."""
    context = chromium.new_context(
        locale="vi-VN", timezone_id="Asia/Ho_Chi_Minh", viewport={"width": 1280, "height": 900}
    )
    context.set_default_timeout(15000)
    page = context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda problem: complaints.append(str(problem)))
    page.on("console", lambda line: complaints.append(line.text) if "Content Security Policy" in line.text else None)
    yield page
    context.close()
    assert not complaints, complaints


@pytest.fixture
def page_without_scripts(chromium: Browser) -> Iterator[Page]:
    """A new window in which no script runs."""
    context = chromium.new_context(locale="vi-VN", java_script_enabled=False)
    context.set_default_timeout(15000)
    yield context.new_page()
    context.close()


@pytest.fixture
def barriers() -> Callable[[Page], list[str]]:
    """What axe finds wrong with a page for people with disabilities (WCAG 2.2 A and AA); best is nothing."""
    axe = (WEB / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")

    def check(page: Page) -> list[str]:
        page.evaluate(axe)
        chosen = {"runOnly": WCAG, "resultTypes": ["violations"]}
        found: Any = page.evaluate("chosen => axe.run(document, chosen)", chosen)
        return [
            f"{violation['id']}: {violation['help']} ({', '.join(str(n['target'][0]) for n in violation['nodes'])})"
            for violation in found["violations"]
        ]

    return check


@pytest.fixture
def serve() -> Iterator[Callable[[Flask], str]]:
    """Serves an application on a free port of this machine until the test ends; answers its address."""
    running = []

    def start(app: Flask) -> str:
        server = make_server("127.0.0.1", 0, app, threaded=True)
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        running.append((server, thread))
        return f"http://127.0.0.1:{server.server_port}"

    yield start
    for server, thread in running:
        server.shutdown()
        thread.join()
        server.server_close()


# ---- the whole application ------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def town_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with the demo organisation, that nobody writes to."""
    return found(tmp_path_factory.mktemp("town"))


@pytest.fixture
def town(town_template: Path, tmp_path: Path, serve: Callable[[Flask], str]) -> Town:
    """The whole application, served, over a database of this test's own."""
    town = Town.open(copy_of(town_template, tmp_path))
    town.address = serve(town.app)
    return town


@pytest.fixture
def enter(chromium: Browser, town: Town, tmp_path: Path) -> Iterator[Callable[..., Persona]]:
    """Opens a window of one's own for somebody, signed in when a user name is given."""
    windows = []
    complaints: list[str] = []

    def open_window(username: str = "", *, scripts: bool = True, width: int = 1280) -> Persona:
        window = chromium.new_context(
            locale="vi-VN", java_script_enabled=scripts, viewport={"width": width, "height": 900}
        )
        window.set_default_timeout(15000)
        windows.append(window)
        page = window.new_page()
        page.on("pageerror", lambda problem: complaints.append(str(problem)))
        page.on("console", lambda line: complaints.append(line.text) if "Content Security" in line.text else None)
        persona = Persona(page, town.address, tmp_path, MORNING.date().isoformat(), scripts=scripts)
        if username:
            persona.sign_in(username)
        return persona

    yield open_window
    for window in windows:
        window.close()
    assert not complaints, complaints
