"""Citizens are "Ông/Bà", officers "anh/chị" or nobody: in letters, mails, forms, pages and messages alike."""

import re
from collections.abc import Iterator
from pathlib import Path

from engine.notice_texts import APPLICANT, OFFICER
from engine.notice_words import DRAFTS, ORGANISATION

ROOT = Path(__file__).parents[2]
SPEAKING = ("engine", "forms", "bpmn", "api", "web/src")
KINDS = {".py", ".html", ".typ", ".json", ".toml", ".bpmn", ".dmn", ".js"}
FAMILIAR = re.compile(r"(?<!\w)bạn(?!\w)", re.IGNORECASE)
CITIZEN, COLLEAGUE = re.compile(r"ông/bà", re.IGNORECASE), re.compile(r"anh/chị", re.IGNORECASE)
OF_CITIZENS = (*(ROOT / "api/templates/pages/citizen").glob("*.html"), *(ROOT / "forms/letters").glob("*.typ"))
OF_OFFICERS = ("officer", "reception", "organisation", "auditor", "operator", "statistics", "designer", "account")


def _said(pattern: re.Pattern[str], paths: Iterator[Path]) -> list[str]:
    return [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()[:120]}"
        for path in paths
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if pattern.search(line)
    ]


def _sources() -> Iterator[Path]:
    for folder in SPEAKING:
        for path in sorted((ROOT / folder).rglob("*")):
            if path.suffix in KINDS and "static" not in path.relative_to(ROOT).parts:
                yield path


def test_nobody_is_called_by_the_familiar_word() -> None:
    assert _said(FAMILIAR, _sources()) == []


def test_what_citizens_read_does_not_speak_as_among_colleagues() -> None:
    assert _said(COLLEAGUE, iter(OF_CITIZENS)) == []
    every = [line for text in (*APPLICANT.values(), *DRAFTS.values()) for line in text.vi]
    assert [line for line in every if COLLEAGUE.search(line)] == []


def test_what_officers_read_does_not_speak_as_to_citizens() -> None:
    pages = (path for one in OF_OFFICERS for path in sorted((ROOT / "api/templates/pages" / one).glob("*.html")))
    assert _said(CITIZEN, pages) == []
    every = [line for text in (*OFFICER.values(), *ORGANISATION.values()) for line in text.vi]
    assert [line for line in every if CITIZEN.search(line)] == []
