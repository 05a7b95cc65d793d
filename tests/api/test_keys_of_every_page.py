"""Keys: every key that a page offers stands in one list, and a person may change it."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from pages import PageRead, get, post

import api
from api.pages.keyboard import ACTIONS

TEMPLATES = Path(api.__path__[0]) / "templates"
OFFERED = re.compile(r'data-(?:shortcut|key)="([^"]+)"')
DOOR = re.compile(r'_door\("[\w.]+", _\("[^"]+"\), "([^"]+)"\)')
NAMED = re.compile(r'(?<![\w-])key="([^"{]+)"')  # given to a macro that offers it
ELSEWHERE = {"{{ loop.index }}": "123456789", "{{ item.key }}": (), "{{ key }}": ()}  # read where they are named


def offered() -> set[str]:
    """The keys that templates and the doors of the navigation offer, as each has them at first."""
    keys = set(DOOR.findall((TEMPLATES.parent / "pages" / "frame.py").read_text(encoding="utf-8")))
    for template in TEMPLATES.rglob("*.html"):
        text = template.read_text(encoding="utf-8")
        keys.update(NAMED.findall(text))
        for key in OFFERED.findall(text):
            keys.update(ELSEWHERE.get(key, (key,)))
    return keys


def test_every_key_that_a_page_offers_can_be_changed() -> None:
    assert {"1", "9", "p", "r", "g i", "j"} <= offered()
    assert offered() - set(ACTIONS) == set()


def test_no_two_actions_begin_with_one_key(client: FlaskClient, signed_in: Callable[[str], str]) -> None:
    signed_in("lan.reception")
    kept = post(client, "/keys", {})  # everything as it is at first
    assert kept.status_code == 302


def test_numbers_can_be_changed_as_the_others(client: FlaskClient, signed_in: Callable[[str], str]) -> None:
    signed_in("lan.reception")
    assert get(client, "/keys").value("key 1") == "1"
    refused = PageRead(post(client, "/keys", {"key 1": "p"}))
    assert "phím p đã dùng" in " ".join(refused.errors().values())
    assert post(client, "/keys", {"key 1": "!"}).status_code == 302
    page = get(client, "/reception/")
    assert page.tree.xpath("string(//dialog[@id='keys']/@data-keys-own)") == '{"1": "!"}'


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_each_says_what_it_does(client: FlaskClient, signed_in: Callable[[str], str], lang: str) -> None:
    signed_in("lan.reception")
    client.get(f"/language?lang={lang}&next=/follow")
    page = get(client, "/keys")
    fields = page.tree.xpath("//input[starts-with(@name, 'key ')]")
    told = {page.tree.xpath(f"string(//label[@for='{one.get('id')}'])") for one in fields}
    assert len(told) == len(fields) == len(ACTIONS)
