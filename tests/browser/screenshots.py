"""Takes the pictures in docs/images from a freshly loaded demo organisation: make screenshots.

The site runs on a database in a temporary folder, so the pictures never show what somebody has typed into
their own demo.
"""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
IMAGES = ROOT / "docs" / "images"
WAIT = 300  # seconds for the demo to be loaded


@dataclass(frozen=True)
class Picture:
    """What to photograph, and as whom; no account means a citizen who is not signed in.

    `clicks` are pressed in order after the page has opened; `at` is scrolled to; `width` is the window's, in pixels.
    """

    name: str
    path: str
    account: str = ""
    clicks: tuple[str, ...] = ()
    width: int = 1280
    at: str = ""


FIRST_TASK = "#tasks tbody th a >> nth=0"
FIRST_DOSSIER = "#dossiers tbody th a >> nth=0"
ITS_DOSSIER = "aside a >> nth=0"
COUNTED = "Hạn này được tính thế nào?"
PHONE = 360
PICTURES = (
    Picture("start", "/"),
    Picture("search", "/?q=quy hoach"),
    Picture("procedure", "/procedures/detailed_plan_adjustment"),
    Picture("file", "/procedures/detailed_plan_adjustment/file"),
    Picture("file-on-a-phone", "/procedures/detailed_plan_adjustment/file", width=PHONE),
    Picture("follow", "/follow"),
    Picture("sign-in", "/sign-in"),
    Picture("desk", "/reception/", account="lan.reception"),
    Picture("desk-filing", "/reception/certified_copy", account="lan.reception"),
    Picture("inbox", "/inbox", account="minh.case"),
    Picture("inbox-queue", "/inbox?box=queue", account="lan.reception"),
    Picture("inbox-on-a-phone", "/inbox?box=queue", account="lan.reception", width=PHONE),
    Picture("task", "/inbox", account="minh.case", clicks=(FIRST_TASK,)),
    Picture("dossier", "/inbox", account="minh.case", clicks=(FIRST_TASK, ITS_DOSSIER)),
    Picture("dossier-on-a-phone", "/inbox", account="minh.case", clicks=(FIRST_TASK, ITS_DOSSIER), width=PHONE),
    Picture("diagram", "/inbox", account="minh.case", clicks=(FIRST_TASK, ITS_DOSSIER), at="#steps"),
    Picture("clock", "/inbox", account="minh.case", clicks=(FIRST_TASK, ITS_DOSSIER, f"text={COUNTED}"), at="#clock"),
    Picture("dossiers", "/dossiers", account="ha.control"),
    Picture("history", "/dossiers", account="ha.control", clicks=(FIRST_DOSSIER, "text=Toàn bộ lịch sử")),
    Picture("statistics", "/statistics", account="phuc.leader"),
    Picture("organisation", "/organisation/", account="son.head"),
    Picture("unit", "/organisation/units/TD-QHXD", account="son.head"),
    Picture("absence", "/organisation/absence/", account="son.head"),
    Picture("mandates", "/organisation/mandates/", account="phuc.leader"),
    Picture("hand-overs", "/organisation/handovers/", account="lan.reception"),
    Picture("notices", "/notices", account="minh.case"),
    Picture("past", "/dossiers", account="ha.control", clicks=(FIRST_DOSSIER, "text=Xem lại theo thời gian")),
    Picture("looks", "/looks", account="ha.control"),
    Picture("incidents", "/incidents", account="tam.operator"),
    Picture("procedures", "/design/", account="dung.designer"),
    Picture("version", "/design/detailed_plan_adjustment/1", account="dung.designer"),
    Picture("api", "/api/docs"),
)
PASSWORD = os.environ.get("MOTCUA_TEST_DEMO_PASSWORD", "motcua-demo")


@contextmanager
def demo() -> Iterator[str]:
    """The address of a demo that runs as long as the block."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    folder = tempfile.mkdtemp(prefix="motcua-pictures-")
    environment = {**os.environ, "MOTCUA_VAR": folder}
    motcua = Path(sys.executable).with_name("motcua")
    command = [str(motcua), "run", "--demo", "--port", str(port)]
    process = subprocess.Popen(command, cwd=ROOT, env=environment)
    try:
        address = f"http://127.0.0.1:{port}"
        wait_for(address, process)
        yield address
    finally:
        process.terminate()
        process.wait(20)
        shutil.rmtree(folder, ignore_errors=True)


def wait_for(address: str, process: subprocess.Popen[bytes]) -> None:
    """Return when the site answers.

    Raises:
        SystemExit: it ended, or did not answer in time.
    """
    until = time.monotonic() + WAIT
    while time.monotonic() < until and process.poll() is None:
        try:
            urllib.request.urlopen(address, timeout=2).close()
        except (urllib.error.URLError, OSError):
            time.sleep(0.3)
        else:
            return
    raise SystemExit(f"The demo at {address} did not answer within {WAIT} seconds; see its words above.")


def take(page: Page, address: str, picture: Picture) -> None:
    """Photograph one page."""
    if picture.account:
        page.goto(f"{address}/sign-in")
        page.fill("[name=username]", picture.account)
        page.fill("[name=password]", PASSWORD)
        page.click("main button[type=submit]")
    page.goto(address + picture.path)
    for selector in picture.clicks:
        page.click(selector)
        page.wait_for_load_state("networkidle")
    if page.locator("[data-diagram]").count():
        page.wait_for_selector("[data-diagram][data-ready=yes]")
    page.wait_for_load_state("networkidle")
    if picture.at:
        page.locator(picture.at).evaluate("place => place.scrollIntoView()")
    path = IMAGES / f"{picture.name}.png"
    page.screenshot(path=path)
    shrink(path)
    print(f"docs/images/{path.name} {path.stat().st_size // 1000} kB")


def shrink(path: Path) -> None:
    """Fewer colours, which flat pages can spare: a third of the size. Where pngquant is not there, it stays."""
    if pngquant := shutil.which("pngquant"):
        subprocess.run([pngquant, "--force", "--skip-if-larger", "--output", path, "128", path], check=False)


def main(wanted: list[str]) -> None:
    """Take every picture, or those that are named."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    chromium = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    with demo() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=arguments)
        for picture in (one for one in PICTURES if not wanted or one.name in wanted):
            context = browser.new_context(locale="vi-VN", viewport={"width": picture.width, "height": 800})
            take(context.new_page(), address, picture)
            context.close()
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1:])
