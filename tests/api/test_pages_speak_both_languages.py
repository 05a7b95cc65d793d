"""Every sentence of the pages is there in English, with the same blanks to fill, and languages can be switched."""

import re
from collections.abc import Iterable

from flask.testing import FlaskClient
from pages import get, post

from api.translations import catalogue
from api.translations.sources import messages

BLANKS = re.compile(r"%\(\w+\)[sd]")


def strings(message: object) -> list[str]:
    return [str(one) for one in message] if isinstance(message, list | tuple) else [str(message)]


def test_every_sentence_has_an_english_translation() -> None:
    """Found wanting? `python -m api.translations.sources` adds the new sentences to the catalogue."""
    english = catalogue("en")
    known = {tuple(strings(message.id)): message for message in english if message.id}
    missing = [
        message.id
        for message in messages()
        if message.id and not all(strings(getattr(known.get(tuple(strings(message.id))), "string", "")))
    ]
    assert missing == []


def test_the_catalogue_holds_nothing_that_no_page_says() -> None:
    said = {tuple(strings(message.id)) for message in messages()}
    assert [message.id for message in catalogue("en") if message.id and tuple(strings(message.id)) not in said] == []


def test_a_translation_has_the_blanks_of_its_original() -> None:
    def blanks(texts: Iterable[str]) -> list[set[str]]:
        return [set(BLANKS.findall(text)) for text in texts]

    wrong = [
        (message.id, message.string)
        for message in catalogue("en")
        if message.id and any(found != blanks(strings(message.id))[0] for found in blanks(strings(message.string)))
    ]
    assert wrong == []


def test_nothing_is_left_doubtful() -> None:
    assert [message.id for message in catalogue("en") if message.id and message.fuzzy] == []


def test_a_page_speaks_the_language_that_was_chosen_until_another_is(client: FlaskClient) -> None:
    assert get(client, "/").heading == "Ông/Bà cần làm thủ tục gì?"
    answer = client.get("/language?lang=en&next=/follow")
    assert answer.headers["Location"] == "/follow"
    page = get(client, "/follow")
    assert page.heading == "Look up a dossier"
    assert page.tree.get("lang") == "en"
    assert "2.000" not in get(client, "/?q=certifying").heading
    assert get(client, "/?q=certifying").hrefs("/procedures/") == ["/procedures/certified_copy"]
    client.get("/language?lang=xx&next=/")
    assert get(client, "/").heading == "What do you need to do?"


def test_a_browser_that_asks_for_english_gets_it(client: FlaskClient) -> None:
    answer = client.get("/follow", headers={"Accept-Language": "en-GB,en;q=0.9"})
    assert "Look up a dossier" in answer.get_data(as_text=True)


def test_neither_signing_in_nor_choosing_a_language_leads_to_another_site(client: FlaskClient) -> None:
    for elsewhere in ("https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)", "/x\r\ny"):
        answer = client.get("/language", query_string={"lang": "vi", "next": elsewhere})
        assert answer.headers["Location"] == "/", elsewhere
    assert post(client, "/sign-in", {"username": "nobody", "password": "x", "next": "//evil"}).status_code == 422
