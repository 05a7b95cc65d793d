"""What pages send in one form with the answers to a procedure's questions has a name that no question can have."""

import re
from pathlib import Path

import pytest

from forms.lint import OF_PAGES

PAGES = Path(__file__).parents[2] / "api" / "templates" / "pages"
WITH_QUESTIONS = ("citizen/file.html", "citizen/task.html", "officer/task.html", "reception/file.html")
NO_KEY = re.compile(r".*[_:{].*")  # what no key of a form-js field looks like


@pytest.mark.parametrize("page", WITH_QUESTIONS)
def test_every_name_of_a_page_with_questions_is_reserved(page: str) -> None:
    names = set(re.findall(r'<(?:input|select|textarea)[^>]* name="([^"]+)"', (PAGES / page).read_text()))
    assert names
    assert {name for name in names if not NO_KEY.fullmatch(name)} <= OF_PAGES
