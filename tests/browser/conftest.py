"""A real browser for tests, the accessibility checker, and a way to serve a Flask application to both."""

import os
import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, sync_playwright
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
        found: Any = page.evaluate("tags => axe.run(document, {runOnly: tags})", WCAG)
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
